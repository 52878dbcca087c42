"""Two autoscalers of the same Pods: they scale again once their workloads no longer share Pods."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.graph.core.conditions import is_true
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.simulate import settle
from tests.whatif.test_commands import item, one, snapshot_of

CONTAINER = {"name": "c", "image": "i:1", "resources": {"requests": {"cpu": "1"}}}


def state(first: dict[str, str], second: dict[str, str]) -> Snapshot:
    """Two Deployments with these selectors, each with an autoscaler that reports AmbiguousSelector."""
    objects: list[dict[str, Any]] = []
    for name, labels in (("api", first), ("worker", second)):
        template = {"metadata": {"labels": labels}, "spec": {"containers": [CONTAINER]}}
        stopped = {"type": "ScalingActive", "status": "False", "reason": "AmbiguousSelector"}
        objects += [
            item("Deployment", name, spec={"replicas": 1, "selector": {"matchLabels": labels}, "template": template}),
            item("HorizontalPodAutoscaler", name, status={"conditions": [stopped]}, spec={
                "maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            }),
        ]  # fmt: skip
    return snapshot_of(*objects)


@pytest.mark.parametrize(
    ("first", "second", "is_active"),
    [
        ({"app": "shop", "part": "api"}, {"app": "shop", "part": "worker"}, True),
        ({"app": "shop"}, {"app": "shop", "part": "worker"}, False),
    ],
)
def test_autoscalers_are_active_once_their_workloads_share_no_pods(
    first: dict[str, str], second: dict[str, str], is_active: bool
) -> None:
    found = settle(state(first, second), state({"app": "shop"}, {"app": "shop"}))
    for name in ("api", "worker"):
        scaler = one(found, "HorizontalPodAutoscaler", name)
        assert scaler is not None
        assert is_true(scaler, "ScalingActive") is is_active
