"""Recordings of a real API server (`benchmarks/changes`): the change that broke each stands first, or none is named."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Diagnosis, Outcome
from gkedoctor.snapshot.sources import load
from tests.conftest import shipped_playbooks

FOLDER = Path(__file__).parent / "recordings"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/truth.json"))
KNOWN_MISSES: dict[str, str] = {}
"""What is not right today, and why: an entry goes when its recording is right."""
_KEY = re.compile(r"[^][.]+")


@cache
def truth_of(name: str) -> Any:
    return json.loads((FOLDER / name / "truth.json").read_text())


@cache
def outcome_of(name: str) -> Outcome:
    return diagnose(load(FOLDER / name), shipped_playbooks())


def misses(name: str) -> list[str]:
    """What a report on the recording has wrong, each in a sentence."""
    truth = truth_of(name)
    found = [one for one in outcome_of(name).diagnoses if one.severity != "advisory"]
    right = [one for one in found if _is_true(one, truth)]
    wrong = [f"false cause: {one.cause} of {one.root}" for one in found if one not in right]
    if not right:
        return [*wrong, "the true cause is missing"]
    return wrong + _wrong_changes(right[0], truth["changed"])


def _is_true(found: Diagnosis, truth: dict[str, Any]) -> bool:
    causes = {truth["cause"], *truth.get("accept_causes", ())}
    roots = {truth["root"], *truth.get("accept_roots", ())}
    return found.cause in causes and not roots.isdisjoint((f"{found.root.kind}/{found.root.name}", found.root.kind))


def _wrong_changes(found: Diagnosis, changed: dict[str, Any] | None) -> list[str]:
    first = found.changes[0] if found.changes else None
    if changed is None or first is None:
        return [] if changed is first else [f"named first: {first}"]
    kind, *_, name = changed["object"].split("/")
    at = datetime.fromisoformat(changed["at"])
    right = {
        "object": (first.ref.kind, first.ref.name) == (kind, name),
        "path": first.source == "creation" or _contains(first.path, changed["path"]),
        "time": first.at is not None and abs((first.at - at).total_seconds()) <= 2,
        "manager": first.by == changed["by"],
    }
    return [f"{part}: {first}" for part, is_right in right.items() if not is_right]


def _contains(shown: str, path: str) -> bool:
    """Whether it is the field, or the smallest of which an owner is recorded: an atomic map or list."""
    steps, fewer = _KEY.findall(path), _KEY.findall(shown)
    return steps[: len(fewer)] == fewer


@pytest.mark.parametrize("name", NAMES)
def test_the_change_that_broke_it_stands_first(name: str) -> None:
    assert bool(misses(name)) == (name in KNOWN_MISSES), misses(name)


def test_known_misses_are_recordings() -> None:
    assert KNOWN_MISSES.keys() <= set(NAMES)


def test_each_recording_has_five_distractors() -> None:
    assert all(len(truth_of(name)["distractors"]) == 5 for name in NAMES)
    assert len(NAMES) == 35
    assert sum(truth_of(name)["changed"] is None for name in NAMES) == 7
