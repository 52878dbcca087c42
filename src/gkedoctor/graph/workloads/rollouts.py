"""Deployments by how their rollout stands."""

from __future__ import annotations

from gkedoctor.graph.core.conditions import conditions, is_good
from gkedoctor.graph.core.graph import Graph, candidate_index
from gkedoctor.snapshot.model import Object


@candidate_index("not_whole", "Deployment", reads=("ReplicaSet", "Pod", "Event"))
def not_whole(graph: Graph) -> list[Object]:
    """Deployments that lack replicas, or of which a condition is not as it should be."""
    return [deployment for deployment in graph.all("Deployment") if not _is_whole(deployment)]


def _is_whole(deployment: Object) -> bool:
    status = deployment.get("status") or {}
    if status.get("unavailableReplicas"):
        return False
    return all(is_good("Deployment", state) for state in conditions(deployment))
