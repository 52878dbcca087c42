"""With a listing denied, nothing is said to be missing or healthy on the strength of it."""

from __future__ import annotations

import msgspec
import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.model import Confidence
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status, permission
from tests.conftest import RECORDINGS, diagnosed, recorded, shipped_playbooks

NAMES = sorted(p.parent.name for p in RECORDINGS.glob("*/truth.json"))
ABSENT_PODS = {"service-selector-mismatch", "service-selects-nothing", "scaled-to-zero", "neg-empty"}


def without(snapshot: Snapshot, kind: str, status: Status) -> Snapshot:
    name = KINDS[kind].collection
    state = CollectionState(status, reason="forbidden", needs=permission(name))
    kept = [c for c in snapshot.collections.values() if c.name != name]
    return Snapshot(snapshot.manifest, [*kept, Collection(name, state)])


def denied(name: str, kind: str) -> Outcome:
    return diagnose(without(recorded(name), kind, Status.DENIED), shipped_playbooks())


def assert_honest(outcome: Outcome, collection: str) -> None:
    if not outcome.diagnoses and not outcome.unexplained:
        assert not outcome.complete or collection not in {n.collection for n in outcome.not_checked}


@pytest.mark.parametrize("name", NAMES)
def test_without_secrets_none_is_certainly_missing(name: str) -> None:
    outcome = denied(name, "Secret")
    for diagnosis in outcome.diagnoses:
        if diagnosis.root.kind == "Secret":
            assert diagnosis.confidence is not Confidence.CERTAIN, diagnosis.title
    assert_honest(outcome, "secrets")


@pytest.mark.parametrize("name", NAMES)
def test_without_pods_no_service_is_said_to_select_nothing(name: str) -> None:
    outcome = denied(name, "Pod")
    assert not [d for d in outcome.diagnoses if d.cause in ABSENT_PODS]
    assert "pods" in {n.collection for n in outcome.not_checked}
    assert not outcome.complete


@pytest.mark.parametrize("name", NAMES)
def test_without_events_no_other_cause_is_invented(name: str) -> None:
    whole = {(d.cause, d.root) for d in diagnosed(name).diagnoses}
    outcome = denied(name, "Event")
    less_sure = {(d.cause, d.root) for d in outcome.diagnoses if d.confidence is not Confidence.POSSIBLE}
    assert {d for d in less_sure if d not in whole} == set()
    assert_honest(outcome, "events")


@pytest.mark.parametrize("kind", sorted(k for k, v in KINDS.items() if not v.cloud))
def test_any_one_kind_denied_gives_no_new_certainty(kind: str) -> None:
    """Over the richest recordings: what was not certain with the listing is not certain without it."""
    for name in ("two-problems", "teratail-missing-secret", "recovered", "healthy-optional", "scaled-to-zero"):
        whole = {(d.cause, d.root) for d in diagnosed(name).diagnoses}
        sure = {(d.cause, d.root) for d in denied(name, kind).diagnoses if d.confidence is Confidence.CERTAIN}
        assert sure <= whole


def test_a_denied_listing_names_the_permission() -> None:
    entry = next(n for n in denied("teratail-missing-secret", "Secret").not_checked if n.collection == "secrets")
    assert msgspec.structs.asdict(entry) == {
        "collection": "secrets",
        "reason": "denied",
        "needs": "list secrets",
        "detail": "forbidden",
    }
