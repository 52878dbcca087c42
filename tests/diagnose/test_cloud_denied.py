"""Recordings with one collection of Google Cloud denied: no new certainty, and what needed it names the permission."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.graph.core.ref import Ref
from gkedoctor.playbook.model import Confidence, Severity
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status, permission
from tests.conftest import RECORDINGS, diagnosed, recorded, shipped_playbooks


def truth(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDINGS / name / "truth.json").read_text())
    return found


NAMES = sorted(p.parent.name for p in RECORDINGS.glob("*/gcp"))
CLOUD = sorted(name for name, kind in KINDS.items() if kind.cloud)

NEEDED = [
    ("ing-basic-auth", "BackendServiceHealth", "health-check-path-not-200"),
    ("ing-basic-auth", "BackendService", "health-check-path-not-200"),
    ("ing-basic-auth", "HealthCheck", "health-check-path-not-200"),
    ("ing-basic-auth", "Firewall", "health-check-path-not-200"),
    ("teratail-ingress", "NetworkEndpointGroup", "health-check-path-not-200"),
    ("orphans-cluster-deleted", "Cluster", "orphaned-load-balancer"),
    ("orphans-cluster-deleted", "ForwardingRule", "orphaned-load-balancer"),
    ("orphans-cluster-deleted", "Address", "unused-address"),
]
"""Recording, kind, and a cause that cannot be said without it."""


@cache
def denied(name: str, kind: str) -> Outcome:
    collection = KINDS[kind].collection
    whole = recorded(name)
    state = CollectionState(Status.DENIED, reason="forbidden", needs=permission(collection))
    kept = [c for c in whole.collections.values() if c.name != collection]
    return diagnose(Snapshot(whole.manifest, [*kept, Collection(collection, state)]), shipped_playbooks())


@cache
def all_denied(name: str) -> Outcome:
    whole = recorded(name)
    names = {KINDS[kind].collection for kind in CLOUD}
    state = {n: CollectionState(Status.DENIED, reason="forbidden", needs=permission(n)) for n in names}
    kept = [c for c in whole.collections.values() if c.name not in names]
    cloud = (Collection(n, s) for n, s in state.items())
    return diagnose(Snapshot(whole.manifest, [*kept, *cloud]), shipped_playbooks())


def said(outcome: Outcome, *confidences: Confidence) -> set[tuple[str, Ref]]:
    """Cause and root of each diagnosis; of leftovers every resource that is named, however they are grouped."""
    counted = [d for d in outcome.diagnoses if d.severity is not Severity.ADVISORY and d.confidence in confidences]
    leftovers = [d for d in counted if d.cause.startswith("orphaned-")]
    named = {("leftover", c.ref) for d in leftovers for c in d.explains}
    return named | {(d.cause, d.root) for d in counted if d not in leftovers}


@pytest.mark.parametrize("kind", CLOUD)
@pytest.mark.parametrize("name", NAMES)
def test_a_denied_collection_gives_no_new_certainty(name: str, kind: str) -> None:
    whole, outcome = diagnosed(name), denied(name, kind)
    assert said(outcome, Confidence.CERTAIN) <= said(whole, Confidence.CERTAIN)
    assert said(outcome, Confidence.LIKELY) <= said(whole, Confidence.CERTAIN, Confidence.LIKELY)


@pytest.mark.parametrize("kind", CLOUD)
@pytest.mark.parametrize("name", NAMES)
def test_what_can_no_longer_be_said_names_the_permission(name: str, kind: str) -> None:
    everything = (Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE)
    lost = said(diagnosed(name), *everything) - said(outcome := denied(name, kind), *everything)
    collection = KINDS[kind].collection
    if lost:
        entry = next((n for n in outcome.not_checked if n.collection == collection), None)
        assert entry is not None, lost
        assert entry.needs == permission(collection)
        assert not outcome.complete


@pytest.mark.parametrize(("name", "kind", "cause"), NEEDED)
def test_the_cause_is_not_said_without_its_proof(name: str, kind: str, cause: str) -> None:
    assert cause in {d.cause for d in diagnosed(name).diagnoses}
    outcome = denied(name, kind)
    assert cause not in {d.cause for d in outcome.diagnoses if d.confidence is Confidence.CERTAIN}
    assert KINDS[kind].collection in {n.collection for n in outcome.not_checked}


@pytest.mark.parametrize("name", NAMES)
def test_a_healthy_recording_stays_silent_whatever_is_denied(name: str) -> None:
    if diagnosed(name).diagnoses or name.startswith("orphans"):
        return
    for kind in CLOUD:
        assert not said(denied(name, kind), Confidence.CERTAIN, Confidence.LIKELY)


def test_every_denied_collection_at_once_leaves_what_kubernetes_knows() -> None:
    outcome = all_denied("ing-missing-secret")
    assert [d.cause for d in outcome.diagnoses] == ["missing-secret"]
    assert "Ingress" in {c.ref.kind for c in outcome.diagnoses[0].explains}


FAULTY = [name for name in NAMES if truth(name).get("cause")]


@pytest.mark.parametrize("kind", [*CLOUD, "all of them"])
@pytest.mark.parametrize("name", FAULTY)
def test_no_faulty_recording_is_called_well(name: str, kind: str) -> None:
    """A report without a word about the fault has to say that it could not see everything: exit code 4, never 0."""
    outcome = all_denied(name) if kind == "all of them" else denied(name, kind)
    told = [d for d in outcome.diagnoses if d.severity is not Severity.ADVISORY]
    assert told or outcome.unexplained or not outcome.complete


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_certain_of_google_cloud_that_nobody_could_ask(name: str) -> None:
    """With every collection denied, no root is a resource of Google Cloud that only its listing could show."""
    whole, outcome = diagnosed(name), all_denied(name)
    assert said(outcome, Confidence.CERTAIN) <= said(whole, Confidence.CERTAIN)
    assert said(outcome, Confidence.LIKELY) <= said(whole, Confidence.CERTAIN, Confidence.LIKELY)
