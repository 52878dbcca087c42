"""Forwarding rules, and whose they are: of an Ingress, a Service of type LoadBalancer or a Gateway.

Joins: the rule's description, the annotations in which the controller notes what it made, the name `a` + Service UID of
the oldest rules, the address.
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.cloud.descriptions import owner_in_description
from gkedoctor.graph.cloud.links import last, linked, path_of, resolve
from gkedoctor.graph.cloud.names import legacy
from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.ingress import address_of
from gkedoctor.snapshot.model import Object

_OF_INGRESS = ("ingress.kubernetes.io/forwarding-rule", "ingress.kubernetes.io/https-forwarding-rule")
_OF_SERVICE = tuple(
    f"service.kubernetes.io/{protocol}-forwarding-rule{family}"
    for protocol in ("tcp", "udp", "l3")
    for family in ("", "-ipv6")
)

Owner = tuple[str, str, str]
"""Kind, namespace and name."""


@edge("forwarding_rules", "Ingress", reads=("ForwardingRule",), record="CloudObject")
def rules_of_ingress(graph: Graph, ingress: Object) -> Facts:
    """The forwarding rules of the Ingress."""
    return _rules(graph, ingress)


@edge("forwarding_rules", "Service", reads=("ForwardingRule",), record="CloudObject")
def rules_of_service(graph: Graph, service: Object) -> Facts:
    """The forwarding rules of a Service of type LoadBalancer."""
    return _rules(graph, service) if (service.get("spec") or {}).get("type") == "LoadBalancer" else []


def backend_services_of_service(graph: Graph, service: Object) -> list[Object] | Unknown:
    """The backend services of the forwarding rules of a Service of type LoadBalancer, each once."""
    rules = rules_of_service(graph, service)
    if isinstance(rules, Unknown):
        return rules
    found = linked(graph, [rule["backendService"] for rule in rules if rule.get("backendService")])
    return found if isinstance(found, Unknown) else list({id(item): item for item in found}.values())


@edge("forwarding_rules", "Gateway", reads=("ForwardingRule",), record="CloudObject")
def rules_of_gateway(graph: Graph, gateway: Object) -> Facts:
    """The forwarding rules at the Gateway's addresses."""
    doubt = graph.why_incomplete("ForwardingRule")
    if doubt is not None:
        return doubt
    return [rule for ip in addresses_of(gateway) for rule in graph.index(_by_address).get(ip, [])]


def addresses_of(item: Object) -> list[str]:
    """The addresses in the status of an Ingress, Service or Gateway."""
    status = item.get("status") or {}
    entries = (status.get("loadBalancer") or {}).get("ingress") or []
    found = [*(e.get("ip") for e in entries), *(a.get("value") for a in status.get("addresses") or [])]
    return [str(ip) for ip in found if ip]


def rule_names(item: Object) -> list[str]:
    """The names of forwarding rules that the controller noted on an Ingress or Service."""
    annotations = annotations_of(item)
    return [annotations[a] for a in (*_OF_INGRESS, *_OF_SERVICE) if annotations.get(a)]


def _rules(graph: Graph, item: Object) -> Facts:
    doubt = graph.why_incomplete("ForwardingRule")
    if doubt is not None:
        return doubt
    owner = (str(item.get("kind")), namespace_of(item), name_of(item))
    uid = item["metadata"].get("uid")
    names = [*rule_names(item), *([legacy(uid)] if uid and owner[0] == "Service" else [])]
    named = [rule for name in names for rule in graph.index(_by_name).get(name, [])]
    mine = [*graph.index(_by_owner).get(owner, []), *(r for r in named if owner_of(r) in (None, owner))]
    return list({path_of(rule.get("selfLink")): rule for rule in mine}.values())


def owner_of(rule: Object) -> Owner | None:
    """The Kubernetes object that a forwarding rule was made for, by its description."""
    found = owner_in_description(rule)
    return (found.kind, found.namespace, found.name) if found is not None and found.kind else None


