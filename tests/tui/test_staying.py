"""What a reader has before them stays there while the cluster changes: cursor, scrolled page, and how old it is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import msgspec
from textual.pilot import Pilot

from gkedoctor.diagnose.model import Outcome
from gkedoctor.report.answer import Answer
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.model.freshness import Freshness
from gkedoctor.tui.model.header import head_parts
from gkedoctor.tui.model.state import Sift
from gkedoctor.tui.widgets.lines import Lines

from .driving import cursor_line, doctor, drive, looked, press, settled, text
from .many import many

NEXT = "right_square_bracket"


def fewer_and_fewer() -> Sift:
    """A hundred findings; of which with each reading the four most important are fixed."""
    number = iter(range(0, 99, 4))

    def sift(outcome: Outcome, snapshot: Snapshot) -> Answer:
        found = many(100)(outcome, snapshot).outcome
        return Answer(msgspec.structs.replace(found, diagnoses=found.diagnoses[next(number) :]))

    return sift


def rows(app: GkedoctorApp) -> list[str]:
    """The objects of the list that are in view, by row."""
    return re.findall(r"^│[> ] [!*.-?] .*? ([\w-]+/[\w-]+)", text(app), re.MULTILINE)


def test_rows_in_view_stay_in_view() -> None:
    async def read(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        pane = app.screen.query_one("#findings", Lines)
        await press(app, pilot, *["ctrl+d"] * 3)
        before = rows(app)
        await press(app, pilot, "r")
        assert rows(app) == before  # four lines above are gone
        pane.scroll_to(y=40, animate=False, force=True, immediate=True)  # as the wheel does: the cursor stays behind
        await settled(app, pilot)
        before = rows(app)
        assert not cursor_line(text(app)).startswith("│> !")
        await press(app, pilot, "r")
        assert rows(app) == before
        await press(app, pilot, "g", *["j"] * 5)
        here = cursor_line(text(app))
        await press(app, pilot, "r")
        seen = text(app)
        assert cursor_line(seen)[:60] == here[:60] and pane.scroll_offset.y == 0  # at the top, what is new is seen
        await press(app, pilot, "slash", *"ns", "colon", *"catalog", "enter", "G")
        gone = text(app).partition("GONE")[2]
        assert "web-11" in gone and "api-00" not in gone  # the filter is also for what is gone

    drive(doctor("two-problems", fewer_and_fewer()), read, (120, 30))


def test_the_timeline_stays_where_it_is_read() -> None:
    async def read(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, NEXT, NEXT)
        begun = cursor_line(text(app))
        assert "! crit" in begun
        await press(app, pilot, "g", "j")
        before = cursor_line(text(app))
        await press(app, pilot, "r")
        assert cursor_line(text(app)) == before != begun
        await press(app, pilot, NEXT, "left_square_bracket")
        assert cursor_line(text(app)) == before

    drive(doctor("ing-missing-secret"), read)


def test_a_cluster_that_was_read_once_is_not_called_live() -> None:
    async def read(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        assert app.scene is not None
        scene = app.scene
        outcome = msgspec.structs.replace(scene.outcome, live=True)
        shown = replace(scene, answer=replace(scene.answer, outcome=outcome))
        told = "".join(part for part, _ in head_parts(shown, "", 100, Freshness(0.0, once=True), 12 * 60.0))
        assert "READ 12m ago" in told and "LIVE" not in told

    drive(doctor("two-problems"), read)


def test_the_path_of_a_finding_outside_of_the_selection_is_not_shown_as_that_of_a_healthy_one() -> None:
    def nothing(outcome: Outcome, _: Snapshot) -> Answer:
        return Answer(msgspec.structs.replace(outcome, diagnoses=(), unexplained=()), left_out=1)

    seen = looked(doctor("ing-missing-secret", nothing))
    assert "Findings 0" in seen and "FAIL" not in seen and "Service default-http-backend" in seen
