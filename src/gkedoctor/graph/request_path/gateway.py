"""The way that begins at a Gateway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from gkedoctor.graph.core.conditions import condition, is_bad
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.hostnames import route_host_matches
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, rules_of_gateway
from gkedoctor.graph.frontends.frontend import BackendRef, Route
from gkedoctor.graph.frontends.routes import routes_behind_gateway
from gkedoctor.graph.gateways.route_attachment import hostnames_of, refused_routes
from gkedoctor.graph.request_path.branches import branch, joined, serves, unknown_rules
from gkedoctor.graph.request_path.frontend_hops import FrontendHops
from gkedoctor.graph.request_path.hop import Hop, State, overall_state
from gkedoctor.snapshot.model import Object


def gateway_path(graph: Graph, gateway: Object, host: str | None) -> Hop:
    """The hops behind a Gateway, over the HTTPRoutes that are attached to it. `host`: only what serves that host."""
    routes = [r for r in routes_behind_gateway(graph, gateway) if serves(r, host, "httpRoute")]
    hops = FrontendHops(graph, lambda _: [*_branches(graph, gateway, routes), *_refused(graph, gateway, host)])
    rules = rules_of_gateway(graph, gateway)
    behind: tuple[Hop, ...]
    if isinstance(rules, Unknown):
        behind = unknown_rules(gateway, rules, hops)
    else:
        behind = tuple(hops.rule_hop(rule) for rule in rules) or hops.beyond_unseen()
    bad = next((c for k in ("Accepted", "Programmed") if (c := condition(gateway, k)) and is_bad("Gateway", c)), None)
    fact = ", ".join(addresses_of(gateway)) or "no address"
    if bad is not None:
        return Hop(ref_of(gateway), State.FAIL, f"{fact}: {bad.get('message') or bad.get('reason')}", behind)
    waiting = not addresses_of(gateway) and overall_state(behind) is not State.FAIL
    return Hop(ref_of(gateway), State.UNKNOWN if waiting else State.OK, fact, behind)


def refuses(graph: Graph, gateway: Object, host: str) -> bool:
    """Whether a route that names the Gateway, and that no listener takes, names the host."""
    named = (hostnames_of(route) for route, _ in refused_routes(graph, gateway))
    return any(route_host_matches(pattern, host) for patterns in named for pattern in patterns)


def _refused(graph: Graph, gateway: Object, host: str | None) -> list[Hop]:
    """The routes that the Gateway does not take, and why not."""
    found = refused_routes(graph, gateway)
    return [Hop(ref_of(route), State.FAIL, why) for route, why in found if host is None or _is_for(route, host)]


def _is_for(route: Object, host: str) -> bool:
    named = hostnames_of(route)
    return not named or any(route_host_matches(pattern, host) for pattern in named)


def _branches(graph: Graph, gateway: Object, routes: Sequence[Route]) -> list[Hop]:
    """One hop per route, Service and port."""
    grouped: dict[tuple[object, ...], tuple[BackendRef, list[str]]] = {}
    for backend, entries in _by_rule(routes):
        route = entries[0]
        key = (id(route["item"]), backend["namespace"], backend["name"], backend["port"])
        labels = [f"{host}{entry['path']}" for host in route["hosts"] or ["*"] for entry in entries]
        grouped.setdefault(key, (backend, []))[1].extend(labels)
    return [branch(graph, gateway, backend, joined(labels)) for backend, labels in grouped.values()]


def _by_rule(routes: Sequence[Route]) -> Iterator[tuple[BackendRef, list[Route]]]:
    """What one rule of a route sends to one backend."""
    for _, entries in groupby(routes, key=lambda route: (id(route["at"]), str(route["backend"]))):
        found = list(entries)
        if found[0]["backend"] is not None:
            yield found[0]["backend"], found
