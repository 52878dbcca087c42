"""Whether a cluster has a place for Pods that are only planned: what its Nodes are, not how full they are today.

Cordons, pressure and Nodes that are not ready pass; labels, taints that somebody put there and sizes stay.
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import labels_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.scheduling import node_fit as placement
from gkedoctor.graph.scheduling.node_labels import unmatched_requirements
from gkedoctor.graph.scheduling.short_resources import missing_resource
from gkedoctor.graph.scheduling.unschedulable_pods import is_user_taint, node_evaluation
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object

_HOST = "kubernetes.io/hostname"
_CROWDED = ("ports", "affinity")


@edge("room", "Pod", reads=("Node", "Cluster"), record="RoomRecord")
def node_capacity_of(graph: Graph, pod: Object) -> Facts:
    """Why no Node can take the planned Pods: one record {lead, sure, rivals, unmet, short, taints, tainted, reasons}.

    None where there is room, where no Node is known, or where the cluster makes Nodes to measure. `lead` as in
    `scheduling`; `sure`: no autoscaler can make another Node; unknown where Google Cloud could not be asked.
    """
    nodes = graph.listing("Node")
    if isinstance(nodes, Unknown) or not nodes or _has_node_autoprovisioning(graph):
        return nodes if isinstance(nodes, Unknown) else []
    wanted = placement.requests(pod)
    seats = [node_evaluation(pod, node, wanted) for node in nodes]
    for seat in seats:
        seat["taints"] = [t for t in seat["taints"] if is_user_taint(t)]
    meant = [s for s in seats if "selector" not in s["blocks"]]
    free = [s for s in meant if not s["taints"]]
    lead = _main_obstacle(graph, pod, meant, free)
    sure = _has_no_autoscaling(graph)
    if lead is None or (lead in _CROWDED and sure is False):
        return []
    short = [name for s in free[:1] for name in s["small"]]
    tainted = [s for s in meant if s["taints"]]
    return [
        {
            "lead": lead,
            "sure": sure,
            "rivals": {},
            "reasons": [{"kind": lead, "text": _TEXTS[lead]}],
            "unmet": unmatched_requirements(pod, nodes),
            "short": missing_resource(short, wanted, [s["node"] for s in free]),
            "taints": [t for s in tainted[:1] for t in s["taints"]],
            "tainted": [s["node"] for s in tainted],
        }
    ]


_TEXTS = {
    "selector": "no node has the labels",
    "taint": "every node that has the labels is tainted",
    "resources": "no node is large enough",
    "ports": "there are fewer nodes than replicas, and each replica uses the same host port",
    "affinity": "there are fewer nodes than replicas, and no two may share one",
}


def _main_obstacle(graph: Graph, pod: Object, meant: list[Record], free: list[Record]) -> str | None:
    fits = [s for s in free if not s["small"]]
    if not meant:
        return "selector"
    if not free:
        return "taint"
    if not fits:
        return "resources"
    above = workload(graph, pod)
    replicas = (above.get("spec") or {}).get("replicas")
    if not isinstance(replicas, int) or replicas <= len(fits):
        return None
    return "ports" if _host_ports(pod) else "affinity" if _has_anti_affinity(pod) else None


def _host_ports(pod: Object) -> list[Any]:
    containers = (pod.get("spec") or {}).get("containers") or []
    return [p["hostPort"] for c in containers for p in c.get("ports") or [] if p.get("hostPort")]


def _has_anti_affinity(pod: Object) -> bool:
    """Whether it must not share a node with its own like."""
    rules = ((pod.get("spec") or {}).get("affinity") or {}).get("podAntiAffinity") or {}
    terms = rules.get("requiredDuringSchedulingIgnoredDuringExecution") or []
    own = [t for t in terms if t.get("topologyKey") == _HOST and t.get("labelSelector") is not None]
    return any(matches(t["labelSelector"], labels_of(pod)) for t in own)


def _has_node_autoprovisioning(graph: Graph) -> bool:
    """Whether GKE makes Nodes for whatever Pods ask: Autopilot, or node auto-provisioning."""
    clusters = graph.all("Cluster")
    return any(
        (c.get("autopilot") or {}).get("enabled") or (c.get("autoscaling") or {}).get("enableNodeAutoprovisioning")
        for c in clusters
    )


def _has_no_autoscaling(graph: Graph) -> bool | Unknown:
    """Whether no node pool is autoscaled, as Google Cloud lists them."""
    clusters = graph.all("Cluster")
    if not clusters:
        return Unknown(KINDS["Cluster"].collection, "the cluster's node pools are not in this recording")
    pools = [pool for cluster in clusters for pool in cluster.get("nodePools") or []]
    return not any((pool.get("autoscaling") or {}).get("enabled") for pool in pools)
