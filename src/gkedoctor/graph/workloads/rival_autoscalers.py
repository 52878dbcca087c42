"""Autoscalers that get in each other's way: two of one workload, or of workloads whose selectors take the same Pods.

The controller compares the selectors of all targets and stops with AmbiguousSelector since Kubernetes 1.26
(podautoscaler/horizontal.go, validateAndParseSelector); before that, the two scaled in turns.
"""

from __future__ import annotations

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.conditions import condition
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import template_of
from gkedoctor.graph.workloads.autoscaling import target_of
from gkedoctor.snapshot.model import Object

_READS = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")


@edge("rivals", "HorizontalPodAutoscaler", reads=_READS, record="RivalRecord")
def rivals_of(graph: Graph, item: Object) -> Facts:
    """The other autoscalers that scale the same Pods: {item, same, target}; `same` where it is the same workload.

    Selectors are compared where the controller says that they are ambiguous, and not of all autoscalers.
    """
    doubt = graph.why_incomplete("HorizontalPodAutoscaler", namespace_of(item))
    if doubt is not None:
        return doubt
    told = (condition(item, "ScalingActive") or {}).get("reason") == "AmbiguousSelector"
    namespace = graph.in_namespace("HorizontalPodAutoscaler", namespace_of(item)) if told else []
    twins = [h for h in graph.index(_by_target).get(_named(item), []) if h is not item]
    mine = _target(graph, item)
    shared = [(h, _target(graph, h)) for h in namespace if h is not item and all(h is not t for t in twins)]
    return [
        *({"item": h, "same": True, "target": mine} for h in twins),
        *({"item": h, "same": False, "target": t} for h, t in shared if mine and t and _overlap(mine, t)),
    ]


def _by_target(graph: Graph) -> dict[tuple[str, str, str], list[Object]]:
    found: dict[tuple[str, str, str], list[Object]] = {}
    for item in graph.all("HorizontalPodAutoscaler"):
        found.setdefault(_named(item), []).append(item)
    return found


def _named(item: Object) -> tuple[str, str, str]:
    wanted = (item.get("spec") or {}).get("scaleTargetRef") or {}
    return namespace_of(item), str(wanted.get("kind")), str(wanted.get("name"))


def _target(graph: Graph, item: Object) -> Object | None:
    found = target_of(graph, item)
    return found[0] if not isinstance(found, Unknown) and found else None


def _overlap(one: Object, other: Object) -> bool:
    """Whether the selector of either takes the Pods that the other makes."""
    return _selects(one, other) or _selects(other, one)


def _selects(item: Object, made: Object) -> bool:
    selector, template = (item.get("spec") or {}).get("selector"), template_of(made)
    return bool(selector) and matches(selector, (template.get("metadata") or {}).get("labels"))


@edge("first_rival", "HorizontalPodAutoscaler", reads=_READS, record="KubernetesObject")
def first_rival(graph: Graph, item: Object) -> Facts:
    """The first by name of the autoscalers that scale the same Pods: together they are one fault."""
    found = rivals_of(graph, item)
    return found if isinstance(found, Unknown) else [min([item, *(r["item"] for r in found)], key=name_of)]
