"""The Services that routes name, and the routes that name a Service."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.reference import resolve_reference
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.ingress import is_unserved
from gkedoctor.graph.frontends.load_balancing import services_behind
from gkedoctor.graph.frontends.routes import backend_ref, is_service
from gkedoctor.graph.gateways.route_attachment import ROUTES
from gkedoctor.snapshot.model import Object

_ATTACHED = (*ROUTES, "ListenerSet", "Namespace", "ReferenceGrant")
"""What decides which routes a Gateway takes and what they lead to."""


@edge("route_backends", *ROUTES, reads=("Service", "ReferenceGrant"), cached=True, record="RouteBackendRecord")
def route_backends(graph: Graph, route: Object) -> Facts:
    """The Services that the route names: {name, namespace, port, found, portFound, allowed, target, nearest, at, …}.

    `ports`: those of the Service; `pointer`: where in the route it stands; `weight`: its share of the requests, 1 where
    the route says nothing.
    """
    return [{**_record(graph, route, ref), "pointer": pointer} for pointer, ref in _refs(route)]


def _refs(route: Object) -> Iterator[tuple[str, Object]]:
    """Each reference to a Service with the JSON pointer that leads to it."""
    for number, rule in enumerate((route.get("spec") or {}).get("rules") or []):
        for position, ref in enumerate(rule.get("backendRefs") or []):
            if is_service(ref) and ref.get("name"):
                yield f"/spec/rules/{number}/backendRefs/{position}", ref


def _record(graph: Graph, route: Object, ref: Object) -> Record:
    backend = backend_ref(graph, route, ref)
    namespace = backend["namespace"]
    reference = resolve_reference(graph, "Service", namespace, backend["name"])
    found = reference["found"]
    if found is False and namespace != namespace_of(route) and not graph.in_namespace("Service", namespace):
        found = Unknown("services", f"namespace {namespace} was not recorded")
    target = reference["target"]
    service = target if isinstance(target, dict) else {}
    ports = [p.get("port") for p in (service.get("spec") or {}).get("ports") or []]
    known = bool(service) and ref.get("port") is not None
    return {
        **reference,
        "found": found,
        "namespace": namespace,
        "port": ref.get("port"),
        "at": ref,
        "portFound": ref.get("port") in ports if known else None,
        "ports": ports,
        "weight": _weight(ref),
        "allowed": backend["allowed"],
        "elsewhere": _elsewhere(graph, backend["name"]) if found is False else None,
    }


def _elsewhere(graph: Graph, name: str) -> str | None:
    """The only other namespace that has a Service of that name."""
    found = [namespace_of(s) for s in graph.everywhere("Service") if name_of(s) == name]
    return found[0] if len(found) == 1 else None


def _weight(ref: Object) -> int:
    weight = ref.get("weight")
    return weight if isinstance(weight, int) else 1


@edge("services", *ROUTES, reads=("Service", "ReferenceGrant"), record="KubernetesObject")
def services_of_route(graph: Graph, route: Object) -> Facts:
    """The Services behind the route."""
    records = route_backends(graph, route)
    return [] if isinstance(records, Unknown) else [r["target"] for r in records if isinstance(r["target"], dict)]


@edge("unserved", "Gateway", reads=("Service", "EndpointSlice", "Pod", *_ATTACHED), record="KubernetesObject")
def unserved_of_gateway(graph: Graph, gateway: Object) -> Facts:
    """The Services behind the Gateway that have no ready endpoint, or none that serves the port."""
    return [service for service, port in _behind(graph, gateway) if is_unserved(graph, service, port)]


def _behind(graph: Graph, gateway: Object) -> Iterator[tuple[Object, Object | None]]:
    """Each Service that a Gateway leads to, with the first of its ports that a route names."""
    seen: set[tuple[str, str]] = set()
    for namespace, name, wanted in services_behind(graph, gateway):
        service = graph.find("Service", namespace, name)
        if isinstance(service, dict) and (namespace, name) not in seen:
            seen.add((namespace, name))
            ports = (service.get("spec") or {}).get("ports") or []
            yield service, next((p for p in ports if p.get("port") == wanted), None)


@edge("gateways", "Service", reads=("Gateway", *_ATTACHED), record="KubernetesObject")
def gateways_of(graph: Graph, service: Object) -> Facts:
    """The Gateways that lead to the Service through a route."""
    doubt = graph.why_incomplete("HTTPRoute")
    return doubt if doubt is not None else graph.index(_gateways).get((namespace_of(service), name_of(service)), [])


def _gateways(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    found: dict[tuple[str, str], list[Object]] = {}
    for gateway in graph.everywhere("Gateway"):
        for place in dict.fromkeys((ns, name) for ns, name, _ in services_behind(graph, gateway)):
            found.setdefault(place, []).append(gateway)
    return found


@candidate_index("behind_gateways", "Service", reads=("Gateway", *_ATTACHED))
def behind_gateways(graph: Graph) -> Iterator[Object]:
    """Services that a Gateway leads to; all where routes cannot be seen."""
    known = graph.index(_gateways)
    unseen = graph.why_incomplete("HTTPRoute") is not None
    for service in graph.all("Service"):
        if unseen or (namespace_of(service), name_of(service)) in known:
            yield service
