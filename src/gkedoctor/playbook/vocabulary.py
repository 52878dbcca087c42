"""The words that a diagnosis may give as its cause: data beside the playbooks, and a value that is passed.

`causes.yaml` of the shipped playbooks holds the fixed words, on which tickets, dashboards and other tools rely. A
folder or package of playbooks declares its own in a `causes.yaml` of its own, each with a prefix
(`acme/no-rollback-history`), so that no two vocabularies can mean different things by one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gkedoctor.graph import nearest
from gkedoctor.strict_yaml import Source, convert_at, error_at, read_source, read_yaml

CAUSES_FILE = "causes.yaml"
WORD = r"[a-z0-9]+(?:-[a-z0-9]+)*"
"""A word of the vocabulary, as a regular expression: lower case, with hyphens."""
_WORD = re.compile(WORD)
OWN_WORD = re.compile(f"{WORD}/{WORD}")
OWN_WORD_HINT = "write it like `acme/no-rollback-history`: the name of your company or package, then the cause"


class CauseDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What a word stands for. `root`: which object has to be fixed. `means`: what is wrong with it, in one sentence.

    `check`: how a person recognizes it, with the command that shows it. `common`: `gkedoctor explain` lists it first.

    `likely_changes`: regular expressions for the fields that most often bring it about, the likeliest first. They are
    searched in `KIND path` (`Deployment spec.replicas`; `Secret ` for an object that was added or removed), and
    `gkedoctor diff` blames such changes first. `changes_like`: groups of such fields, which come after.

    `stands_on`: names of `fields`: a recorded change counts for a diagnosis only if it set one of these. None: not
    declared, the fields that its evidence names count. `by_time`: time alone brings it about, so that a change counts
    only where it was made when the fault was there already (a certificate that had expired was put there).
    """

    root: str
    means: str
    check: str = ""
    common: bool = False
    likely_changes: tuple[str, ...] = ()
    changes_like: tuple[str, ...] = ()
    stands_on: tuple[str, ...] | None = None
    by_time: bool = False


class ChangeGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Fields that several causes have in common. `like`: further groups, which come after."""

    fields: tuple[str, ...]
    like: tuple[str, ...] = ()


class CausesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A `causes.yaml`: causes by their word, groups of fields that their `changes_like` may name, and `fields` by the
    names that their `stands_on` lists.
    """

    changes: dict[str, ChangeGroup] = {}
    fields: dict[str, tuple[str, ...]] = {}
    causes: dict[str, CauseDefinition] = {}


