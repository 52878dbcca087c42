"""The requests and limits with which the Pods that a LimitRange refuses keep to its bounds.

Sources: plugin/pkg/admission/limitranger/admission.go (minConstraint, maxConstraint),
https://kubernetes.io/docs/concepts/policy/limit-range/.
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.admission.denials import refused_of
from gkedoctor.graph.admission.failed_creates import CREATORS
from gkedoctor.graph.admission.resource_quotas import bounds_of, out_of_bounds
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import template_of
from gkedoctor.snapshot.kinds import CUSTOM
from gkedoctor.snapshot.model import Object

_READS = ("Event", "Namespace", CUSTOM, *CREATORS, "Pod", "Deployment", "CronJob")


@edge("bounded_resources", "LimitRange", reads=_READS, record="BoundedResourceRecord")
def bounded_resources_of(graph: Graph, limits: Object) -> Facts:
    """What containers of the refused workloads have to request and may use at most: {workload, container, options}.

    `options` are those of `kubectl set resources`. A container that keeps to the bounds has no record.
    """
    refused = refused_of(graph, limits)
    refused = refused if isinstance(refused, Unknown) or refused else out_of_bounds(graph, limits)
    if isinstance(refused, Unknown):
        return refused
    workloads = {ref_of(record["workload"]): record["workload"] for record in refused}
    return [
        {"workload": item, "container": str(container.get("name") or ""), "options": options}
        for item in workloads.values()
        for container in (template_of(item).get("spec") or {}).get("containers") or []
        if (options := _options(container, bounds_of(limits)))
    ]


def _options(container: Object, bounds: list[Object]) -> str:
    """The options that move a container's amounts within the bounds; empty where they are within."""
    changed: dict[str, dict[str, Any]] = {"limits": {}, "requests": {}}
    for bound in bounds:
        for resource in _resources(container, bound):
            for field, amount in _moved(container, bound, resource).items():
                changed[field][resource] = amount
    pairs = {field: ",".join(f"{k}={v}" for k, v in sorted(found.items())) for field, found in changed.items()}
    return " ".join(f"--{field}={text}" for field, text in pairs.items() if text)


def _resources(container: Object, bound: Object) -> list[str]:
    """Which resources the bound and the container have a word about, in a fixed order."""
    own = container.get("resources") or {}
    amounts = [bound.get(key) or {} for key in ("max", "min", "default")]
    parts = (*amounts, own.get("limits") or {}, own.get("requests") or {})
    return sorted({name for part in parts for name in part})


def _moved(container: Object, bound: Object, resource: str) -> dict[str, Any]:
    own = container.get("resources") or {}
    limit, request = ((own.get(field) or {}).get(resource) for field in ("limits", "requests"))
    most, least = ((bound.get(field) or {}).get(resource) for field in ("max", "min"))
    default = (bound.get("default") or {}).get(resource) or most
    moved: dict[str, Any] = {}
    if _above(limit, most):
        moved["limits"] = most
    elif limit is None and _above(request, default):
        moved["limits"] = most if _above(request, most) else request
    if _above(request, most) or (_above(request, moved.get("limits"))):
        moved["requests"] = most
    elif _above(least, request):
        moved["requests"] = least
        if _above(least, limit):
            moved["limits"] = least
    return moved


def _above(one: Any, other: Any) -> bool:
    left, right = quantity(one), quantity(other)
    return left is not None and right is not None and left > right
