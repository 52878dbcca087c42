"""The hops from a rule of a front end to the Services behind it."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.graph.backends.backend import backend_of
from gkedoctor.graph.cloud.descriptions import service_in_description
from gkedoctor.graph.cloud.links import last, resolve
from gkedoctor.graph.core.accessors import annotations_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.hostnames import HOST_RULES
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import rule_names
from gkedoctor.graph.frontends.frontend import BackendRef, Route
from gkedoctor.graph.frontends.load_balancing import backend_services_behind
from gkedoctor.graph.request_path.backend_hops import (
    backend_hop,
    backend_of_any,
    check_hops,
    missing_service,
    refused_service,
    service_hop,
)
from gkedoctor.graph.request_path.frontend_hops import FrontendHops
from gkedoctor.graph.request_path.hop import Hop, overall_state, unknown_hop
from gkedoctor.snapshot.model import Object

_SYSTEM_DEFAULT = "kube-system/default-http-backend"


def serves(route: Route, host: str | None, rule: str) -> bool:
    """Whether a route takes a host; any for None. `rule`: which of HOST_RULES reads its patterns."""
    return host is None or not route["hosts"] or any(HOST_RULES[rule](p, host) for p in route["hosts"])


def unknown_rules(item: Object, why: Unknown, hops: FrontendHops) -> tuple[Hop, ...]:
    """The forwarding rules of a front end that may not be listed, with what is behind them."""
    behind = hops.beyond_unseen()
    names = rule_names(item) or [""]
    return tuple(unknown_hop("ForwardingRule", name, why, *(behind if i == 0 else ())) for i, name in enumerate(names))


def branch(
    graph: Graph, item: Object, backend: BackendRef, via: str, *, cloud: bool = True, noted: bool = False
) -> Hop:
    """The hop of a backend of a front end: its backend service with the Service, or the Service where there is none.

    `cloud`: whether Google Cloud serves it; `noted`: whether a controller notes its name on the Service.
    """
    if backend["allowed"] is False:
        return refused_service(backend["namespace"], backend["name"], via)
    service = graph.find("Service", backend["namespace"], backend["name"])
    if service is None or isinstance(service, Unknown):
        return missing_service(graph, backend["namespace"], backend["name"], service, via)
    port = backend["port"]
    found = backend_services_behind(graph, item, service, port) if cloud else []
    if isinstance(found, Unknown):
        name = _annotated_name(service) if noted else ""
        return unknown_hop("BackendService", name, found, service_hop(graph, service, port), via=via)
    if not found:
        return service_hop(graph, service, port, via)
    return backend_hop(graph, backend_of(graph, found[0], service, port, frontend=str(item.get("kind"))), via)


def _annotated_name(service: Object) -> str:
    """The name of the NEG, which its backend service shares, as the controller noted it on the Service."""
    text = str(annotations_of(service).get("cloud.google.com/neg-status") or "")
    return next((part for part in text.split('"') if part.startswith("k8s1-")), "")


def default_hops(graph: Graph, url_map: Object | None) -> list[Hop]:
    """The default of a URL map."""
    link = (url_map or {}).get("defaultService")
    if not link:
        return []
    found = resolve(graph, link)
    if found is None or isinstance(found, Unknown):
        return [unknown_hop("BackendService", last(link), found, via="all other requests")] if found is not None else []
    place = service_in_description(found)
    if place != _SYSTEM_DEFAULT:
        return [backend_of_any(graph, found, place, via="all other requests")]
    checks = check_hops(graph, backend_of(graph, found, None))
    return [
        Hop(
            ref_of(found), overall_state(checks), "returns 404 to requests that match no rule", via="all other requests"
        )
    ]


def joined(labels: Sequence[str]) -> str:
    """`a.example/x, a.example/y, b.example/ and 2 more`."""
    more = len(labels) - 3
    return ", ".join(labels[:3]) + (f" and {more} more" if more > 0 else "")
