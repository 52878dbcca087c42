"""The README's picture is what the program shows. `make readme` (or UPDATE_GOLDEN=1) takes it anew."""

from __future__ import annotations

import os
import re
from xml.etree import ElementTree

from gkedoctor.tui.picture import picture
from gkedoctor.tui.source import Source, Taken
from tests.conftest import ROOT, recorded, shipped_playbooks

from .driving import whole

FILE = ROOT / "docs" / "diagnose.svg"
RECORDING = "ing-missing-secret"


def test_the_readme_screen_is_a_real_one() -> None:
    made = picture(Source(RECORDING, lambda *_: Taken(recorded(RECORDING)), shipped_playbooks, whole))
    if os.environ.get("UPDATE_GOLDEN"):
        FILE.write_text(made, encoding="utf-8")
    assert made == FILE.read_text(encoding="utf-8"), "if that is meant: UPDATE_GOLDEN=1 pytest tests/tui"
    ElementTree.fromstring(made)


def test_the_readme_shows_it() -> None:
    readme = (ROOT / "README.md").read_text()
    link = re.search(r"!\[[^\]]+\]\(([^)]*diagnose\.svg)\)", readme)
    assert link
    assert (ROOT / link[1]).resolve() == FILE.resolve()
