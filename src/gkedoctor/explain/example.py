"""A playbook at work: the first of its own cases in which it speaks, through the real engine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from gkedoctor import shipped
from gkedoctor.diagnose.cases import Case, load_cases, outcome_of
from gkedoctor.diagnose.model import Diagnosis, Outcome
from gkedoctor.errors import PlaybookError
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import cases_beside
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page
from gkedoctor.report.formats.text import render
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load


class Example(NamedTuple):
    """The name of a case, and the report of it."""

    name: str
    report: str


def example(playbook: CompiledPlaybook, library: Sequence[CompiledPlaybook], width: int) -> Example | None:
    """The example of a playbook; None where it has no case in which something is found."""
    cases = cases_beside(Path(playbook.path))
    if not cases.is_file():
        return None
    try:
        listed = load_cases(cases).cases
    except PlaybookError:
        return None
    for case in sorted(listed, key=lambda c: (bool(c.given.deny), not c.expect)):
        found = None if case.todo else _found(case, playbook, library)
        if found is not None:
            return Example(case.name, _rendered(found, width))
    return None


def _found(case: Case, playbook: CompiledPlaybook, library: Sequence[CompiledPlaybook]) -> Outcome | None:
    """What a case comes to, cut to the one diagnosis of this playbook, or to one that explains its symptom."""
    outcome, _ = outcome_of(case.given, library, _recording)
    speaking = [d for d in outcome.diagnoses if _speaks(d, playbook, case)]
    if speaking:
        return msgspec.structs.replace(outcome, diagnoses=(speaking[0],), unexplained=(), not_checked=())
    unexplained = tuple(u for u in outcome.unexplained if u.ref.kind in playbook.kinds)
    if not playbook.causes and not case.expect and unexplained:
        return msgspec.structs.replace(outcome, diagnoses=(), unexplained=unexplained[:1], not_checked=())
    return None


def _speaks(found: Diagnosis, playbook: CompiledPlaybook, case: Case) -> bool:
    """Whether a diagnosis is this playbook's own or, where it has no causes, one that its cases expect."""
    if playbook.causes:
        return found.playbook == playbook.id
    return any((expected.cause, expected.root) == (found.cause, str(found.root)) for expected in case.expect)


def _rendered(outcome: Outcome, width: int) -> str:
    """The report without its closing line: that one counts what the page leaves out."""
    return render(Answer(outcome, advice_in_full=True), Page(width)).rstrip("\n").rpartition("\n\n")[0]


@lru_cache(maxsize=8)
def _recording(name: str) -> Snapshot:
    return load(shipped.recorded_clusters() / name)
