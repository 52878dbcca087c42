"""The way that begins at an Ingress."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.graph import Graph, Record
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.times import age
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.controller_errors import sync_errors_of
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, rules_of_ingress
from gkedoctor.graph.frontends.frontend import BackendRef, Route
from gkedoctor.graph.frontends.ingress import class_of
from gkedoctor.graph.frontends.ingress_frontend import host_rule, ingress_routes
from gkedoctor.graph.request_path.branches import branch, default_hops, joined, serves, unknown_rules
from gkedoctor.graph.request_path.frontend_hops import FrontendHops, address_hop, secret_hops
from gkedoctor.graph.request_path.hop import YOUNG_LOAD_BALANCER, Hop, State, overall_state
from gkedoctor.snapshot.model import Object


def ingress_path(graph: Graph, ingress: Object, host: str | None) -> Hop:
    """The hops behind an Ingress. `host`: only what serves that host."""
    rule, gke = host_rule(graph, ingress), _is_served_by_gke(graph, ingress)
    routes = [r for r in ingress_routes(graph, ingress) if serves(r, host, rule)]
    hops = FrontendHops(graph, lambda url_map: _branches(graph, ingress, routes, url_map, gke=gke))
    rules = rules_of_ingress(graph, ingress)
    served = addresses_of(ingress)
    fact = ", ".join(served) or "no address"
    if isinstance(rules, Unknown):
        behind = unknown_rules(ingress, rules, hops) if gke else hops.beyond_unseen()
    elif rules:
        behind = tuple(hops.rule_hop(rule) for rule in rules)
    else:
        behind = tuple(_branches(graph, ingress, routes, None, gke=gke))
    children = (*address_hop(graph, ingress, *secret_hops(graph, ingress), *behind),)
    if served and (isinstance(rules, Unknown) or rules or not gke):
        return Hop(ref_of(ingress), State.OK, fact, children)
    state, why = _unserved(graph, ingress, children)
    return Hop(ref_of(ingress), state, f"{fact}{why}", children)


def _is_served_by_gke(graph: Graph, ingress: Object) -> bool:
    found = class_of(graph, ingress)
    return isinstance(found, Unknown) or bool(found and found[0]["gke"])


def _unserved(graph: Graph, ingress: Object, children: Sequence[Hop]) -> tuple[State, str]:
    """Why an Ingress has no load balancer: the Ingress fails only where nothing behind it does."""
    if overall_state(children) is State.FAIL:
        return State.OK, " yet"
    if not _is_served_by_gke(graph, ingress):
        return State.FAIL, _other_controller(graph, ingress)
    errors = sync_errors_of(graph, ingress)
    if not isinstance(errors, Unknown) and errors:
        return State.FAIL, f": {errors[-1].get('message')}"
    made = age(graph.clock, ingress["metadata"].get("creationTimestamp"))
    young = made is not None and made < YOUNG_LOAD_BALANCER
    return (State.UNKNOWN, ": it is still being created") if young else (State.FAIL, "")


def _other_controller(graph: Graph, ingress: Object) -> str:
    """Why GKE's controller leaves an Ingress alone."""
    found = class_of(graph, ingress)
    who: Record = {} if isinstance(found, Unknown) or not found else found[0]
    if who.get("foreign") is True:
        return f": the controller of class {name_of(who['item'])} has not set one"
    if who.get("annotation"):
        return f": no controller serves class {who['annotation']}"
    return f": GKE does not read spec.ingressClassName ({who.get('named')})"


def _branches(
    graph: Graph, ingress: Object, routes: Sequence[Route], url_map: Object | None, *, gke: bool
) -> list[Hop]:
    """One hop per Service and port that the rules of an Ingress lead to, and the default of the URL map."""
    grouped: dict[tuple[object, ...], tuple[BackendRef, list[str]]] = {}
    for route in routes:
        backend = route["backend"]
        if backend is not None:
            grouped.setdefault((backend["name"], backend["port"]), (backend, []))[1].append(_label(route))
    hops = [
        branch(graph, ingress, backend, joined(labels), cloud=gke, noted=True) for backend, labels in grouped.values()
    ]
    has_default = any(not route["path"] and not route["hosts"] for route in routes)
    return hops if has_default else [*hops, *default_hops(graph, url_map)]


def _label(route: Route) -> str:
    if not route["hosts"] and not route["path"]:
        return "all other requests"
    return f"{''.join(route['hosts'])}{route['path'] or '/*'}"
