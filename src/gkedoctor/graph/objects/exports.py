"""Objects that were exported without their status: what became of them nobody knows, and 0 ready replicas least of all.

The API server never leaves the status of these kinds out, but `kubectl neat`, backup tools and repositories of
manifests do.
"""

from __future__ import annotations

from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.kinds import FILES, KINDS

WITHOUT_STATUS = "exported without status: `gkedoctor lint` looks at such files"
"""Why nothing is known of a collection whose objects were exported."""

_WITH_STATUS = (
    *("Pod", "Node", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Job", "CronJob"),
    *("PersistentVolumeClaim", "Ingress", "HorizontalPodAutoscaler", "Gateway", "HTTPRoute", "APIService"),
    *("PodDisruptionBudget", "ManagedCertificate"),
)


def why_without_status(graph: Graph, kind: str) -> Unknown | None:
    """Why nothing is known of how the objects of a kind do; None where they have a status, or need none."""
    if kind not in _WITH_STATUS or not graph.index(_is_export) or not graph.all(kind):
        return None
    return Unknown(KINDS[kind].collection, WITHOUT_STATUS)


def _is_export(graph: Graph) -> bool:
    """Whether no object at all has a status, of the kinds that always have one. Mostly the first one has."""
    if FILES in graph.snapshot.collections:  # files that are to be applied have none yet
        return False
    items = (item for kind in _WITH_STATUS for item in graph.all(kind))
    return not any("status" in item for item in items)