class _Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same with entries that are not checked yet: msgspec does not say which entry of a map is wrong."""

    changes: dict[str, Any] = {}
    fields: dict[str, tuple[str, ...]] = {}
    causes: dict[str, Any] = {}


class Vocabulary(Mapping[str, CauseDefinition]):
    """Causes by their word, in the order of their files. A value: `with_file` gives another one."""

    def __init__(
        self,
        causes: Mapping[str, CauseDefinition] | None = None,
        groups: Mapping[str, ChangeGroup] | None = None,
        places: Mapping[str, str] | None = None,
        fields: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._causes, self._groups, self._places = dict(causes or {}), dict(groups or {}), dict(places or {})
        self._fields = dict(fields or {})

    def __getitem__(self, word: str) -> CauseDefinition:
        return self._causes[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._causes)

    def __len__(self) -> int:
        return len(self._causes)

    @property
    def prefixes(self) -> frozenset[str]:
        """The prefixes of the words that are not shipped."""
        return frozenset(word.partition("/")[0] for word in self._causes if "/" in word)

    def likely_changes(self, word: str) -> tuple[str, ...]:
        """The patterns of the fields that most often bring a cause about, the likeliest first; none where unknown."""
        found = self._causes.get(word)
        return (*found.likely_changes, *self._grouped(found.changes_like)) if found is not None else ()

    def stands_on(self, word: str) -> tuple[str, ...] | None:
        """The patterns of the fields that a cause stands on, searched in `KIND path`; None where it declares none."""
        found = self._causes.get(word)
        if found is None or found.stands_on is None:
            return None
        return tuple(pattern for name in found.stands_on for pattern in self._fields[name])

    def is_by_time(self, word: str) -> bool:
        """Whether a cause comes about by the passing of time alone."""
        return word in self._causes and self._causes[word].by_time

    def _grouped(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            group = self._groups[name]
            yield from group.fields
            yield from self._grouped(group.like)

    def with_file(self, source: Source, *, own: bool = True) -> Vocabulary:
        """This vocabulary with the causes of a file. `own`: they are not the shipped ones, and need a prefix.

        PlaybookError says where something in the file is wrong.
        """
        file = read_causes(source)
        for word in file.causes:
            self._check_word(source, word, own)
        groups = self._groups | file.changes
        fields = self._fields | file.fields
        _check_names(source, _named_groups(file), groups, "group of changes")
        _check_names(source, _named_fields(file), fields, "name of `fields`")
        for place, pattern in patterns_of(file):
            _check_pattern(source, place, pattern)
        _check_ring(source, file, groups)
        places = self._places | dict.fromkeys(file.causes, source.path)
        return Vocabulary(self._causes | file.causes, groups, places, fields)

    def with_folders(self, folders: Iterable[Path]) -> Vocabulary:
        """This vocabulary with the words that folders of playbooks declare in their `causes.yaml`."""
        found = self
        for path in (path for folder in folders for path in sorted(folder.rglob(CAUSES_FILE))):
            found = found.with_file(read_source(path))
        return found

    def _check_word(self, source: Source, word: str, own: bool) -> None:
        place = f"$.causes.{word}"
        if not (OWN_WORD if own else _WORD).fullmatch(word):
            message = f"`{word}` is no word for a cause of one's own" if own else f"`{word}` is no word for a cause"
            raise error_at(source, place, message, hint=OWN_WORD_HINT if own else "lower case, with hyphens", key=True)
        if word in self._causes:
            raise error_at(source, place, f"cause `{word}` is also in {self._places.get(word)}", key=True)


def read_causes(source: Source) -> CausesFile:
    """A `causes.yaml`; PlaybookError says where something in it does not fit."""
    parts = convert_at(source, "$", read_yaml(source), _Parts, {"": _fields(CausesFile)})
    of_group, of_cause = {"": _fields(ChangeGroup)}, {"": _fields(CauseDefinition)}
    return CausesFile(
        fields=parts.fields,
        changes={k: convert_at(source, f"$.changes.{k}", v, ChangeGroup, of_group) for k, v in parts.changes.items()},
        causes={k: convert_at(source, f"$.causes.{k}", v, CauseDefinition, of_cause) for k, v in parts.causes.items()},
    )


def _fields(struct: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(struct)]


def unknown_word(word: str, causes: Vocabulary) -> str | None:
    """The closest known word to one that is unknown, or "" where none is close; None where the word may be meant.

    A word of a prefix that no loaded playbook declares may be right where those playbooks are at hand.
    """
    prefix, slash, _ = word.partition("/")
    if word in causes or (slash and prefix not in causes.prefixes and OWN_WORD.fullmatch(word)):
        return None
    return nearest(word, list(causes)) or ""


def _named_groups(file: CausesFile) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from ((f"$.changes.{name}.like", group.like) for name, group in file.changes.items())
    yield from ((f"$.causes.{word}.changes_like", cause.changes_like) for word, cause in file.causes.items())


def _named_fields(file: CausesFile) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from ((f"$.causes.{word}.stands_on", cause.stands_on or ()) for word, cause in file.causes.items())


def _check_names(
    source: Source, listed: Iterable[tuple[str, tuple[str, ...]]], known: Mapping[str, Any], what: str
) -> None:
    for place, names in listed:
        for i, name in enumerate(names):
            if name not in known:
                raise error_at(source, f"{place}[{i}]", f"unknown {what} `{name}`", hint=_meant(name, known))


def patterns_of(file: CausesFile) -> Iterator[tuple[str, str]]:
    """The patterns of a file over `KIND path`, each with its place."""
    lists = [(f"$.changes.{name}.fields", group.fields) for name, group in file.changes.items()]
    lists += [(f"$.fields.{name}", patterns) for name, patterns in file.fields.items()]
    lists += [(f"$.causes.{word}.likely_changes", cause.likely_changes) for word, cause in file.causes.items()]
    yield from ((f"{place}[{i}]", pattern) for place, patterns in lists for i, pattern in enumerate(patterns))


def _check_pattern(source: Source, place: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise error_at(source, place, f"not a regular expression: {error}") from None


def _check_ring(source: Source, file: CausesFile, groups: Mapping[str, ChangeGroup]) -> None:
    for name in file.changes:
        seen, waiting = set[str](), list(groups[name].like)
        while waiting:
            other = waiting.pop()
            if other == name:
                raise error_at(source, f"$.changes.{name}.like", f"the group `{name}` names itself")
            if other not in seen:
                seen.add(other)
                waiting += groups[other].like


def _meant(word: str, known: Iterable[str]) -> str:
    listed = list(known)
    near = nearest(word, listed)
    return f"did you mean `{near}`?" if near else f"one of {', '.join(sorted(listed))}"
