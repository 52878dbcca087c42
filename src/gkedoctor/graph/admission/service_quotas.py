"""Quotas that leave no room for another Service, beside Services that somebody needs and that are not there.

The API server refuses such a Service to whoever applies it, and leaves neither an object nor an Event
(https://kubernetes.io/docs/concepts/policy/resource-quotas/#object-count-quota).
"""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.core.accessors import namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.workloads.pod_templates import pods_by_template
from gkedoctor.snapshot.model import Object

_COUNTS = ("services", "count/services")


@candidate_index("without_room_for_services", "ResourceQuota")
def without_room_for_services(graph: Graph) -> Iterator[Object]:
    """Quotas of Services that are used up."""
    return (quota for quota in graph.all("ResourceQuota") if _full(quota) is not None)


def _full(quota: Object) -> Record | None:
    """The count of Services that is used up: {resource, hard, used}."""
    status, spec = quota.get("status") or {}, quota.get("spec") or {}
    for resource in _COUNTS:
        hard = (status.get("hard") or spec.get("hard") or {}).get(resource)
        used = (status.get("used") or {}).get(resource)
        most, have = quantity(hard), quantity(used)
        if most is not None and have is not None and have >= most:
            return {"resource": resource, "hard": hard, "used": used}
    return None


@edge("kept_out_services", "ResourceQuota", reads=("Pod", "Service", "Namespace", "Event"), record="KeptOutRecord")
def kept_out_services(graph: Graph, quota: Object) -> Facts:
    """Services that containers name and that are not there, where the quota has no room: {name, item, pod, …}."""
    full = _full(quota)
    if full is None:
        return []
    found: dict[str, Record] = {}
    for pods in pods_by_template(graph):
        dependencies = graph.follow("dependencies", pods[0])
        for lost in [] if isinstance(dependencies, Unknown) else dependencies:
            if lost["found"] is False and lost.get("namespace") == namespace_of(quota) and not lost.get("near"):
                record = {**full, "name": lost["name"], "host": lost["host"], "item": workload(graph, pods[0])}
                found.setdefault(str(lost["name"]), {**record, "pod": pods[0], "at": lost["at"]})
    return list(found.values())


@edge("service_quotas", "Pod", reads=("ResourceQuota",), record="KubernetesObject")
def service_quotas(graph: Graph, pod: Object) -> Facts:
    """The quotas of the Pod's namespace that leave no room for another Service."""
    return [q for q in graph.in_namespace("ResourceQuota", namespace_of(pod)) if _full(q) is not None]
