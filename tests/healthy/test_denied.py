"""A healthy cluster of which one collection may not be seen is still no ill cluster."""

from __future__ import annotations

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.playbook.model import Severity
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status, permission
from tests.conftest import shipped_playbooks
from tests.healthy.loading import SAMPLE, healthy

TELLING = {
    ("autopilot", "events"): "only an Event says that a node is on its way",
    ("batch", "jobs"): "only the Jobs tell that the run went well in the end, and how long runs take",
    ("installs/keda", "horizontalpodautoscalers"): "the ScaledObject would tell too, but only its autoscaler is read",
    ("odds", "secrets"): "the kubelet's last word is that the Secret is missing",
    ("scaling", "horizontalpodautoscalers"): "only the autoscaler tells that nothing is meant to run",
    ("stateful", "storageclasses"): "the controller's last word is that the class is missing",
}
"""What is worked out from a part, where the rest would have told better."""


def _without(snapshot: Snapshot, name: str) -> Snapshot:
    denied = CollectionState(Status.DENIED, reason="forbidden", needs=permission(name))
    kept = (c for c in snapshot.collections.values() if c.name != name)
    return Snapshot(snapshot.manifest, [*kept, Collection(name, denied, ())])


@pytest.mark.parametrize("cluster", SAMPLE)
def test_what_may_not_be_seen_makes_no_cluster_ill(cluster: str) -> None:
    snapshot = healthy(cluster)
    filled = [c.name for c in snapshot.collections.values() if c.objects and c.name != "logs"]
    for name in filled:
        outcome = diagnose(_without(snapshot, name), shipped_playbooks())
        told = [f"{d.cause} {d.root}" for d in outcome.diagnoses if d.severity is not Severity.ADVISORY]
        assert bool(told) == ((cluster, name) in TELLING), f"without {name}: {told}"
