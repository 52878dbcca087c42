"""Autoscalers: what they scale, which metrics API they ask, and the Service behind an aggregated API."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.reference import resolve_targets
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import template_of
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object


@edge(
    "target",
    "HorizontalPodAutoscaler",
    reads=("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"),
    record="KubernetesObject",
)
def target_of(graph: Graph, item: Object) -> Facts:
    """The workload that `scaleTargetRef` names."""
    wanted = (item.get("spec") or {}).get("scaleTargetRef") or {}
    kind, name = str(wanted.get("kind")), wanted.get("name")
    if not name:
        return []
    if kind not in KINDS:
        return Unknown(kind.lower() + "s", "gkedoctor does not check this kind")
    return resolve_targets(graph, kind, namespace_of(item), str(name))


@edge(
    "target_candidates",
    "HorizontalPodAutoscaler",
    reads=("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"),
    record="KubernetesObject",
)
def target_candidates(graph: Graph, item: Object) -> Facts:
    """The workloads in its namespace of the kind that `scaleTargetRef` names: what may have been meant."""
    kind = str(((item.get("spec") or {}).get("scaleTargetRef") or {}).get("kind"))
    return graph.listing(kind, namespace_of(item)) if kind in KINDS else []


@edge(
    "autoscalers",
    "Deployment",
    "StatefulSet",
    "ReplicaSet",
    "ReplicationController",
    reads=("HorizontalPodAutoscaler",),
    record="KubernetesObject",
)
def autoscalers_of(graph: Graph, item: Object) -> Facts:
    """The HorizontalPodAutoscalers that scale a workload."""
    listing = graph.listing("HorizontalPodAutoscaler", namespace_of(item))
    if isinstance(listing, Unknown):
        return listing
    return [scaler for scaler in listing if _names(scaler, item)]


def _names(scaler: Object, item: Object) -> bool:
    wanted = (scaler.get("spec") or {}).get("scaleTargetRef") or {}
    return (wanted.get("kind"), wanted.get("name")) == (item.get("kind"), name_of(item))


def metrics_of(item: Object) -> list[Any]:
    """`spec.metrics`; the old `targetCPUUtilizationPercentage` and the default stand for CPU."""
    metrics = (item.get("spec") or {}).get("metrics") or []
    return metrics or [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization"}}}]


@edge(
    "without_requests",
    "HorizontalPodAutoscaler",
    reads=("Deployment", "StatefulSet", "LimitRange"),
    record="WithoutRequestRecord",
)
def without_requests(graph: Graph, item: Object) -> Facts:
    """The containers of the target that lack the request a utilisation target needs: {container, resource, spec}."""
    targets = target_of(graph, item)
    if isinstance(targets, Unknown):
        return targets
    wanted = [m for m in metrics_of(item) if _relative(m)]
    return [
        {"container": c.get("name"), "resource": resource, "spec": c}
        for target in targets
        for c in (template_of(target).get("spec") or {}).get("containers") or []
        for resource in sorted({_resource(m) for m in wanted if _container(m) in (None, c.get("name"))})
        if not _requested(c, resource)
    ]


def _source(metric: Any) -> Any:
    return metric.get("resource") or metric.get("containerResource") or {}


def _resource(metric: Any) -> str:
    return str(_source(metric).get("name"))


def _container(metric: Any) -> str | None:
    name: str | None = _source(metric).get("container")
    return name


def _relative(metric: Any) -> bool:
    return bool(_source(metric)) and (_source(metric).get("target") or {}).get("type", "Utilization") == "Utilization"


def _requested(container: Any, resource: str) -> bool:
    """A limit without a request becomes the request (pkg/apis/core/v1/defaults.go, SetDefaults_Pod)."""
    resources = container.get("resources") or {}
    return any(resource in (resources.get(field) or {}) for field in ("requests", "limits"))
