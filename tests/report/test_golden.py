"""What every recording looks like as text, and a few telling ones in every format, as files that a reviewer can read.

After a change of playbooks or formats: UPDATE_GOLDEN=1 pytest tests/report/test_golden.py, then look at `git diff`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gkedoctor.report.formats import Page, names, renderer

from .recordings import NAMES, answer

GOLDEN = Path(__file__).parent / "golden"
TELLING = {
    "teratail-healthy": "one calm line",
    "teratail-missing-secret": "one fault, folded consequences",
    "two-problems": "two faults, a rival ruled out",
    "ing-basic-auth": "the way of a request, a heredoc among the commands",
    "orphans-cluster-deleted": "a long list, and not everything could be looked at",
}
EXTENSIONS = {"text": "txt", "junit": "junit.xml", "prometheus": "prom", "name": "names"}
ASSETS = re.compile(r"<(style|script)>.*?</\1>", re.DOTALL)
HASHES = re.compile(r"sha256-[A-Za-z0-9+/=]+")


CASES = [(recording, form) for recording in TELLING for form in names()]
CASES += [(recording, "text") for recording in NAMES if recording not in TELLING]


@pytest.mark.parametrize(("recording", "form"), CASES)
def test_a_recording_reads_as_in_the_golden_file(recording: str, form: str) -> None:
    file = GOLDEN / f"{recording}.{EXTENSIONS.get(form, form)}"
    text = renderer(form).render(answer(recording), Page())
    if form == "html":
        text = HASHES.sub("sha256-…", ASSETS.sub(r"<\1>…</\1>", text))
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), "if that is meant: UPDATE_GOLDEN=1 pytest tests/report"
