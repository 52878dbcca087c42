"""What Kubernetes alone shows of load balancers: nobody may ask Google Cloud, as with --no-gcp."""

from __future__ import annotations

import json

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.model import Severity
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status, permission
from tests.conftest import RECORDINGS, recorded, shipped_playbooks

CLOUD = tuple(kind.collection for kind in KINDS.values() if kind.cloud)
WITH_GOOGLE_CLOUD = sorted(p.name for p in RECORDINGS.iterdir() if (p / "gcp" / "backendServicesHealth.json").exists())

FAULTY = sorted(
    p.parent.name
    for p in RECORDINGS.glob("*/truth.json")
    if (p.parent / "gcp").is_dir() and json.loads(p.read_text()).get("cause")
)


def _without(snapshot: Snapshot, names: tuple[str, ...]) -> Snapshot:
    denied = {n: Collection(n, CollectionState(Status.DENIED, reason="off", needs=permission(n)), ()) for n in names}
    kept = [c for c in snapshot.collections.values() if c.name not in denied]
    return Snapshot(snapshot.manifest, [*kept, *denied.values()])


def _sites_down(snapshot: Snapshot) -> list[str]:
    """The Ingresses of which the controller notes a backend as UNHEALTHY."""
    found = []
    for ingress in snapshot.collections["ingresses"].objects if "ingresses" in snapshot.collections else ():
        notes = (ingress["metadata"].get("annotations") or {}).get("ingress.kubernetes.io/backends")
        if "UNHEALTHY" in json.loads(notes or "{}").values():
            found.append(str(ingress["metadata"]["name"]))
    return found


def _told_of(outcome: Outcome) -> set[str]:
    explained = {consequence.ref.name for d in outcome.diagnoses for consequence in d.explains}
    return explained | {d.root.name for d in outcome.diagnoses} | {u.ref.name for u in outcome.unexplained}


@pytest.mark.parametrize("name", WITH_GOOGLE_CLOUD)
def test_no_site_that_answers_502_is_called_well(name: str) -> None:
    snapshot = recorded(name)
    outcome = diagnose(_without(snapshot, CLOUD), shipped_playbooks())
    assert set(_sites_down(snapshot)) <= _told_of(outcome)
    assert not outcome.complete


@pytest.mark.parametrize("name", FAULTY)
def test_what_nobody_asked_google_cloud_is_not_called_well(name: str) -> None:
    """As with --no-gcp: where Kubernetes does not show the fault, the report says that it could not see everything."""
    snapshot = recorded(name)
    not_asked = [Collection(n, CollectionState(Status.NOT_ASKED, reason="--no-gcp was given"), ()) for n in CLOUD]
    kept = [c for c in snapshot.collections.values() if c.name not in CLOUD]
    outcome = diagnose(Snapshot(snapshot.manifest, [*kept, *not_asked]), shipped_playbooks())
    told = [d for d in outcome.diagnoses if d.severity is not Severity.ADVISORY]
    assert told or outcome.unexplained or not outcome.complete
