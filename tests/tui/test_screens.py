"""Every screen in three sizes, as files that a reviewer can read, and on a phone's width.

After a change of playbooks or looks: UPDATE_GOLDEN=1 pytest tests/tui/test_screens.py, then look at `git diff`.
"""

from __future__ import annotations

import os

import pytest

from gkedoctor.report.wrap import columns

from .driving import doctor, golden, looked
from .many import many

SIZES = ((80, 24), (100, 30), (160, 45))
NEXT = "right_square_bracket"
SCREENS = {
    "overview": ("ing-missing-secret", []),
    "overview-two": ("two-problems", ["j", "right"]),
    "healthy": ("teratail-healthy", []),
    "detail": ("ing-missing-secret", ["enter"]),
    "evidence": ("ing-missing-secret", ["enter", "j", "enter"]),
    "object": ("ing-missing-secret", ["tab", "tab", "enter"]),
    "logs": ("worker-crash-env", ["enter", "j", "enter", "l"]),
    "objects": ("ing-missing-secret", [NEXT]),
    "timeline": ("ing-missing-secret", [NEXT, NEXT]),
    "leftovers": ("orphans-cluster-deleted", [NEXT, NEXT, NEXT]),
    "unchecked": ("two-problems", ["left_square_bracket"]),
    "help": ("ing-missing-secret", ["question_mark"]),
    "copy": ("ing-missing-secret", ["c"]),
    "filter": ("two-problems", ["slash", *"kind", "colon", *"svc"]),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_reads_as_in_its_file(name: str, size: tuple[int, int]) -> None:
    recording, keys = SCREENS[name]
    seen, file = looked(doctor(recording), keys, size), golden(name, size)
    assert len(seen.splitlines()) == size[1]
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(seen, encoding="utf-8")
    assert seen == file.read_text(encoding="utf-8"), "if that is meant: UPDATE_GOLDEN=1 pytest tests/tui"


MANY = {"ten": (10, []), "hundred": (100, []), "hundred-by-cause": (100, ["b", "b", "j"])}


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("name", MANY)
def test_many_findings_are_scanned_at_a_glance(name: str, size: tuple[int, int]) -> None:
    count, keys = MANY[name]
    seen, file = looked(doctor("two-problems", many(count)), keys, size), golden(name, size)
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(seen, encoding="utf-8")
    assert seen == file.read_text(encoding="utf-8"), "if that is meant: UPDATE_GOLDEN=1 pytest tests/tui"


@pytest.mark.parametrize("name", ["overview", "detail", "objects", "timeline", "help"])
def test_forty_columns_are_enough(name: str) -> None:
    recording, keys = SCREENS[name]
    seen = looked(doctor(recording), keys, (40, 24))
    assert all(columns(line) <= 40 for line in seen.splitlines())
    assert "? Help  q Quit" in seen.splitlines()[-1]
    if os.environ.get("UPDATE_GOLDEN"):
        golden(name, (40, 24)).write_text(seen, encoding="utf-8")
    assert seen == golden(name, (40, 24)).read_text(encoding="utf-8")
