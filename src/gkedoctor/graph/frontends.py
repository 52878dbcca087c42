"""Forwarding rules, and whose they are: of an Ingress, a Service of type LoadBalancer or a Gateway.

Joins: the rule's description, the annotations in which the controller notes what it made, the name `a` + Service UID of
the oldest rules, the address.
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.cloud import last, path_of, resolve
from gkedoctor.graph.gce_descriptions import told
from gkedoctor.graph.gce_names import legacy
from gkedoctor.graph.graph import Facts, Graph, Record, edge, name_of, namespace_of
from gkedoctor.graph.unknown import Unknown
from gkedoctor.snapshot.model import Object

_OF_INGRESS = ("ingress.kubernetes.io/forwarding-rule", "ingress.kubernetes.io/https-forwarding-rule")
_OF_SERVICE = tuple(
    f"service.kubernetes.io/{protocol}-forwarding-rule{family}"
    for protocol in ("tcp", "udp", "l3")
    for family in ("", "-ipv6")
)

Owner = tuple[str, str, str]
"""Kind, namespace and name."""


@edge("forwarding_rules", "Ingress", reads=("ForwardingRule",))
def rules_of_ingress(graph: Graph, ingress: Object) -> Facts:
    """The forwarding rules of the Ingress."""
    return _rules(graph, ingress)


@edge("forwarding_rules", "Service", reads=("ForwardingRule",))
def rules_of_service(graph: Graph, service: Object) -> Facts:
    """The forwarding rules of a Service of type LoadBalancer."""
    return _rules(graph, service) if (service.get("spec") or {}).get("type") == "LoadBalancer" else []


@edge("forwarding_rules", "Gateway", reads=("ForwardingRule",))
def rules_of_gateway(graph: Graph, gateway: Object) -> Facts:
    """The forwarding rules at the Gateway's addresses."""
    doubt = graph.doubt("ForwardingRule")
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
    annotations = item["metadata"].get("annotations") or {}
    return [annotations[a] for a in (*_OF_INGRESS, *_OF_SERVICE) if annotations.get(a)]


def _rules(graph: Graph, item: Object) -> Facts:
    doubt = graph.doubt("ForwardingRule")
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
    found = told(rule)
    return (found.kind, found.namespace, found.name) if found is not None and found.kind else None


@edge("holders", "Address", reads=("ForwardingRule", "Ingress", "Service"))
def holders_of(graph: Graph, address: Object) -> Facts:
    """Who uses the address: {name, rule, kind, place, owner, live}; `live`: the Ingress or Service still exists.

    `kind` is null for what was not made for an object of a cluster.
    """
    return [_holder(graph, link) for link in address.get("users") or []]


def _holder(graph: Graph, link: Any) -> Record:
    rule = resolve(graph, link) if "/forwardingRules/" in str(link) else None
    owner = owner_of(rule) if isinstance(rule, dict) else None
    record = {"name": last(link), "link": link, "rule": rule, "kind": None, "place": None, "owner": None, "live": None}
    if owner is None:
        return record | ({"live": rule} if isinstance(rule, Unknown) else {})
    found = graph.find(*owner)
    live = found if isinstance(found, Unknown) else found is not None
    return record | {"kind": owner[0], "place": f"{owner[1]}/{owner[2]}", "owner": found, "live": live}


def rules_at(graph: Graph, ip: str) -> list[Object]:
    """The forwarding rules of an IP address that are in the snapshot."""
    return graph.index(_by_address).get(ip, [])


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
