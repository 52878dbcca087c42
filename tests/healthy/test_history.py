"""Events that are long past, as Cloud Logging brings them, are history: they say nothing about what is well now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.graph.core.times import stamp
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object, Snapshot
from gkedoctor.snapshot.timestamps import parse_timestamp
from tests.conftest import RECORDINGS, recorded, shipped_playbooks
from tests.healthy.loading import NAMES, healthy

_HEALTHY_RECORDINGS = (
    "healthy-optional", "ing-healthy", "ing-nodeport", "ing-static-ok", "ing-tls-ok", "l4-healthy",
    "l4-internal-healthy", "pair-image-before", "pair-selector-before", "recovered", "teratail-healthy",
)  # fmt: skip
_FURTHER = (
    ("Pod", "Warning", "FailedScheduling", "0/3 nodes are available: 3 Insufficient cpu."),
    ("Pod", "Warning", "FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "shop-db" not found'),
    ("Pod", "Warning", "FailedAttachVolume", 'Multi-Attach error for volume "pvc-1" Volume is already used'),
    ("Pod", "Warning", "FailedCreatePodSandBox", "Failed to create pod sandbox: rpc error: no IP addresses available"),
    ("Pod", "Warning", "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500"),
    ("Pod", "Normal", "Killing", "Container app failed liveness probe, will be restarted"),
    ("Pod", "Normal", "NotTriggerScaleUp", "pod didn't trigger scale-up: 1 max node group size reached"),
    ("PersistentVolumeClaim", "Warning", "ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found'),
    ("Node", "Warning", "FreeDiskSpaceFailed", "Failed to garbage collect required amount of images"),
    ("StatefulSet", "Warning", "FailedCreate", 'create Pod db-0 failed error: pods "db-0" is forbidden'),
    ("DaemonSet", "Warning", "FailedCreate", 'Error creating: pods "a" is forbidden: exceeded quota: q'),
    ("Job", "Warning", "FailedCreate", 'Error creating: Internal error occurred: failed calling webhook "w.example"'),
    ("ReplicaSet", "Warning", "FailedCreate", 'Error creating: pods "w" is forbidden: serviceaccount "ci" not found'),
    ("CronJob", "Warning", "FailedNeedsStart", "Cannot determine if job needs to be started"),
    ("Deployment", "Warning", "ReplicaSetCreateError", "Failed to create new replica set: etcdserver: timed out"),
    ("HorizontalPodAutoscaler", "Warning", "FailedGetResourceMetric", "failed to get cpu utilization"),
    ("Ingress", "Warning", "Sync", "Error syncing to GCP: error running load balancer syncing routine: googleapi: 403"),
    ("Ingress", "Warning", "Translate", 'Translation failed: invalid ingress spec: could not find service "shop/x"'),
    ("Service", "Warning", "SyncLoadBalancerFailed", "Error syncing load balancer: Quota 'FORWARDING_RULES' exceeded"),
    ("Service", "Warning", "SyncNetworkEndpointGroupFailed", "Failed to sync NEG: googleapi: Error 403"),
)  # fmt: skip


@cache
def complaints() -> dict[str, list[tuple[str, str, str]]]:
    """What Events of all recordings complain of: (type, reason, message) by the kind that they are about."""
    found: dict[str, dict[tuple[str, str, str], None]] = {}
    for path in sorted(RECORDINGS.iterdir()):
        for event in recorded(path.name).collection("events").objects if path.is_dir() else ():
            if event.get("type") == "Warning" or event.get("reason") in ("BackOff", "FailedBinding", "NodeNotReady"):
                said = (str(event["type"]), str(event["reason"]), str(event.get("message") or ""))
                found.setdefault(str(event["involvedObject"].get("kind")), {})[said] = None
    for kind, *rest in _FURTHER:
        found.setdefault(kind, {})[rest[0], rest[1], rest[2]] = None
    return {kind: list(said) for kind, said in found.items()}


def long_past(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """Each complaint about each object of its kind that is old enough, until two hours ago."""
    for kind, said in complaints().items():
        for item in snapshot.collection(KINDS[kind].collection).objects if kind in KINDS else ():
            for i, complaint in enumerate(said):
                yield from _events(snapshot, item, kind, i, complaint)


def _events(
    snapshot: Snapshot, item: Object, kind: str, number: int, said: tuple[str, str, str]
) -> Iterator[dict[str, Any]]:
    made = parse_timestamp(item["metadata"].get("creationTimestamp"))
    seen = snapshot.clock - timedelta(hours=2, minutes=number)
    if made is None or made >= seen:
        return
    metadata = item["metadata"]
    about = {"kind": kind, "name": metadata["name"], "namespace": metadata.get("namespace"), "uid": metadata.get("uid")}
    yield {
        "apiVersion": "v1", "kind": "Event",
        "metadata": {"name": f"{metadata['name']}.past-{number}", "namespace": metadata.get("namespace") or "default"},
        "involvedObject": about, "type": said[0], "reason": said[1], "message": said[2], "count": 3,
        "firstTimestamp": stamp(max(made, snapshot.clock - timedelta(hours=23))), "lastTimestamp": stamp(seen),
    }  # fmt: skip


def taken_again(snapshot: Snapshot, clock: datetime, events: Iterable[Any] = ()) -> Snapshot:
    """The same cluster at another time, with more Events."""
    gathered = Gathered(source="x")
    gathered.add_snapshot(snapshot)
    gathered.objects.setdefault("events", []).extend(events)
    return build_snapshot(gathered, recorded_at=clock, manifest=snapshot.manifest)


def with_history(snapshot: Snapshot) -> Snapshot:
    events = list(long_past(snapshot))
    assert events
    return taken_again(snapshot, snapshot.clock, events)


def told(snapshot: Snapshot) -> list[str]:
    outcome = diagnose(snapshot, shipped_playbooks())
    found = [f"{d.severity} {d.cause} {d.root}: {d.title}" for d in outcome.diagnoses]
    return sorted([*found, *(f"unexplained {u.ref}: {u.symptom}" for u in outcome.unexplained)])


@pytest.mark.parametrize("name", NAMES)
def test_a_day_of_history_of_a_healthy_cluster_is_no_present_fault(name: str) -> None:
    assert told(with_history(healthy(name))) == told(healthy(name))


@pytest.mark.parametrize("name", _HEALTHY_RECORDINGS)
def test_a_day_of_history_of_a_healthy_recording_is_no_present_fault(name: str) -> None:
    day_later = taken_again(recorded(name), recorded(name).clock + timedelta(days=1))
    assert told(with_history(day_later)) == told(day_later)
