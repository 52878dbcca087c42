"""The way that begins at a forwarding rule that no object of the snapshot owns."""

from __future__ import annotations

from gkedoctor.graph.cloud.descriptions import service_in_description
from gkedoctor.graph.cloud.links import last, resolve
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import owner_of
from gkedoctor.graph.request_path.backend_hops import backend_of_any
from gkedoctor.graph.request_path.branches import default_hops, joined
from gkedoctor.graph.request_path.frontend_hops import FrontendHops, rules_in
from gkedoctor.graph.request_path.hop import Hop, State, unknown_hop
from gkedoctor.graph.request_path.load_balancer_service import passthrough_hops
from gkedoctor.snapshot.model import Object


def forwarding_rule_path(graph: Graph, rule: Object) -> Hop:
    """The hops behind a forwarding rule: a proxy and its URL map, or what it passes through to."""
    owner = owner_of(rule)
    target = rule.get("backendService") or rule.get("target")
    if "/target" in str(target) and "/targetPools/" not in str(target):
        hops = FrontendHops(graph, lambda url_map: _branches(graph, url_map))
        hop = hops.rule_hop(rule)
    else:
        hop = Hop(ref_of(rule), State.OK, str(rule.get("IPAddress") or ""), tuple(passthrough_hops(graph, rule, None)))
    made = f"; created for {owner[0]} {owner[1]}/{owner[2]}{_deleted_owner(graph, owner)}" if owner else ""
    return Hop(hop.ref, hop.state, hop.fact + made, hop.children)


def _deleted_owner(graph: Graph, owner: tuple[str, str, str]) -> str:
    found = graph.find(*owner)
    return ", which does not exist" if found is None else "" if isinstance(found, dict) else ", which was not recorded"


def _branches(graph: Graph, url_map: Object | None) -> list[Hop]:
    grouped: dict[str, list[str]] = {}
    for hosts, paths, link in rules_in(url_map or {}):
        grouped.setdefault(link, []).extend(f"{host}{path}" for host in hosts for path in paths)
    hops = []
    for link, labels in grouped.items():
        found = resolve(graph, link)
        if isinstance(found, Unknown):
            hops.append(unknown_hop("BackendService", last(link), found, via=joined(labels)))
        elif found is not None:
            hops.append(backend_of_any(graph, found, service_in_description(found), via=joined(labels)))
    return [*hops, *default_hops(graph, url_map)]
