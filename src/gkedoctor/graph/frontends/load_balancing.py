"""The backends of every front end, as Google Cloud serves them. Health is what `getHealth` answered; where that was not
asked, the Ingress controller's annotation `ingress.kubernetes.io/backends`, which may be ten minutes old.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.backends.backend import Backend, backend_of
from gkedoctor.graph.backends.backend_services import backend_services_for
from gkedoctor.graph.backends.service_annotations import NEG
from gkedoctor.graph.core.accessors import annotations_of, json_map, name_of
from gkedoctor.graph.core.graph import Facts, Graph, candidate_index, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import backend_services_of_service
from gkedoctor.graph.frontends.frontend import routes_behind
from gkedoctor.graph.frontends.gateway_backends import backend_services_of_route
from gkedoctor.graph.gateways.route_attachment import ROUTES
from gkedoctor.snapshot.model import Object

_STATES = "ingress.kubernetes.io/backends"
_READS = ("Service", "BackendService", "HealthCheck", "BackendServiceHealth", "Pod")


@edge("load_balancing", "Ingress", reads=_READS, cached=True, record="LoadBalancingRecord")
def load_balancing_of_ingress(graph: Graph, ingress: Object) -> Facts:
    """The backends of the Ingress that have a backend service: one record for each (see Backend)."""
    return _of_routes(graph, ingress)


@edge(
    "load_balancing",
    "Gateway",
    reads=(*_READS, *ROUTES, "ListenerSet", "Namespace", "ReferenceGrant", "HealthCheckPolicy", "ForwardingRule"),
    cached=True,
    record="LoadBalancingRecord",
)
def load_balancing_of_gateway(graph: Graph, gateway: Object) -> Facts:
    """The backends of the HTTPRoutes that are attached to the Gateway: one record for each (see Backend)."""
    doubt = graph.why_incomplete("HTTPRoute")
    return doubt if doubt is not None else _of_routes(graph, gateway)


@edge("load_balancing", "Service", reads=(*_READS, "ForwardingRule"), cached=True, record="LoadBalancingRecord")
def load_balancing_of_service(graph: Graph, service: Object) -> Facts:
    """The backend services of the forwarding rules of a Service of type LoadBalancer (see Backend)."""
    found = backend_services_of_service(graph, service)
    return found if isinstance(found, Unknown) else [backend_of(graph, s, service, frontend="Service") for s in found]


def _of_routes(graph: Graph, item: Object) -> Facts:
    doubt = graph.why_incomplete("BackendService")
    return doubt if doubt is not None else list(_backends(graph, item))


def _backends(graph: Graph, item: Object) -> Iterator[Backend]:
    states = json_map(annotations_of(item).get(_STATES)) or {}
    for namespace, name, port in services_behind(graph, item):
        service = graph.find("Service", namespace, name)
        found = backend_services_behind(graph, item, service, port) if isinstance(service, dict) else []
        for backend_service in [] if isinstance(found, Unknown) else found:
            assert isinstance(service, dict)
            state, kind = states.get(name_of(backend_service)), str(item.get("kind"))
            yield backend_of(graph, backend_service, service, port, state, frontend=kind)


def backend_services_behind(graph: Graph, item: Object, service: Object, port: Any) -> list[Object] | Unknown:
    """The backend services that a front end has for one port of a Service."""
    if item.get("kind") == "Gateway":
        return backend_services_of_route(graph, item, service, port)
    return backend_services_for(graph, service, port)


def services_behind(graph: Graph, item: Object) -> list[tuple[str, str, Any]]:
    """Namespace, name and port (number or name) of each Service that a front end leads to, each once."""
    backends = (route["backend"] for route in routes_behind(graph, item))
    allowed = (b for b in backends if b is not None and b["allowed"] is not False)
    return list(dict.fromkeys((b["namespace"], b["name"], b["port"]) for b in allowed))


@candidate_index("load_balancer_backends", "Service", reads=("Ingress",))
def backends_of_load_balancers(graph: Graph) -> Iterator[Object]:
    """Services that an Ingress sends to, or that request a NEG; all where the Ingresses cannot be seen."""
    for service in graph.all("Service"):
        ingresses = graph.follow("ingresses", service)
        if isinstance(ingresses, Unknown) or ingresses or NEG in annotations_of(service):
            yield service
