"""Slips of the pen in a `causes.yaml` that are no mistake of its form: kinds and fields that are almost known ones.

`root` is free text, and `likely_changes` may name kinds and fields that gkedoctor does not read. So only what is one
letter away from a known name is refused, and only by `gkedoctor playbooks lint`: a report reads the file all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkedoctor.errors import FileError
from gkedoctor.graph.core.similar_names import edit_distance, is_slip
from gkedoctor.playbook.vocabulary import CausesFile, patterns_of, read_causes
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.shape_check import field_names
from gkedoctor.strict_yaml import Source, error_at

_KIND = re.compile(r"\b[A-Z][A-Za-z]{3,}")
_OF_KIND = re.compile(r"\^?(?:\((?P<several>[A-Za-z|]+)\)|(?P<one>[A-Z][A-Za-z]+)) (?P<path>.*)")
_FIELD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{5,}(?![A-Za-z*+?])")
_ESCAPE = re.compile(r"\\[A-Za-z]")


def slips(source: Source) -> Iterator[FileError]:
    """What is most likely misspelled in a file of causes, each with its place and the closest match.

    PlaybookError where the file itself cannot be read.
    """
    file = read_causes(source)
    yield from _of_roots(source, file)
    for place, pattern in patterns_of(file):
        yield from (_error(source, place, *found) for found in _of_pattern(pattern))


def _error(source: Source, place: str, what: str, name: str, meant: str) -> FileError:
    return error_at(source, place, f"unknown {what} `{name}`", hint=f"did you mean `{meant}`?")


def _of_roots(source: Source, file: CausesFile) -> Iterator[FileError]:
    for word, cause in file.causes.items():
        for kind in _KIND.findall(cause.root):
            near = _kind_meant(kind)
            if near is not None:
                yield _error(source, f"$.causes.{word}.root", "kind", kind, near)


def _kind_meant(name: str) -> str | None:
    if name in KINDS or name.removesuffix("s") in KINDS:
        return None
    return next((kind for kind in KINDS if is_slip(name, kind)), None)


def _of_pattern(pattern: str) -> Iterator[tuple[str, str, str]]:
    """What is misspelled in a pattern over `KIND path`: kind or field, the name, and the one that was meant."""
    found = _OF_KIND.match(pattern)
    if found is None:
        return
    kinds = (found["one"] or found["several"]).split("|")
    yield from (("kind", kind, near) for kind in kinds if (near := _kind_meant(kind)) is not None)
    if not all(kind in KINDS for kind in kinds):
        return
    known = frozenset().union(*(field_names(KINDS[kind].collection) for kind in kinds))
    for name in _FIELD.findall(_ESCAPE.sub(".", found["path"])):
        near = next((one for one in sorted(known) if edit_distance(name, one, 1) == 1), None)
        if near is not None and not any(one.startswith(name) for one in known):
            yield "field", name, near
