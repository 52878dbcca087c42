"""The way of a request, hop by hop across both planes: a pure function of the graph.

Host or address → forwarding rule → proxy → URL map → backend service → health check, NEG or instance group → Service →
workload. Where a listing is missing the way is found from the other end, and the hop says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from gkedoctor.graph.cloud.links import path_of, resolve
from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.hostnames import url_map_host_matches
from gkedoctor.graph.core.ref import Ref
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, owner_of, rules_at
from gkedoctor.graph.frontends.frontend import frontend_kinds, frontend_of, is_frontend, routes_behind
from gkedoctor.graph.frontends.routing import host_matches
from gkedoctor.graph.request_path.forwarding_rule import forwarding_rule_path
from gkedoctor.graph.request_path.gateway import gateway_path, refuses
from gkedoctor.graph.request_path.hop import Hop
from gkedoctor.graph.request_path.ingress import ingress_path
from gkedoctor.graph.request_path.load_balancer_service import service_path
from gkedoctor.snapshot.model import Object

PATHS: Mapping[str, Callable[[Graph, Object, str | None], Hop]] = MappingProxyType(
    {"Ingress": ingress_path, "Gateway": gateway_path, "Service": service_path}
)
"""How the way from each kind of front end is followed; from a Service also where it is none."""


def path_of_object(graph: Graph, item: Object, host: str | None = None) -> Hop:
    """The way that begins at an Ingress, a Gateway or a Service. `host`: only what serves that host."""
    return PATHS[str(item["kind"])](graph, item, host)


def paths_of(graph: Graph, refs: Iterable[Ref], most: int = 3) -> tuple[Hop, ...]:
    """The ways that begin at the first few front ends among some objects."""
    found = (graph.find(r.kind, r.namespace, r.name) for r in dict.fromkeys(refs) if r.kind in PATHS)
    items = [i for i in found if i is not None and not isinstance(i, Unknown) and is_frontend(i)]
    return tuple(path_of_object(graph, item) for item in items[:most])


def paths_to_address(graph: Graph, ip: str) -> list[Hop]:
    """The ways that begin at an IP address: of the objects that have it, else of the forwarding rules alone."""
    holders = [item for kind in frontend_kinds() for item in graph.everywhere(kind) if ip in addresses_of(item)]
    rules = [rule for rule in rules_at(graph, ip) if not _owned(rule, holders)]
    return [*(path_of_object(graph, item) for item in holders), *(forwarding_rule_path(graph, rule) for rule in rules)]


def paths_to_host(graph: Graph, host: str) -> list[Hop]:
    """The ways that a request for a host can take: of the objects that name it, else of the URL maps that do."""
    kinds = frontend_kinds(by_host=True)
    named = [item for kind in kinds for item in graph.everywhere(kind) if _serves(graph, item, host)]
    if named:
        return [path_of_object(graph, item, host) for item in named]
    maps = {path_of(m.get("selfLink")) for m in graph.all("UrlMap") if _names(m, host)}
    rules = [r for r in graph.all("ForwardingRule") if maps and _map_of(graph, r) in maps]
    return [forwarding_rule_path(graph, rule) for rule in rules]


def hosts(graph: Graph) -> list[str]:
    """Every host that an Ingress or a route names."""
    rules = (r for i in graph.everywhere("Ingress") for r in (i.get("spec") or {}).get("rules") or [])
    found = [str(rule["host"]) for rule in rules if rule.get("host")]
    routes = graph.everywhere("HTTPRoute")
    routed = [str(host) for route in routes for host in (route.get("spec") or {}).get("hostnames") or []]
    return sorted({*found, *routed})


def _owned(rule: Object, holders: Iterable[Object]) -> bool:
    owner = owner_of(rule)
    return any(owner in (None, (h.get("kind"), namespace_of(h), name_of(h))) for h in holders)


def _serves(graph: Graph, item: Object, host: str) -> bool:
    """Whether a route that a front end takes or refuses names the host; a certificate for it alone leads nowhere."""
    if item.get("kind") == "Gateway" and refuses(graph, item, host):
        return True
    if item.get("kind") == "Ingress" and not _may_serve(item, host):
        return False
    found = frontend_of(graph, item) if any(route["hosts"] for route in routes_behind(graph, item)) else None
    return found is not None and any(host_matches(found, p, host) for route in found["routes"] for p in route["hosts"])


def _may_serve(ingress: Object, host: str) -> bool:
    """Whether a rule of an Ingress may name the host, by the widest way to read a pattern; no Service is looked up."""
    rules = (ingress.get("spec") or {}).get("rules") or []
    return any(url_map_host_matches(str(rule["host"]), host) for rule in rules if rule.get("host"))


def _names(url_map: Object, host: str) -> bool:
    patterns = (h for rule in url_map.get("hostRules") or [] for h in rule.get("hosts") or [])
    return any(pattern != "*" and url_map_host_matches(str(pattern), host) for pattern in patterns)


def _map_of(graph: Graph, rule: Object) -> str:
    proxy = resolve(graph, rule.get("target")) if rule.get("target") else None
    return path_of(proxy.get("urlMap")) if isinstance(proxy, dict) else ""
