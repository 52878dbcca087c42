"""Marks that last until they are acknowledged, and the history: the model alone, without a terminal or a clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from gkedoctor.diagnose.model import Consequence, Diagnosis, NotChecked, Unexplained
from gkedoctor.errors import UsageError
from gkedoctor.graph import Graph, ref_of
from gkedoctor.playbook.model import Severity
from gkedoctor.report.schemas import SCHEMAS
from gkedoctor.snapshot.model import Collection, Object, Snapshot
from gkedoctor.tui.model import history
from gkedoctor.tui.model.session import Session, Step, first_session
from gkedoctor.tui.model.state import ViewState, carried, compared, diagnosed, opened
from gkedoctor.tui.model.states import state_of
from tests.conftest import recorded, shipped_playbooks

from .driving import whole
from .many import many

START = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


@cache
def scene() -> ViewState:
    made = diagnosed(opened(recorded("two-problems"), shipped_playbooks()), many(4))
    return carried(made, None)


@cache
def real() -> ViewState:
    return carried(diagnosed(opened(recorded("two-problems"), shipped_playbooks()), whole), None)


def findings() -> tuple[Diagnosis, ...]:
    return scene().outcome.diagnoses


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_marks_last_over_later_readings_and_go_when_acknowledged() -> None:
    one, two, three = findings()
    session = first_session([one], START).followed(Step(new=[two]), at(1)).followed(Step(), at(2))
    assert session.mark(two.fingerprint) == "new 12:31" and not session.mark(one.fingerprint)
    session = session.followed(Step(left=[one]), at(3))
    assert [c.found for c in session.gone] == [one]
    assert session.news == "1 new, 1 fixed"
    seen = session.acknowledge()
    assert not seen.marks and not seen.gone and seen.changes == session.changes
    assert seen.followed(Step(new=[three]), at(4)).news == "1 new"


def test_what_was_acknowledged_while_a_reading_ran_stays_acknowledged() -> None:
    one, two, three = findings()
    shown = first_session([one], START).followed(Step(new=[two]), at(1))
    arriving = shown.followed(Step(new=[three]), at(2))
    assert arriving.acknowledge(shown.acknowledge()).news == "1 new"
    assert arriving.acknowledge(shown).news == "2 new"


def test_a_finding_that_comes_back_is_told_from_a_new_one() -> None:
    one, *_ = findings()
    session = first_session([one], START).followed(Step(left=[one]), at(1)).followed(Step(new=[one]), at(5))
    assert session.mark(one.fingerprint) == "back 12:35" and not session.gone


def test_a_change_is_worded_and_many_within_a_minute_are_one() -> None:
    one, *_ = findings()
    worse = msgspec.structs.replace(one, severity=Severity.LOW, explains=())
    session = first_session([one], START).followed(Step(same=[(one, worse)]), at(1))
    assert session.changes[-1].detail == f"severity low, was {one.severity}; affects 0, was 1"
    again = session.followed(Step(same=[(worse, one)]), at(1.5))
    assert len(again.changes) == 1 and again.changes[0].time == at(1)
    assert len(again.followed(Step(same=[(one, worse)]), at(9)).changes) == 2


def test_what_cannot_be_read_any_more_is_not_fixed() -> None:
    before = real()
    lost = before.outcome.diagnoses[0]
    holes = tuple(NotChecked(c, "denied", "list") for c in ("secrets", "deployments", "pods", "services"))
    outcome = msgspec.structs.replace(before.outcome, diagnoses=before.outcome.diagnoses[1:], not_checked=holes)
    after = compared(replace(before, answer=replace(before.answer, outcome=outcome)), before)
    assert after.session.mark(lost.fingerprint).startswith("not checked ")
    seen = msgspec.structs.replace(outcome, not_checked=())
    after = compared(replace(before, answer=replace(before.answer, outcome=seen)), before)
    assert after.session.mark(lost.fingerprint).startswith("fixed ")


def test_what_was_deleted_with_its_objects_is_not_fixed() -> None:
    before = real()
    lost = before.outcome.diagnoses[0]
    gone = {lost.root.name, *(one.ref.name for one in lost.explains)}

    def mark(change: Callable[[Object], Object | None]) -> str:
        held = before.snapshot.collections.values()
        kept = [Collection(c.name, c.state, [new for o in c.objects if (new := change(o))]) for c in held]
        outcome = msgspec.structs.replace(before.outcome, diagnoses=before.outcome.diagnoses[1:])
        answer = replace(before.answer, outcome=outcome)
        after = replace(before, graph=Graph(Snapshot(before.snapshot.manifest, kept)), answer=answer)
        return compared(after, before).session.mark(lost.fingerprint).partition(" ")[0]

    def ended(item: Object) -> Object:
        metadata = {**item.get("metadata", {}), "deletionTimestamp": "2026-11-22T12:31:00Z"}
        return {**item, "metadata": metadata} if item.get("kind") == "Namespace" else item

    assert mark(lambda item: item) == "fixed"
    assert mark(lambda item: None if (item.get("metadata") or {}).get("name") in gone else item) == "deleted"
    assert mark(ended) == "deleted"


def test_a_symptom_that_another_finding_explains_is_not_fixed() -> None:
    before = real()
    pod = next(o for o in before.graph.all("Pod") if state_of(before.graph, o).style == "fail")
    symptom = Unexplained(ref_of(pod), "the Pod is not ready", fingerprint="open")
    outcome = msgspec.structs.replace(before.outcome, diagnoses=(), unexplained=(symptom,))
    before = replace(before, answer=replace(before.answer, outcome=outcome))
    after = msgspec.structs.replace(outcome, unexplained=())
    (change,) = compared(replace(before, answer=replace(before.answer, outcome=after)), before).session.gone
    assert (change.kind, change.detail) == ("replaced", "now: explained by another finding")


def test_a_symptom_that_gets_a_cause_is_not_fixed() -> None:
    before = scene()
    cause, symptom = before.outcome.diagnoses[0], before.outcome.unexplained[0]
    explained = msgspec.structs.replace(cause, explains=(Consequence(symptom.ref, "not ready"),))
    rest = before.outcome.diagnoses[1:]
    outcome = msgspec.structs.replace(before.outcome, diagnoses=(explained, *rest), unexplained=())
    after = compared(replace(before, answer=replace(before.answer, outcome=outcome)), before)
    assert after.session.mark(symptom.fingerprint) == "replaced 12:31"
    (change,) = after.session.gone
    assert change.detail == f"now: {cause.title}"


def test_the_history_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gkedoctor.tui.model.session.MOST", 40)
    one, *_ = findings()
    session = first_session([one], START)
    for i in range(25):
        session = session.followed(Step(left=[one]), at(2 * i)).followed(Step(new=[one]), at(2 * i + 1))
    assert len(session.changes) == 40 and session.dropped == 10


def told() -> ViewState:
    one, two, three = findings()
    session = first_session([one, two], START).followed(Step(new=[three], left=[one]), at(7))
    return replace(scene(), session=session)


def test_the_history_is_saved_as_json_and_markdown(tmp_path: Path) -> None:
    for name in ("a.json", "a.md"):
        assert name in history.save(told(), tmp_path / name)
    wire = json.loads((tmp_path / "a.json").read_text())
    Draft202012Validator(SCHEMAS["history"]()).validate(wire)
    assert [c["change"] for c in wire["changes"]] == ["present", "present", "new", "fixed"]
    assert wire["changes"][-1]["seconds"] == 420 and len(wire["open"]) == 4
    page = (tmp_path / "a.md").read_text()
    assert page.startswith("# Incident timeline of teratail\n")
    assert "2 findings at the start, 1 new, 1 fixed, 4 open at the end." in page and "| fixed after 7m |" in page
    with pytest.raises(UsageError, match="no known ending"):
        history.save(told(), tmp_path / "a.html")


def test_the_history_on_the_screen() -> None:
    lines = history.history_lines(history.shown(told().session, ()), told(), 78)
    seen = "\n".join(line.text for line in lines)
    assert "12:37:00  new" in seen and "12:37:00  fixed after 7m" in seen
    assert "Read once" in history.history_lines((), replace(scene(), session=Session()), 78)[0].text
