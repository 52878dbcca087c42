"""The kinds of widely used operators, as data: `custom_kinds.tsv` beside this module, a line a kind, with its source.

`group`, `kind`, `resource`, `scope`: as the CustomResourceDefinition says (`N` namespaced, `C` not). A `*` in the
group, and as kind, stands for every kind of such groups: they are judged where a recording has them, and not asked for.

`evidence`: what of the status is evidence. `Ready`: a condition that is good when True. `!Stalled`: one that is good
when False. `~Active`: one that reports progress or something optional. `path=a,b`: a field with its bad values;
`/unless/path=c` behind it: but where another field has that value. `+*Error`: entries without a status that are bad by
being there. A condition that no token names is no evidence.

`makes`: `KIND:NAME` of what it makes. `{a.b,c}` is the first of the fields that is there, `{a[].b}` each of a list;
`*Secret:…` in any namespace. `needs`: `KIND:NAME` of what it cannot do without, `KIND@NAMESPACE:NAME` elsewhere;
`owner`: it is a step of its owner. `cause`: the word of `playbooks/causes.yaml` for its failure, where one fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from gkedoctor.snapshot.kinds import COLLECTIONS, Kind, is_cloud

_FIELD = re.compile(r"\{([^{}]{1,200})\}")
_STEP = re.compile(r'"([^"]{1,253})"|([^."\[\]]{1,253})(\[\])?')


class Maker(NamedTuple):
    """What an object makes or needs: a kind and a name, each a template over its fields."""

    kind: str
    name: str
    namespace: str = ""
    """Of what it needs elsewhere; `*`: in any."""


class CustomKind(NamedTuple):
    """One line of the table."""

    group: str
    kind: str
    resource: str
    namespaced: bool
    evidence: tuple[str, ...]
    makes: tuple[Maker, ...]
    needs: tuple[Maker, ...]
    is_step: bool
    cause: str
    source: str

    @property
    def collection(self) -> str:
        """The collection of its objects: `certificates.cert-manager.io`."""
        return f"{self.resource}.{self.group}"

    def to_kind(self) -> Kind:
        """The same for a collector."""
        return Kind(self.kind, self.collection, self.group, self.namespaced)


@cache
def custom_kinds() -> tuple[CustomKind, ...]:
    """Every line of the table, those with patterns last."""
    lines = Path(__file__).with_name("custom_kinds.tsv").read_text("utf-8").splitlines()[1:]
    return tuple(_row(line) for line in lines)


def _row(line: str) -> CustomKind:
    group, kind, resource, scope, evidence, makes, needs, cause, source = (
        "" if field == "-" else field for field in line.split("\t")
    )
    wanted = needs.split()
    return CustomKind(
        group=group,
        kind=kind,
        resource=resource,
        namespaced=scope == "N",
        evidence=tuple(evidence.split()),
        makes=tuple(map(_maker, makes.split())),
        needs=tuple(_maker(need) for need in wanted if need != "owner"),
        is_step="owner" in wanted,
        cause=cause,
        source=source,
    )


def _maker(text: str) -> Maker:
    """`Secret:{spec.secretName}`, `*Secret:…`, `Secret@cert-manager:…`. The kind may be a template as well."""
    end = text.index("}:") + 1 if text.startswith("{") else text.index(":")
    kind, name = text[:end], text[end + 1 :]
    anywhere = kind.startswith("*")
    kind, _, namespace = kind.removeprefix("*").partition("@")
    return Maker(kind, name, "*" if anywhere else namespace)


@cache
def _exact() -> Mapping[tuple[str, str], CustomKind]:
    return MappingProxyType({(row.group, row.kind): row for row in custom_kinds()})


@cache
def custom_kind(group: str, kind: str) -> CustomKind | None:
    """The line of a kind; None for one that the table does not know."""
    found = _exact().get((group, kind))
    if found is not None:
        return found
    return next((row for row in custom_kinds() if row.kind == "*" and fnmatchcase(group, row.group)), None)


@cache
def listed_kinds() -> tuple[Kind, ...]:
    """The kinds that a collector asks for, where their group is served."""
    return tuple(row.to_kind() for row in custom_kinds() if row.kind != "*")


@cache
def collections_by_word() -> Mapping[str, str]:
    """The collection of a plural, or of a kind in lower case, that one kind alone has: `externalsecrets`."""
    words: dict[str, set[str]] = {}
    for row in custom_kinds():
        if row.kind != "*":
            for word in {row.resource, row.kind.lower()}:
                words.setdefault(word, set()).add(row.collection)
    builtin = {
        name for kind in COLLECTIONS.values() for name in (kind.collection, kind.name.lower(), *kind.short_names)
    }
    return MappingProxyType({w: next(iter(c)) for w, c in words.items() if len(c) == 1 and w not in builtin})


def is_custom(collection: str) -> bool:
    """Whether a collection holds objects of a kind that is not built in."""
    return "." in collection and collection not in COLLECTIONS and not is_cloud(collection)


def filled(template: str, item: Mapping[str, Any]) -> Iterator[str]:
    """Each text that a template comes to over the fields of an object; none where a field is not there."""
    found = _FIELD.search(template)
    if found is None:
        yield template
        return
    before, after = template[: found.start()], template[found.end() :]
    for value in _values(found[1], item):
        for rest in filled(after, item):
            yield f"{before}{value}{rest}"


def _values(paths: str, item: Mapping[str, Any]) -> list[str]:
    """The values of the first of some paths that is there; `=word` stands for itself."""
    for path in paths.split(","):
        if path.startswith("="):
            return [path[1:]]
        values = [v for v in values_at(item, path) if isinstance(v, str) and v]
        if values:
            return list(dict.fromkeys(values))
    return []


def values_at(item: Any, path: str) -> list[Any]:
    """What stands at a path of dotted names, each element where `[]` follows one; nothing where it is not there."""
    found = [item]
    for quoted, plain, many in _STEP.findall(path):
        found = [o[quoted or plain] for o in found if isinstance(o, Mapping) and (quoted or plain) in o]
        if many:
            found = [entry for o in found if isinstance(o, list) for entry in o]
    return found
