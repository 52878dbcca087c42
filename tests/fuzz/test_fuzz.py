"""Damaged object trees: a diagnosis that says what it skipped, never a traceback, a hang or a wrong "healthy".

`GKEDOCTOR_FUZZ=10000 pytest tests/fuzz` takes as many trees; the default is what a test run can afford.
"""

from __future__ import annotations

import json
import os
from random import Random
from typing import Any

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page, renderer
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import LOGS
from tests.conftest import RECORDINGS, recorded, shipped_playbooks
from tests.fuzz.mutate import damaged

TREES = int(os.environ.get("GKEDOCTOR_FUZZ", "1500"))
NAMES = sorted(p.parent.name for p in RECORDINGS.glob("*/truth.json"))
PER_SNAPSHOT = 50


def fuzzed(name: str, seed: int) -> tuple[Gathered, int]:
    """A recording of which some objects are damaged, and how many."""
    random = Random(f"{name} {seed}")
    gathered = Gathered(source="fuzz")
    gathered.add_snapshot(recorded(name))
    gathered.source = "fuzz"
    count = 0
    for collection, items in sorted(gathered.objects.items()):
        if collection == LOGS:
            continue
        for i, item in enumerate(items):
            if random.random() < 0.5 and count < PER_SNAPSHOT:
                items[i] = damaged(item, random, hits=random.choice((1, 1, 1, 3, 30)))
                count += 1
    return gathered, count


def rendered(outcome: Outcome) -> Any:
    renderer("text").render(Answer(outcome), Page())
    return json.loads(renderer("json").render(Answer(outcome), Page()))


@pytest.mark.parametrize("name", NAMES)
def test_damaged_objects_give_a_diagnosis_that_says_what_it_skipped(name: str) -> None:
    rounds = max(1, TREES // (len(NAMES) * PER_SNAPSHOT // 2))
    for seed in range(rounds):
        gathered, _ = fuzzed(name, seed)
        snapshot = build_snapshot(gathered, recorded_at=recorded(name).clock)
        outcome = diagnose(snapshot, shipped_playbooks())
        report = rendered(outcome)
        skipped = [c.name for c in snapshot.collections.values() if c.state.malformed]
        if "pods" in skipped:
            assert not report["complete"]


def test_owners_that_go_in_a_circle_end() -> None:
    gathered = Gathered(source="ring")

    def owned(kind: str, name: str, owner_kind: str, owner: str) -> dict[str, Any]:
        reference = {"apiVersion": "v1", "kind": owner_kind, "name": owner, "uid": "u", "controller": True}
        return {"kind": kind, "metadata": {"name": name, "namespace": "n", "ownerReferences": [reference]}, "spec": {}}

    gathered.add(
        "replicasets", [owned("ReplicaSet", "a", "ReplicaSet", "b"), owned("ReplicaSet", "b", "ReplicaSet", "a")]
    )
    gathered.add("pods", [owned("Pod", "p", "ReplicaSet", "a"), owned("Pod", "q", "Pod", "q")])
    gathered.add("deployments", [owned("Deployment", "d", "Deployment", "d")])
    diagnose(build_snapshot(gathered), shipped_playbooks())
