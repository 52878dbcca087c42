"""Load balancers of GKE of whose endpoints Kubernetes does not report the health.

The Ingress controller notes the health of its backends in an annotation; of a Gateway and of a Service of type
LoadBalancer only Google Cloud knows it: whether endpoints answer, and whether firewall and forwarding rules are there.
"""

from __future__ import annotations

from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.frontends.forwarding_rules import addresses_of
from gkedoctor.graph.gateways.gateway_class import class_record
from gkedoctor.graph.passthrough.missing_rules import is_of_gke
from gkedoctor.snapshot.model import Object

_HEALTH = "BackendServiceHealth"


def has_unwatched_load_balancer(graph: Graph) -> bool:
    """Whether a Gateway or Service that GKE serves has an address, and nobody asked Google Cloud whether it works."""
    if graph.why_incomplete(_HEALTH) is None:
        return False
    gateways = (g for g in graph.all("Gateway") if addresses_of(g) and class_record(graph, g).get("gke") is True)
    return any(gateways) or any(_balanced(service) for service in graph.all("Service"))


def _balanced(service: Object) -> bool:
    wanted = (service.get("spec") or {}).get("type") == "LoadBalancer"
    return wanted and is_of_gke(service) and bool(addresses_of(service))
