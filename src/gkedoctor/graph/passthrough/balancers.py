"""Which load balancer a Service of type LoadBalancer has, and which nodes should pass its health check.

The load balancer asks nodes, not Pods: kube-proxy at port 10256 where externalTrafficPolicy is Cluster, the
healthCheckNodePort where it is Local, which answers 200 only on nodes with a ready Pod of the Service.
Sources: kubernetes/ingress-gce pkg/l4/annotations, pkg/l4/healthchecks;
cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer.
"""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.backends.backend import Backend, backend_of
from gkedoctor.graph.cloud.links import last
from gkedoctor.graph.core.accessors import annotations_of, name_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import backend_services_of_service
from gkedoctor.graph.services.selection import endpoints_of
from gkedoctor.snapshot.model import Object

TYPES = ("networking.gke.io/load-balancer-type", "cloud.google.com/load-balancer-type")
INTERNAL_CLASS = "networking.gke.io/l4-regional-internal"
EXTERNAL_CLASS = "networking.gke.io/l4-regional-external"
STANDALONE_CLASS = "networking.gke.io/standalone-passthrough-lb-neg"
CLASSES = (INTERNAL_CLASS, EXTERNAL_CLASS, STANDALONE_CLASS)
"""The values of spec.loadBalancerClass that GKE serves (pkg/l4/annotations/service.go)."""

KUBE_PROXY_PORT = 10256
"""Where kube-proxy answers the health checks of Services with externalTrafficPolicy Cluster."""


def is_internal(service: Object) -> bool:
    """Whether the load balancer of a Service is an internal one."""
    named = (service.get("spec") or {}).get("loadBalancerClass")
    if named:
        return bool(named == INTERNAL_CLASS)
    notes = annotations_of(service)
    return next((str(notes[k]).lower() == "internal" for k in TYPES if notes.get(k)), False)


def is_local(service: Object) -> bool:
    """Whether only nodes with a ready Pod of the Service take its traffic."""
    return (service.get("spec") or {}).get("externalTrafficPolicy") == "Local"


def health_check_port(service: Object) -> int | None:
    """The port at which nodes answer the health checks of the Service; None where the Service does not say."""
    return (service.get("spec") or {}).get("healthCheckNodePort") if is_local(service) else KUBE_PROXY_PORT


@candidate_index("load_balancer_services", "Service")
def load_balancer_services(graph: Graph) -> Iterator[Object]:
    """Services of type LoadBalancer."""
    return (s for s in graph.all("Service") if (s.get("spec") or {}).get("type") == "LoadBalancer")


@edge(
    "passthrough",
    "Service",
    reads=("ForwardingRule", "BackendService", "HealthCheck", "BackendServiceHealth", "EndpointSlice", "Endpoints"),
    cached=True,
    record="PassthroughRecord",
)
def passthrough_of(graph: Graph, service: Object) -> Facts:
    """The backend services of a Service of type LoadBalancer, one record each.

    `judged` are the nodes that should be HEALTHY, by the traffic policy; `strays` the nodes with a ready Pod that the
    load balancer does not have.
    """
    found = backend_services_of_service(graph, service)
    if isinstance(found, Unknown):
        return found
    return [_record(graph, service, backend_of(graph, item, service)) for item in found]


def _record(graph: Graph, service: Object, backend: Backend) -> Record:
    serving = serving_nodes(graph, service)
    judged = _judged(service, backend["endpoints"], serving)
    bad = judged if isinstance(judged, Unknown) else [e for e in judged if e["state"] == "UNHEALTHY"]
    healthy = judged if isinstance(judged, Unknown) else sum(e["state"] in ("HEALTHY", "DRAINING") for e in judged)
    return {
        "backendService": backend["backendService"],
        "name": backend["name"],
        "location": backend["location"],
        "check": backend["check"],
        "checkPort": backend["checkPort"],
        "expectedPort": health_check_port(service),
        "internal": is_internal(service),
        "local": is_local(service),
        "endpoints": backend["endpoints"],
        "judged": judged,
        "healthy": healthy,
        "unhealthy": bad,
        "strays": _strays(backend["endpoints"], serving),
        "nodes": _nodes(graph, bad),
        "groups": backend["groups"],
    }


def serving_nodes(graph: Graph, service: Object) -> set[str] | Unknown:
    """The nodes that have a ready endpoint of the Service."""
    endpoints = endpoints_of(graph, service)
    if isinstance(endpoints, Unknown):
        return endpoints
    return {str(e["node"]) for e in endpoints if e["ready"] and e["serving"] and not e["terminating"] and e["node"]}


def _judged(service: Object, endpoints: Facts, serving: set[str] | Unknown) -> Facts:
    if isinstance(endpoints, Unknown) or not is_local(service):
        return endpoints
    if isinstance(serving, Unknown):
        return serving
    return [e for e in endpoints if e["instance"] in serving]


def _strays(endpoints: Facts, serving: set[str] | Unknown) -> Facts:
    if isinstance(endpoints, Unknown):
        return endpoints
    if isinstance(serving, Unknown):
        return serving
    return sorted(serving - {e["instance"] for e in endpoints})


def _nodes(graph: Graph, endpoints: Facts) -> Facts:
    if isinstance(endpoints, Unknown):
        return endpoints
    found = [graph.find("Node", None, name) for name in sorted({e["instance"] for e in endpoints})]
    return next((n for n in found if isinstance(n, Unknown)), [n for n in found if n is not None])


@edge("proxies", "Node", reads=("Pod",), record="KubernetesObject")
def proxies_of(graph: Graph, node: Object) -> Facts:
    """The Pods that answer health checks of load balancers on a node: kube-proxy, or the agent of Dataplane V2."""
    doubt = graph.why_incomplete("Pod", "kube-system")
    if doubt is not None:
        return doubt
    return graph.index(_proxies_by_node).get(name_of(node), [])


def _proxies_by_node(graph: Graph) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for pod in graph.in_namespace("Pod", "kube-system"):
        labels = (pod.get("metadata") or {}).get("labels") or {}
        if labels.get("component") == "kube-proxy" or labels.get("k8s-app") in ("kube-proxy", "cilium"):
            found.setdefault(last((pod.get("spec") or {}).get("nodeName")), []).append(pod)
    return found
