"""Reads playbooks. What cannot be read is said with file, line, column and the key that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gkedoctor import shipped
from gkedoctor.errors import FileError, PlaybookError, UsageError
from gkedoctor.messages.table import FOLDER as MESSAGES
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.model import (
    Alternative,
    Cause,
    Command,
    Each,
    Evidence,
    Fix,
    Fixed,
    Playbook,
    Relate,
    RuledOut,
    SeverityCase,
    Spec,
    Symptom,
)
from gkedoctor.playbook.vocabulary import CAUSES_FILE, Vocabulary
from gkedoctor.strict_yaml import Source, error_at, fields_of, read_source, read_yaml, validation_error

if TYPE_CHECKING:
    from gkedoctor.playbook.check import Problem

__all__ = [
    "RETIRED_FILE",
    "TEST_SUFFIX",
    "Source",
    "cases_beside",
    "load_playbook",
    "load_playbooks",
    "playbook_error",
    "read_source",
    "read_yaml",
    "shipped_causes",
    "sources",
]

TEST_SUFFIX = ".test.yaml"
RETIRED_FILE = "retired.yaml"
PRICES_FILE = "prices.yaml"
_BESIDE = frozenset((CAUSES_FILE, RETIRED_FILE, PRICES_FILE))
"""Files among the playbooks that are none."""


def cases_beside(playbook: Path) -> Path:
    """The file of the cases of a playbook, which need not exist: `pvc-not-bound.test.yaml` for `pvc-not-bound.yaml`."""
    return playbook.with_name(playbook.stem + TEST_SUFFIX)


def load_playbook(
    source: Source, *, check: bool = True, trusted: bool = False, causes: Vocabulary | None = None
) -> CompiledPlaybook:
    """One playbook. With `check`, also its names, functions, edges and words; shipped ones are checked by the tests.

    `trusted`: it ships with the program. `causes`: the words that it may use (default: the shipped ones).
    PlaybookError says where something is wrong.
    """
    value = read_yaml(source, trusted=trusted)
    try:
        playbook = CompiledPlaybook(msgspec.convert(value, Playbook), source.path)
    except msgspec.ValidationError as error:
        raise validation_error(source, str(error), *fields_of(_STRUCT_AT)) from None
    if check:
        from gkedoctor.playbook.check import problems  # with all it needs, a tenth of a start that checks nothing

        for problem in problems(playbook, shipped_causes() if causes is None else causes):
            raise playbook_error(source, problem)
    return playbook


def load_playbooks(
    folders: Iterable[Path], *, check: bool = True, causes: Vocabulary | None = None
) -> list[CompiledPlaybook]:
    """All playbooks below some folders, ordered by id. A second playbook of one id is an error.

    `causes`: the words that they may use (default: the shipped ones, and those that the folders declare).
    """
    listed = list(folders)
    if check and causes is None:
        causes = shipped_causes().with_folders(f for f in listed if f.resolve() != shipped.playbooks().resolve())
    found: dict[str, CompiledPlaybook] = {}
    for source in sources(listed):
        playbook = load_playbook(source, check=check, trusted=not check, causes=causes)
        if playbook.id in found:
            raise PlaybookError(f"playbook {playbook.id} is also in {found[playbook.id].path}", path=source.path)
        found[playbook.id] = playbook
    return [found[key] for key in sorted(found)]


def sources(folders: Iterable[Path]) -> Iterator[Source]:
    """The playbook files below some folders, in the order of their names."""
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"no folder of playbooks at {folder}", hint="--playbooks takes a directory")
        for path in sorted(folder.rglob("*.yaml")):
            if not path.name.endswith(TEST_SUFFIX) and path.name not in _BESIDE and path.parent.name != MESSAGES:
                yield read_source(path)


@cache
def shipped_causes() -> Vocabulary:
    """The fixed words, out of the `causes.yaml` of the shipped playbooks."""
    return Vocabulary().with_file(read_source(shipped.playbooks() / CAUSES_FILE), own=False)


def playbook_error(source: Source, problem: Problem) -> FileError:
    """The error for one problem, at its place in the file."""
    return error_at(source, problem.place, problem.message, hint=problem.hint)


_STRUCT_AT: dict[str, type[msgspec.Struct]] = {
    "": Playbook, "relate": Relate, "each": Each, "symptom": Symptom, "severity": SeverityCase, "causes": Cause,
    "ruled_out_if": RuledOut, "evidence": Evidence, "fixed": Fixed, "fix": Fix,
    "alternatives": Alternative, "run": Command, "spec": Spec,
}  # fmt: skip
