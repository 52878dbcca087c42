"""The tasks are fair: gkedoctor's own report on what the agent gets has the answer, and its name does not."""

from __future__ import annotations

import pytest
from evals.preparing import NEUTRAL, neutral
from evals.scoring import RIGHT, scored
from evals.tasks import Task, roots, tasks
from evals.transcripts import Transcript

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.model import Severity
from tests.conftest import recorded, shipped_playbooks

TASKS = tasks()


def outcome(task: Task) -> Outcome:
    return diagnose(neutral(recorded(task.recording), task), shipped_playbooks())


def report(task: Task) -> str:
    """What an agent would answer that repeats the first finding."""
    found = outcome(task)
    faults = [each for each in found.diagnoses if each.severity is not Severity.ADVISORY]
    if not faults:
        unknown = found.open or found.unknown_hops
        return f"VERDICT: {'unknown' if unknown else 'healthy'}\nUNCHECKED: compute.* is denied"
    first = faults[0]
    return f"VERDICT: fault\nROOT: {first.root.kind}/{first.root.name}\nCAUSE: {first.title}\nFIX: {first.fix}"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_the_report_has_the_answer(task: Task) -> None:
    assert scored(task, Transcript(task.id, report(task))).result == RIGHT, report(task)


def test_there_are_enough_of_each_kind() -> None:
    kinds = [task.expect for task in TASKS]
    assert len(TASKS) == len({task.id for task in TASKS}) >= 20
    assert (kinds.count("healthy"), kinds.count("unknown")) >= (3, 3)
    assert all(bool(roots(task)) is (task.expect == "fault") or task.expect == "unknown" for task in TASKS)


@pytest.mark.parametrize("task", TASKS[:3], ids=lambda task: task.id)
def test_no_name_gives_the_answer_away(task: Task) -> None:
    snapshot = neutral(recorded(task.recording), task)
    text = repr([list(collection) for collection in snapshot.collections.values()])
    assert NEUTRAL in text and task.recording not in text
    assert snapshot.manifest.source == task.id
