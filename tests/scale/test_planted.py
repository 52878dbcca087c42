"""Clusters with faults planted: all are found and none invented, and a healthy cluster is met with silence."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from benchmarks.generator import GeneratorOptions, generate, score
from benchmarks.generator.faults import ALL

from gkedoctor.api import diagnose, load, render
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from tests.conftest import shipped_playbooks

PODS = 700


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_planted_fault_is_found_and_none_is_invented(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "cluster.gkesnap"
    planted = generate(GeneratorOptions(PODS, seed, share=0.45), path)
    result = score(planted, msgspec.json.decode(render(diagnose(load(path)), "json")))
    assert len({fault.form for fault in planted}) == len(ALL) + 1, "not every way to plant a fault was taken"
    assert result.missed == ()
    assert result.invented == ()


def test_a_healthy_cluster_with_all_that_happens_there_is_met_with_silence(tmp_path: Path) -> None:
    path = tmp_path / "cluster.gkesnap"
    generate(GeneratorOptions(PODS, seed=4, share=0), path)
    outcome = diagnose(load(path))
    assert outcome.diagnoses == ()
    assert outcome.unexplained == ()


def test_the_same_wish_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate(GeneratorOptions(300, seed=5, share=0.1), tmp_path / f"{name}.gkesnap")
    assert (tmp_path / "one.gkesnap").read_bytes() == (tmp_path / "two.gkesnap").read_bytes()


def test_the_intake_would_have_written_the_same(tmp_path: Path) -> None:
    """Nothing in it is malformed, looks like a credential, or stands in another order than a collector's."""
    path = tmp_path / "cluster.gkesnap"
    generate(GeneratorOptions(PODS, seed=6, share=0.45), path)
    snapshot = load(path)
    gathered = Gathered("generated")
    gathered.add_snapshot(snapshot)
    again = build_snapshot(gathered, manifest=snapshot.manifest)
    for name, collection in snapshot.collections.items():
        assert again.collections[name].objects == collection.objects, name
        assert again.collections[name].state == collection.state, name


def test_a_cluster_is_as_large_as_it_is_asked_to_be(tmp_path: Path) -> None:
    path = tmp_path / "cluster.gkesnap"
    generate(GeneratorOptions(2000, seed=7), path)
    snapshot = load(path)
    counts = {
        name: len(snapshot.collection(name).objects) for name in ("pods", "nodes", "services", "events", "ingresses")
    }
    wanted = {"pods": 2000, "nodes": 300, "services": 400, "events": 4000, "ingresses": 40}
    assert {name: round(counts[name] / size, 1) for name, size in wanted.items()} == dict.fromkeys(wanted, 1.0)


def test_every_cause_that_is_planted_is_a_word_of_the_vocabulary() -> None:
    causes = {fault.cause for fault in ALL}
    assert causes <= shipped_playbooks().causes.keys()
    assert len(causes) > 50
