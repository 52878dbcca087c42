"""Indexes of suspects for `spec`: of thousands of manifests most are sound, and a pass in Python tells that quickly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gkedoctor.graph.core.graph import Graph, Record, candidate_index
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object


def _leads(graph: Graph, edge: str, item: Object, is_odd: Callable[[Record], bool] = bool) -> bool:
    """Whether an edge leads to something odd, or to what is unknown."""
    found = graph.follow(edge, item)
    return isinstance(found, Unknown) or any(map(is_odd, found))


@candidate_index("lost_references", "Pod", reads=("Secret", "ConfigMap"))
def with_lost_references(graph: Graph) -> Iterator[Object]:
    """Pods that read a Secret, ConfigMap or key that is not there, or cannot be seen."""
    return (pod for pod in graph.all("Pod") if _leads(graph, "references", pod, _is_lost))


def _is_lost(reference: Record) -> bool:
    return reference["found"] is not True or reference["keyFound"] not in (True, None)


@candidate_index("non_root", "Pod")
def to_be_non_root(graph: Graph) -> Iterator[Object]:
    """Pods of which a container may not run as root."""
    for pod in graph.all("Pod"):
        spec = pod.get("spec") or {}
        parts = [spec, *(spec.get("containers") or []), *(spec.get("initContainers") or [])]
        parts += spec.get("ephemeralContainers") or []
        if any((part.get("securityContext") or {}).get("runAsNonRoot") for part in parts):
            yield pod


@candidate_index("odd_backends", "Ingress", reads=("Service", "IngressClass", "Event"))
def with_odd_backends(graph: Graph) -> Iterator[Object]:
    """Ingresses with a backend that will not do or cannot be seen, or of which a controller complains."""
    for ingress in graph.all("Ingress"):
        if _leads(graph, "backends", ingress, _is_odd) or _leads(graph, "sync_errors", ingress):
            yield ingress


def _is_odd(backend: Record) -> bool:
    missed = backend["found"] is not True or backend["portFound"] not in (True, None)
    return missed or backend["typeFits"] not in (True, None) or bool(backend["resource"] or backend["pathFault"])


@candidate_index("wishes", "Ingress", reads=("Address", "FrontendConfig", "SslCertificate", "Event"))
def with_wishes(graph: Graph) -> Iterator[Object]:
    """Ingresses whose annotations request something of Google Cloud, or for which a controller reports an error."""
    edges = ("address", "frontend_config", "pre_shared", "sync_errors")
    return (item for item in graph.all("Ingress") if any(_leads(graph, edge, item) for edge in edges))


@candidate_index("tuned", "Service", reads=("BackendConfig", "Ingress", "Event"))
def tuned(graph: Graph) -> Iterator[Object]:
    """Services that name a BackendConfig, whose annotations are wrong, or of whose Ingress a controller complains."""
    for service in graph.all("Service"):
        ingresses = graph.follow("ingresses", service)
        if (
            _leads(graph, "backend_configs", service)
            or _leads(graph, "annotation_faults", service)
            or isinstance(ingresses, Unknown)
            or any(_leads(graph, "sync_errors", ingress) for ingress in ingresses)
        ):
            yield service


@candidate_index("idle", "Service", reads=("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"))
def idle(graph: Graph) -> Iterator[Object]:
    """Services that select no Pod, or a workload that is scaled to zero."""
    for service in graph.all("Service"):
        if not _leads(graph, "pods", service) or _leads(graph, "workloads", service, _is_stopped):
            yield service


def _is_stopped(workload: Object) -> bool:
    return (workload.get("spec") or {}).get("replicas") == 0


@candidate_index("unadmitted", "Pod", reads=("ServiceAccount", "PriorityClass"))
def unadmitted(graph: Graph) -> Iterator[Object]:
    """Pods that name a ServiceAccount or a PriorityClass that is not there."""
    for pod in graph.all("Pod"):
        spec = pod.get("spec") or {}
        account = spec.get("serviceAccountName") or spec.get("serviceAccount")
        if (account and not _leads(graph, "account", pod)) or (
            spec.get("priorityClassName") and not _leads(graph, "priority_class", pod)
        ):
            yield pod
