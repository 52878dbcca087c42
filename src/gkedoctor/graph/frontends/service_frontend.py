"""A Service of type LoadBalancer as a front end: it passes connections on, and reads neither hosts nor paths."""

from __future__ import annotations

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.frontends.forwarding_rules import addresses_of
from gkedoctor.graph.frontends.frontend import BackendRef, Frontend, Listener, Route, frontend
from gkedoctor.snapshot.model import Object


def is_load_balancer(service: Object) -> bool:
    """Whether a Service is of type LoadBalancer."""
    return (service.get("spec") or {}).get("type") == "LoadBalancer"


def service_routes(_graph: Graph, service: Object) -> list[Route]:
    """One route for each port, to the Service itself."""
    return [
        Route(
            item=service,
            at=port,
            hosts=[],
            path=None,
            pathType=None,
            conditional=False,
            backend=BackendRef(
                namespace=namespace_of(service), name=name_of(service), port=port.get("port"), allowed=True
            ),
        )
        for port in (service.get("spec") or {}).get("ports") or []
    ]


@frontend("Service", order=3, routes=service_routes, accepts=is_load_balancer, by_host=False)
def service_frontend(graph: Graph, service: Object) -> Frontend:
    """A Service of type LoadBalancer. Whether TLS is spoken at its ports is the Pods' affair."""
    ports = [p for p in (service.get("spec") or {}).get("ports") or [] if p.get("port")]
    return Frontend(
        item=service,
        hostRule="ingress",
        listeners=[
            Listener(
                name=p.get("name"), port=int(p["port"]), protocol=p.get("protocol") or "TCP", tls=None, hosts=[],
                certificates=[],
            )
            for p in ports
        ],
        addresses=addresses_of(service),
        hosts=[],
        anyHost=True,
        routes=service_routes(graph, service),
    )  # fmt: skip
