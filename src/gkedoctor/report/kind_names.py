"""The names that people type for kinds: `deploy`, `deployments`, `Deployment`, `deployments.apps`."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache

from gkedoctor.errors import UsageError
from gkedoctor.snapshot.custom_kinds import collections_by_word, listed_kinds
from gkedoctor.snapshot.kinds import CUSTOM, KINDS, Kind

_CLOSE = 0.7
_SOME = "kinds are named as in kubectl: pod, deploy, sts, ds, job, svc, ing, gateway, httproute, pvc, node, ns, …"


def kind_named(text: str) -> Kind:
    """The kind that a name means, whatever its case; UsageError with the nearest name where there is none."""
    known = _names()
    found = known.get(text.lower())
    if found is not None:
        return found
    near = next(iter(get_close_matches(text.lower(), list(known), 1, _CLOSE)), None)
    meant = f"did you mean `{near}` ({known[near].name})?" if near else _SOME
    raise UsageError(f"unknown kind `{text}`", hint=meant)


@cache
def _names() -> dict[str, Kind]:
    """A constant table, made when it is first needed."""
    names = {short: kind for kind in KINDS.values() for short in kind.short_names}
    for kind in (kind for name, kind in KINDS.items() if name != CUSTOM):
        for name in _long_names(kind):
            names.setdefault(name, kind)
    words = {collection: word for word, collection in collections_by_word().items()}
    for kind in listed_kinds():
        full = (kind.collection, f"{kind.name.lower()}.{kind.group}")
        for name in (*full, *((kind.resource, kind.name.lower()) if kind.collection in words else ())):
            names.setdefault(name, kind)
    return names


def _long_names(kind: Kind) -> Iterator[str]:
    plural = kind.collection.rsplit(".", 1)[-1].lower()
    for name in (kind.name.lower(), plural):
        yield name
        if kind.group:
            yield f"{name}.{kind.group}"
