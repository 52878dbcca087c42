"""A ScaledObject of KEDA that keeps a Pod scales its target up from zero."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status
from gkedoctor.whatif.simulate import settle
from tests.whatif.test_commands import item, one, snapshot_of


def state(least: int | None, **annotations: str) -> Snapshot:
    """A Deployment with no Pods and the ScaledObject that scales it."""
    template = {"metadata": {"labels": {"app": "m"}}, "spec": {"containers": [{"name": "m", "image": "m:1"}]}}
    spec: dict[str, Any] = {"replicas": 0, "selector": {"matchLabels": {"app": "m"}}, "template": template}
    owner = {"kind": "Deployment", "name": "m", "uid": "d", "controller": True, "apiVersion": "apps/v1"}
    scaler = {
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
        "metadata": {"name": "m", "namespace": "shop",
                     "annotations": {f"autoscaling.keda.sh/{k}": v for k, v in annotations.items()}},
        "spec": {"scaleTargetRef": {"name": "m"}, **({"minReplicaCount": least} if least is not None else {})},
    }  # fmt: skip
    deployment = item("Deployment", "m", metadata={"uid": "d"}, spec=spec)
    replica_set = item("ReplicaSet", "m-1", metadata={"ownerReferences": [owner]}, spec=spec)
    given = snapshot_of(deployment, replica_set)
    scalers = Collection("scaledobjects.keda.sh", CollectionState(Status.COMPLETE), [scaler])
    return Snapshot(given.manifest, [*given.collections.values(), scalers])


@pytest.mark.parametrize(
    ("after", "replicas"), [(state(2), 2), (state(0), 0), (state(None), 0), (state(2, paused="true"), 0)]
)
def test_the_target_of_a_scaled_object_has_its_smallest_number_of_pods(after: Snapshot, replicas: int) -> None:
    found = settle(after, state(None))
    deployment = one(found, "Deployment", "m")
    assert deployment is not None
    assert deployment["spec"]["replicas"] == replicas
    assert len(found.collection("pods").objects) == replicas
