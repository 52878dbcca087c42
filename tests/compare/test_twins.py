"""Each broken recording against a healthy twin, and the recorded pairs: the change that broke it is named first."""

from __future__ import annotations

import json

import pytest

from gkedoctor.compare.comparison import Comparison, compare
from gkedoctor.compare.inputs import ComparisonInput, diagnosed
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.snapshot.model import Snapshot
from tests.conftest import RECORDINGS, recorded, shipped_playbooks

from .twins import TWINS, Twin, after, before


def side(snapshot: Snapshot) -> ComparisonInput:
    return diagnosed(snapshot.manifest.source, diagnose(snapshot, shipped_playbooks()), (), snapshot)


def compared(one: Snapshot, other: Snapshot) -> Comparison:
    return compare(side(one), side(other), shipped_playbooks().causes)


@pytest.mark.parametrize("twin", TWINS, ids=lambda t: t.recording)
def test_the_change_that_broke_it_is_named_first(twin: Twin) -> None:
    found = compared(before(twin), after(twin))
    assert found.new
    first = found.changes[0]
    assert str(first.change.ref) == twin.named
    assert twin.path in first.change.path if twin.path else not first.change.path
    assert found.new[0].fingerprint in first.fingerprints


def test_the_twins_are_of_many_kinds() -> None:
    assert len({twin.named.split("/")[0] for twin in TWINS}) >= 8


@pytest.mark.parametrize("pair", ["pair-image", "pair-selector"])
def test_recorded_pairs(pair: str) -> None:
    found = compared(recorded(f"{pair}-before"), recorded(f"{pair}-after"))
    told = json.loads((RECORDINGS / f"{pair}-after" / "truth.json").read_text())["changed"]
    assert (len(found.new), found.fixed, found.same) == (1, (), ())
    change = found.changes[0].change
    assert f"{change.ref.kind}/{change.ref.name}" in told
    assert str(change.before).rpartition("/")[2] in told
    assert str(change.after).rpartition("/")[2] in told


def test_the_way_back_is_fixed() -> None:
    found = compared(recorded("pair-image-after"), recorded("pair-image-before"))
    assert (found.new, len(found.fixed), found.changes) == ((), 1, ())
    assert "recorded before the first" in found.notes[0]


@pytest.mark.parametrize("name", sorted(p.name for p in RECORDINGS.iterdir() if (p / "truth.json").is_file()))
def test_the_same_recording_twice_has_no_news(name: str) -> None:
    found = compared(recorded(name), recorded(name))
    assert (found.new, found.fixed, found.changes, found.notes) == ((), (), (), ())
