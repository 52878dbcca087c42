"""An index of suspects makes a playbook faster and changes nothing that it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gkedoctor.diagnose.cases import given_snapshot, given_world, load_cases
from gkedoctor.diagnose.evaluate import UnknownFacts, findings
from gkedoctor.graph import CANDIDATE_INDEXES, Graph, ref_of
from gkedoctor.manifests.overlay import world
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import TEST_SUFFIX
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Collection, Snapshot, Status
from tests.conftest import RECORDINGS, recorded, shipped_playbooks
from tests.diagnose.test_denied import without
from tests.lint.recorded_manifests import manifests

NAMES = sorted(p.parent.name for p in RECORDINGS.glob("*/truth.json"))
QUICK = [playbook for playbook in shipped_playbooks() if playbook.model.suspects]


def said(playbook: CompiledPlaybook, snapshot: Snapshot) -> tuple[list[str], UnknownFacts]:
    doubts = UnknownFacts()
    found = [f"{f.ref} {f.symptom} {f.winner and f.winner.cause}" for f in findings(Graph(snapshot), playbook, doubts)]
    return found, doubts


def cases(playbook: CompiledPlaybook) -> Iterator[Snapshot]:
    for case in load_cases(Path(playbook.path).with_suffix(TEST_SUFFIX)).cases:
        yield given_snapshot(case.given, recorded)


def assert_the_same(playbook: CompiledPlaybook, snapshot: Snapshot) -> None:
    slow = CompiledPlaybook(msgspec.structs.replace(playbook.model, suspects=None), playbook.path)
    assert said(playbook, snapshot) == said(slow, snapshot)


@pytest.mark.parametrize("playbook", QUICK, ids=lambda p: p.id)
def test_suspects_hide_no_finding_and_no_doubt(playbook: CompiledPlaybook) -> None:
    for name in NAMES:
        assert_the_same(playbook, recorded(name))
        for kind in CANDIDATE_INDEXES[playbook.kinds[0], str(playbook.model.suspects)].reads:
            assert_the_same(playbook, without(recorded(name), kind, Status.DENIED))


def one_unread(snapshot: Snapshot, kind: str) -> Snapshot:
    """The snapshot with the first object of a kind in a form that nobody could read."""
    whole = snapshot.collection(KINDS[kind].collection)
    if not whole.objects:
        return snapshot
    first = ref_of(whole.objects[0])
    place = f"{first.namespace}/{first.name}" if first.namespace else first.name
    state = msgspec.structs.replace(whole.state, malformed={place: "spec: expected an object"})
    others = [c for c in snapshot.collections.values() if c.name != whole.name]
    return Snapshot(snapshot.manifest, [*others, Collection(whole.name, state, whole.objects[1:])])


@pytest.mark.parametrize("playbook", QUICK, ids=lambda p: p.id)
def test_suspects_hide_nothing_where_an_object_could_not_be_read(playbook: CompiledPlaybook) -> None:
    for snapshot in cases(playbook):
        for kind in CANDIDATE_INDEXES[playbook.kinds[0], str(playbook.model.suspects)].reads:
            assert_the_same(playbook, one_unread(snapshot, kind))


@pytest.mark.parametrize("playbook", QUICK, ids=lambda p: p.id)
def test_suspects_hide_nothing_in_the_cases_of_the_playbook(playbook: CompiledPlaybook) -> None:
    for snapshot in cases(playbook):
        assert_the_same(playbook, snapshot)


LINTED = [view for playbook in shipped_playbooks() if (view := playbook.spec_view) and view.model.suspects]


def closed_worlds(playbook: CompiledPlaybook) -> Iterator[Snapshot]:
    yield from (world(manifests(name)).closed for name in NAMES)
    for case in load_cases(Path(playbook.path).with_suffix(TEST_SUFFIX)).cases:
        if case.given.manifests:
            yield given_world(case.given, recorded)[0].closed


@pytest.mark.parametrize("playbook", LINTED, ids=lambda p: p.id)
def test_suspects_hide_nothing_in_manifests(playbook: CompiledPlaybook) -> None:
    found = False
    for snapshot in closed_worlds(playbook):
        assert_the_same(playbook, snapshot)
        found = found or bool(said(playbook, snapshot)[0])
    assert found
