"""Answers about the recordings that ship with the project, each diagnosed once."""

from __future__ import annotations

from functools import cache

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.report.answer import Answer
from tests.conftest import RECORDINGS, recorded, shipped_playbooks

NAMES = sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir())


@cache
def answer(name: str) -> Answer:
    """What a plain `gkedoctor report` would show."""
    playbooks = shipped_playbooks()
    return Answer(diagnose(recorded(name), playbooks), playbooks={p.id: p.model.title for p in playbooks})
