"""What quotas and limit ranges of a namespace would refuse, reckoned from specs before the API server says so.

Sources: pkg/quota/v1/evaluator/core/pods.go (PodUsageFunc, enforcePodContainerConstraints),
plugin/pkg/admission/limitranger, pkg/apis/core/v1/defaults.go (SetDefaults_LimitRangeItem).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from gkedoctor.graph.core.accessors import namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.scheduling import node_fit as placement
from gkedoctor.graph.workloads.pods import has_ended, is_planned
from gkedoctor.snapshot.model import Object

_LASTING = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
_DECLARED = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
"""What every container has to say under a quota on it."""


@edge("overdraft", "ResourceQuota", reads=("Pod", *_LASTING, "HorizontalPodAutoscaler"), record="OverdraftRecord")
def quota_excess_of(graph: Graph, quota: Object) -> Facts:
    """What running Pods of the namespace request beyond the quota: {resource, requested, hard, still}.

    A lower bound: Jobs, DaemonSets and whatever an autoscaler may shrink count for nothing.
    """
    spec = quota.get("spec") or {}
    if spec.get("scopes") or spec.get("scopeSelector"):
        return []
    total: dict[str, float] = {}
    suffering: list[Object] = []
    for pod in graph.in_namespace("Pod", namespace_of(quota)):
        copies = _replicas_of(graph, pod)
        for resource, number in _usage(pod).items():
            total[resource] = total.get(resource, 0.0) + copies * number
        suffering += [workload(graph, pod)] if copies and is_planned(pod) else []
    return [
        _excess(resource, total.get(resource, 0.0), hard, suffering)
        for resource, hard in (spec.get("hard") or {}).items()
        if suffering and total.get(resource, 0.0) > (quantity(hard) or 0.0)
    ]


def _excess(resource: str, number: float, hard: Any, suffering: list[Object]) -> Record:
    said = placement.format_amount(resource.rpartition(".")[2], number)
    record = {"resource": resource, "requested": said, "hard": hard, "still": True, "workloads": suffering}
    return {**record, "needed": amount_text(resource, number)}


def amount_text(resource: str, number: float) -> str:
    """An amount as a quota writes it: `240m`, `512Mi`, `3`."""
    if resource.rpartition(".")[2] == "cpu":
        return f"{round(number * 1000)}m"
    if resource.rpartition(".")[2] in ("memory", "storage", "ephemeral-storage"):
        return f"{math.ceil(number / 2**20)}Mi"
    return f"{math.ceil(number)}"


def _replicas_of(graph: Graph, pod: Object) -> int:
    """How many such Pods there will be at least."""
    if not is_planned(pod):
        return 0 if has_ended(pod) else 1
    above = workload(graph, pod)
    if above is pod:
        return 1
    if above.get("kind") not in _LASTING or graph.follow("autoscalers", above):
        return 0
    replicas = (above.get("spec") or {}).get("replicas")
    return replicas if isinstance(replicas, int) else 1


def _usage(pod: Object) -> dict[str, float]:
    """What a quota counts of one Pod, under every name that it counts it by."""
    asked = placement.requests(pod)
    limits: dict[str, float] = {}
    for container in (pod.get("spec") or {}).get("containers") or []:
        for name, amount in _amounts(container, "limits").items():
            limits[name] = limits.get(name, 0.0) + (quantity(amount) or 0.0)
    return {
        **asked,
        **{f"requests.{name}": number for name, number in asked.items()},
        **{f"limits.{name}": number for name, number in limits.items()},
    }


def _amounts(container: Object, field: str) -> Mapping[str, Any]:
    return (container.get("resources") or {}).get(field) or {}


@edge("undeclared", "ResourceQuota", reads=("Pod", "LimitRange"), record="UndeclaredRecord")
def missing_requests_of(graph: Graph, quota: Object) -> Facts:
    """What the quota requires and a planned Pod does not set: {what, workload, container}; no default sets it."""
    namespace, spec = namespace_of(quota), quota.get("spec") or {}
    wanted = [name for name in _DECLARED if name in (spec.get("hard") or {})]
    if not wanted or spec.get("scopes") or spec.get("scopeSelector"):
        return []
    lacking: list[Record] = [
        {"what": name, "workload": workload(graph, pod), "container": container}
        for pod in graph.in_namespace("Pod", namespace)
        if is_planned(pod)
        for container in _containers(pod)
        for name in wanted
        if not _declares(container, name)
    ]
    defaults = _defaults(graph, namespace) if lacking else {}
    if isinstance(defaults, Unknown):
        return defaults
    return [record for record in lacking if _qualified_name(record["what"]) not in defaults]


def _containers(pod: Object) -> Iterator[Object]:
    spec = pod.get("spec") or {}
    yield from [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]


def _qualified_name(name: str) -> str:
    return name if "." in name else f"requests.{name}"


def _declares(container: Object, name: str) -> bool:
    """Whether the container says it; a limit without a request is the request too."""
    field, _, resource = _qualified_name(name).partition(".")
    fields = ("limits",) if field == "limits" else ("requests", "limits")
    return any(resource in _amounts(container, f) for f in fields)


def _defaults(graph: Graph, namespace: str) -> dict[str, Any] | Unknown:
    """What limit ranges fill in for a container: `requests.cpu` and so on, to the amount."""
    ranges = graph.listing("LimitRange", namespace)
    if not isinstance(ranges, Unknown):
        ranges = ranges or graph.empty_or_unknown("LimitRange", namespace)
    if isinstance(ranges, Unknown):
        return ranges
    return {key: value for limits in ranges for item in bounds_of(limits) for key, value in _filled(item).items()}


def bounds_of(limits: Object) -> list[Object]:
    """The entries of a LimitRange about containers."""
    return [item for item in (limits.get("spec") or {}).get("limits") or [] if item.get("type") == "Container"]


def _filled(item: Object) -> dict[str, Any]:
    limits = {**(item.get("max") or {}), **(item.get("default") or {})}
    requests = {**(item.get("min") or {}), **limits, **(item.get("defaultRequest") or {})}
    return {f"limits.{k}": v for k, v in limits.items()} | {f"requests.{k}": v for k, v in requests.items()}


@edge("default_requests", "HorizontalPodAutoscaler", reads=("LimitRange",), record="DefaultRequestRecord")
def default_requests_of(graph: Graph, item: Object) -> Facts:
    """The requests that limit ranges of the namespace give to containers without: {name, amount}."""
    defaults = _defaults(graph, namespace_of(item))
    if isinstance(defaults, Unknown):
        return defaults
    return [{"name": key, "amount": value} for key, value in defaults.items() if key.startswith("requests.")]


@edge("out_of_bounds", "LimitRange", reads=("Pod",), record="OutOfBoundRecord")
def out_of_bounds(graph: Graph, limits: Object) -> Facts:
    """What planned Pods request beyond the limits: {workload, message}, in the words of the API server."""
    return [
        {"workload": workload(graph, pod), "message": message, "container": container}
        for pod in graph.in_namespace("Pod", namespace_of(limits))
        if is_planned(pod)
        for container in _containers(pod)
        for item in bounds_of(limits)
        for message in _refused(item, container)
    ]


def _refused(item: Object, container: Object) -> Iterator[str]:
    requests, limits, filled = _amounts(container, "requests"), _amounts(container, "limits"), _filled(item)
    for resource, limit in limits.items():
        if _more(limit, bound := (item.get("max") or {}).get(resource)):
            yield f"maximum {resource} usage per Container is {bound}, but limit is {limit}"
    for resource, request in requests.items():
        if _more(bound := (item.get("min") or {}).get(resource), request):
            yield f"minimum {resource} usage per Container is {bound}, but request is {request}"
        elif resource not in limits and _more(request, bound := filled.get(f"limits.{resource}")):
            place = f"spec.containers[{container.get('name')}].resources.requests"
            yield f'{place}: Invalid value: "{request}": must be less than or equal to {resource} limit of {bound}'


def _more(one: Any, other: Any) -> bool:
    left, right = quantity(one), quantity(other)
    return left is not None and right is not None and left > right
