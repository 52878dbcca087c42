"""What would still keep a Pod without a node after every Node is ready again: its size, its own anti-affinity.

The scheduler filters by taints before it counts resources (pkg/scheduler/framework/plugins), so where all Nodes are not
ready its message has no word about either.
"""

from __future__ import annotations

from gkedoctor.graph.core.accessors import labels_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.graph.workloads.pods import has_ended
from gkedoctor.snapshot.model import Object

_REQUIRED, _HOSTNAME = "requiredDuringSchedulingIgnoredDuringExecution", "kubernetes.io/hostname"


def one_on_each(graph: Graph, pod: Object, meant: list[Object]) -> bool:
    """Whether the Pod's own anti-affinity keeps it off every node it may use, for a Pod of its kind is on each."""
    rules = (((pod.get("spec") or {}).get("affinity") or {}).get("podAntiAffinity") or {}).get(_REQUIRED) or []
    for rule in rules:
        if rule.get("topologyKey") != _HOSTNAME or rule.get("namespaces") or rule.get("namespaceSelector"):
            continue
        others = graph.in_namespace("Pod", namespace_of(pod))
        taken = {(p.get("spec") or {}).get("nodeName") for p in others if _keeps_off(rule, p)}
        if meant and all(name_of(node) in taken for node in meant):
            return True
    return False


def _keeps_off(rule: Object, pod: Object) -> bool:
    return not has_ended(pod) and matches(rule.get("labelSelector"), labels_of(pod))
