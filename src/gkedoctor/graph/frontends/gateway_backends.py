"""The backend services that a Gateway has on Google Cloud, and which of them is for which Service.

The backend services of a Gateway have no description. The controller names them in the annotation
`networking.gke.io/backend-services` of the Gateway (with the number of the project in place of its id); where that is
missing, the URL maps behind the Gateway's forwarding rules lead to them. Of each, the description of its NEGs tells
the Service and its port, else its name: `gkegw1-<4>-<namespace>-<service>-<port>-<12>`, `gkemcg1-…` of a multi-cluster
one (published dumps; long names are cut, so that a name that differs proves nothing).
"""

from __future__ import annotations

import re
from typing import Any

from gkedoctor.graph.backends.backend_services import users_of_negs_for
from gkedoctor.graph.cloud.links import last, linked, links_in, path_of, resolve
from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, edge, once_per_object
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, rules_at, rules_of_gateway
from gkedoctor.snapshot.model import Object

NOTED = "networking.gke.io/backend-services"
_PLACE = re.compile(r"(?:global|regions/[a-z0-9-]{1,60})/backendServices/[a-z0-9-]{1,63}")
_RULE = re.compile(r"(?:global|regions/[a-z0-9-]{1,60})/forwardingRules/[a-z0-9-]{1,63}")
_PREFIXES = ("gkegw1-", "gkegw-", "gkemcg1-")


@once_per_object
def backend_services_of_gateway(graph: Graph, gateway: Object) -> list[Object] | Unknown:
    """Every backend service of a Gateway, those of its 404 and 500 answers included."""
    doubt = graph.why_incomplete("BackendService")
    if doubt is not None:
        return doubt
    noted = set(_PLACE.findall(str(annotations_of(gateway).get(NOTED) or "")))
    if noted:
        return [b for b in graph.all("BackendService") if _place(b) in noted]
    return _behind_rules(graph, gateway)


def backend_services_of_route(graph: Graph, gateway: Object, service: Object, port: Any) -> list[Object] | Unknown:
    """The backend services of a Gateway for one port of a Service that a route names."""
    own = backend_services_of_gateway(graph, gateway)
    if isinstance(own, Unknown):
        return own
    found = [b for b in own if _is_named_after(b, service, port)]
    if found:
        return found
    users = users_of_negs_for(graph, service, port)
    if isinstance(users, Unknown):
        return users
    known = {path_of(b.get("selfLink")) for b in own}
    return [b for b in users if (path_of(b.get("selfLink")) in known) or (not own and _is_of_a_gateway(b))]


@edge(
    "missing_forwarding_rules",
    "Gateway",
    reads=("ForwardingRule", "BackendService"),
    record="MissingGatewayRuleRecord",
)
def missing_rules_of_gateway(graph: Graph, gateway: Object) -> Facts:
    """The forwarding rules that the controller noted on a Gateway and that do not exist: {name, address}.

    Backend services of the Gateway that are there prove that it is the right project.
    """
    doubt, own = graph.why_incomplete("ForwardingRule"), backend_services_of_gateway(graph, gateway)
    addresses = addresses_of(gateway)
    noted = _RULE.findall(str(annotations_of(gateway).get("networking.gke.io/forwarding-rules") or ""))
    if not addresses or not noted:
        return []
    if doubt is not None or isinstance(own, Unknown):
        return doubt if doubt is not None else own
    there = {_place(rule) for rule in graph.all("ForwardingRule")}
    lost = [last(place) for place in noted if place not in there]
    served = [ip for ip in addresses if rules_at(graph, ip)]
    return [{"name": name, "address": addresses[0]} for name in lost] if own and not served else []


def _place(backend_service: Object) -> str:
    return path_of(backend_service.get("selfLink")).partition("/")[2].partition("/")[2]


def _is_of_a_gateway(backend_service: Object) -> bool:
    return name_of(backend_service).startswith(_PREFIXES)


def _is_named_after(backend_service: Object, service: Object, port: Any) -> bool:
    stem = name_of(backend_service).rpartition("-")[0]
    return stem.endswith(f"-{namespace_of(service)}-{name_of(service)}-{port}")


def _behind_rules(graph: Graph, gateway: Object) -> list[Object] | Unknown:
    rules = rules_of_gateway(graph, gateway)
    if isinstance(rules, Unknown):
        return rules
    found: list[Object] = []
    for rule in rules:
        proxy = resolve(graph, rule.get("target")) if rule.get("target") else None
        url_map = resolve(graph, proxy.get("urlMap")) if isinstance(proxy, dict) else proxy
        if isinstance(url_map, Unknown):
            return url_map
        links = [link for link in links_in(url_map or {}) if "/backendServices/" in link]
        behind = linked(graph, links)
        if isinstance(behind, Unknown):
            return behind
        found += behind
    return list({path_of(b.get("selfLink")): b for b in found}.values())