_NAMED_ADDRESS = "networking.gke.io/load-balancer-ip-addresses"


@edge(
    "address_holders",
    "Ingress",
    "Service",
    reads=("Address", "ForwardingRule", "Ingress", "Service"),
    record="AddressHolderRecord",
)
def address_holders_of(graph: Graph, item: Object) -> Facts:
    """Who else uses the address that the Ingress or Service requests: {address, name, rule, kind, place, owner, live}.

    `kind` and `place` name the Ingress or Service that the holder was made for (null: made by hand); `live`: it exists.
    """
    address = _asked_address(graph, item)
    if address is None or isinstance(address, Unknown):
        return address if isinstance(address, Unknown) else []
    own = graph.follow("forwarding_rules", item)
    if isinstance(own, Unknown):
        return own
    mine = {path_of(rule.get("selfLink")) for rule in own}
    links = [link for link in address.get("users") or [] if path_of(link) not in mine]
    holders = [_holder(graph, address, link) for link in links]
    this = (str(item.get("kind")), f"{namespace_of(item)}/{name_of(item)}")
    return [h for h in holders if (h["kind"], h["place"]) != this]


def _asked_address(graph: Graph, item: Object) -> Object | Unknown | None:
    if item.get("kind") == "Ingress":
        found = address_of(graph, item)
        if isinstance(found, Unknown) or not found:
            return found if isinstance(found, Unknown) else None
        return found[0]["found"] if isinstance(found[0]["found"], Unknown) else found[0]["item"]
    spec, annotations = item.get("spec") or {}, item["metadata"].get("annotations") or {}
    names = str(annotations.get(_NAMED_ADDRESS) or "").split(",")
    wanted = {spec.get("loadBalancerIP"), *names} - {None, ""}
    same = [a for a in graph.all("Address") if wanted & {a.get("address"), name_of(a)}]
    return same[0] if same else graph.why_incomplete("Address") if wanted else None


def _holder(graph: Graph, address: Object, link: Any) -> Record:
    rule = resolve(graph, link) if "/forwardingRules/" in str(link) else None
    owner = owner_of(rule) if isinstance(rule, dict) else None
    record = {"address": address, "name": last(link), "rule": rule, "kind": None, "place": None, "owner": None}
    if owner is None:
        return record | {"live": rule if isinstance(rule, Unknown) else None}
    found = graph.find(*owner)
    live = found if isinstance(found, Unknown) else found is not None
    return record | {"kind": owner[0], "place": f"{owner[1]}/{owner[2]}", "owner": found, "live": live}


def rules_at(graph: Graph, ip: str) -> list[Object]:
    """The forwarding rules of an IP address that are in the snapshot."""
    return graph.index(_by_address).get(ip, [])


def rules_named(graph: Graph, name: str) -> list[Object]:
    """The forwarding rules of a name, in whatever region, that are in the snapshot."""
    return graph.index(_by_name).get(name, [])


def _by_owner(graph: Graph) -> dict[Owner, list[Object]]:
    found: dict[Owner, list[Object]] = {}
    for rule in graph.all("ForwardingRule"):
        owner = owner_of(rule)
        if owner is not None:
            found.setdefault(owner, []).append(rule)
    return found


def _by_name(graph: Graph) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for rule in graph.all("ForwardingRule"):
        found.setdefault(name_of(rule), []).append(rule)
    return found


def _by_address(graph: Graph) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for rule in graph.all("ForwardingRule"):
        if rule.get("IPAddress"):
            found.setdefault(str(rule["IPAddress"]), []).append(rule)
    return found


def port_range(rule: Object) -> str:
    """`80` for `80-80`, a true range as it is."""
    low, _, high = str(rule.get("portRange") or "").partition("-")
    return low if high in ("", low) else f"{low}-{high}"
