"""Deployments by how their rollout stands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gkedoctor.graph.core.graph import Graph, suspects
from gkedoctor.snapshot.model import Object

_WELL: Mapping[str, str] = MappingProxyType({"Available": "True", "Progressing": "True", "ReplicaFailure": "False"})
"""The conditions of a Deployment that has all it wants (apps/v1, DeploymentConditionType)."""


@suspects("not_whole", "Deployment", reads=("ReplicaSet", "Pod", "Event"))
def not_whole(graph: Graph) -> list[Object]:
    """Deployments that lack replicas, or of which a condition is not as it should be."""
    return [deployment for deployment in graph.all("Deployment") if not _is_whole(deployment)]


def _is_whole(deployment: Object) -> bool:
    status = deployment.get("status") or {}
    if status.get("unavailableReplicas"):
        return False
    states = status.get("conditions") or ()
    return all(_WELL.get(str(state.get("type")), state.get("status")) == state.get("status") for state in states)
