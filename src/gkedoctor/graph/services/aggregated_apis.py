"""Aggregated APIs: those that an autoscaler asks, and the Service that answers for one."""

from __future__ import annotations

from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.services.service_reference import referenced_service
from gkedoctor.graph.workloads.autoscaling import metrics_of
from gkedoctor.snapshot.model import Object

_APIS = {
    "Resource": "metrics.k8s.io",
    "ContainerResource": "metrics.k8s.io",
    "Pods": "custom.metrics.k8s.io",
    "Object": "custom.metrics.k8s.io",
    "External": "external.metrics.k8s.io",
}
"""Which aggregated API serves a type of metric (podautoscaler/metrics/client.go)."""


@edge("metrics_apis", "HorizontalPodAutoscaler", reads=("APIService",), record="KubernetesObject")
def metrics_apis_of(graph: Graph, item: Object) -> Facts:
    """The APIServices of the metrics that the autoscaler uses; none where they are not registered."""
    groups = {_APIS.get(str(m.get("type"))) for m in metrics_of(item)}
    found = [a for a in graph.all("APIService") if (a.get("spec") or {}).get("group") in groups]
    doubt = graph.why_incomplete("APIService")
    return doubt if doubt is not None and not found else found


@edge("service", "APIService", reads=("Service",), record="KubernetesObject")
def service_of(graph: Graph, item: Object) -> Facts:
    """The Service that answers for an aggregated API; none for those that the API server serves itself."""
    found = referenced_service(graph, (item.get("spec") or {}).get("service") or {})
    if isinstance(found, Unknown):
        return found
    return [found] if found is not None else []
