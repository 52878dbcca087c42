"""Marks and history on the screen: three readings of one cluster, as files that a reviewer can read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from gkedoctor.diagnose.model import Diagnosis, Outcome
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.model.state import Sift

from .driving import doctor, drive, golden, press, text
from .many import many

SIZES = ((80, 24), (100, 30), (160, 45), (40, 24))


def readings() -> Sift:
    """Ten findings; then two are fixed, one is worse and two are new; then nothing changes."""
    number = iter(range(99))

    def sift(outcome: Outcome, snapshot: Snapshot) -> Answer:
        found = list(many(12)(outcome, snapshot).outcome.diagnoses)
        kept = list(_later(found)) if next(number) else found[:-2]
        return Answer(msgspec.structs.replace(outcome, diagnoses=tuple(kept)))

    return sift


def _later(found: list[Diagnosis]) -> Iterator[Diagnosis]:
    for i, one in enumerate(found):
        if i not in (1, 4):
            yield msgspec.structs.replace(one, severity=Severity.CRITICAL) if i == 7 else one


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_marks_last_and_the_history_keeps_them(size: tuple[int, int]) -> None:
    seen: dict[str, str] = {}

    async def read(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "r", "r")
        seen["marks"] = text(app)
        await press(app, pilot, "H")
        seen["history"] = text(app)
        await press(app, pilot, "escape", "G")
        assert "This finding is gone" in text(app) and "Request path" not in text(app)
        await press(app, pilot, "a")
        assert "GONE" not in text(app) and " new 12:31" not in text(app)

    drive(doctor("two-problems", readings()), read, size)
    for name, screen in seen.items():
        file = golden(name, size)
        if os.environ.get("UPDATE_GOLDEN"):
            file.write_text(screen, encoding="utf-8")
        assert screen == file.read_text(encoding="utf-8"), "if that is meant: UPDATE_GOLDEN=1 pytest tests/tui"
