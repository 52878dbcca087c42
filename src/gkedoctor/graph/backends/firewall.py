"""Whether VPC firewall rules let Google's health checks reach the endpoints of a backend service.

Rules apply in the order of their priority, a deny before an allow of the same one; what no rule names is denied.
Source: https://cloud.google.com/firewall/docs/firewalls#priority_order_for_firewall_rules. Hierarchical and network
firewall policies are not collected, so that "allowed" means: by VPC rules.
"""

from __future__ import annotations

import ipaddress
from typing import Any, NamedTuple

from gkedoctor.graph.backends.backend_services import groups_of, health_of
from gkedoctor.graph.cloud.health_check_ranges import PROBE_RANGES
from gkedoctor.graph.cloud.links import path_of
from gkedoctor.graph.cloud.names import l7_firewall
from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.cidr import in_cidr
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object


@edge(
    "probe_access",
    "BackendService",
    reads=("Firewall", "Instance", "NetworkEndpointGroup", "InstanceGroup"),
    record="ProbeAccessRecord",
)
def probe_access_of(graph: Graph, backend_service: Object) -> Facts:
    """One record per probe range and serving port: {range, port, network, allowed, rule, meant, expected}.

    `rule` decides (null: no rule names it), `meant` is one for the range that misses the port or the nodes, `expected`
    the name of the one that the Ingress controller keeps.
    """
    groups, health = groups_of(graph, backend_service), health_of(graph, backend_service)
    for facts in (groups, health, graph.why_incomplete("Firewall")):
        if isinstance(facts, Unknown):
            return facts
    assert not isinstance(groups, Unknown)
    assert not isinstance(health, Unknown)
    targets = targets_of(graph, backend_service, groups, health)
    if isinstance(targets, Unknown):
        return targets
    return [
        _judged(graph, network, targets.instances, source, port)
        for network in targets.networks
        for source in PROBE_RANGES
        for port in targets.ports
    ]


class Targets(NamedTuple):
    """What a firewall has to let the load balancer reach: machines, in which networks, at which serving ports."""

    networks: list[str]
    instances: list[Object]
    ports: list[int]


def targets_of(graph: Graph, backend_service: Object, groups: Any, health: Any) -> Targets | Unknown:
    """The targets of a backend service, of its groups and of the health of its endpoints."""
    networks = {path_of(g.get("network")) for g in groups if g.get("network")}
    foreign = foreign_network(graph, backend_service, networks)
    if foreign is not None:
        return foreign
    instances = instances_named(graph, {e["instance"] for e in health if e.get("instance")})
    if isinstance(instances, Unknown):
        return instances
    return Targets(sorted(networks), instances, sorted({e["port"] for e in health if e.get("port")}))


def foreign_network(graph: Graph, item: Object, networks: set[str]) -> Unknown | None:
    """Why the rules of a network cannot be judged: with a Shared VPC they lie in the host project."""
    here = path_of(item.get("selfLink")).split("/")[1:2]
    away = sorted(n for n in networks if n.split("/")[1:2] != here)
    if not away or any(path_of(rule.get("network")) in away for rule in graph.all("Firewall")):
        return None
    return Unknown("compute.firewalls", f"{away[0]} is of another project")


def instances_named(graph: Graph, names: set[str]) -> list[Object] | Unknown:
    """The machines of these names that exist."""
    found = []
    for name in sorted(names):
        instance = graph.find("Instance", None, name)
        if isinstance(instance, Unknown):
            return instance
        if instance is not None:
            found.append(instance)
    return found


def _judged(graph: Graph, network: str, instances: list[Object], source: str, port: int) -> Record:
    """The first rule that names the source, the port and one of the instances."""
    rules = rules_of(graph, network)
    rule = next((r for r in rules if _names(r, instances, Traffic(source, port))), None)
    meant = next((r for r in rules if r.get("allowed") and _source_meets(r, source, overlap=False)), None)
    return {
        "range": source,
        "port": port,
        "network": network,
        "allowed": bool(rule and rule.get("allowed")),
        "rule": rule,
        "meant": meant,
        "expected": graph.index(_expected_name),
    }


def _expected_name(graph: Graph) -> str:
    """`k8s-fw-l7--UID` (pkg/utils/namer/namer.go), the UID as its ConfigMap has it, or else instance groups."""
    config = graph.find("ConfigMap", "kube-system", "ingress-uid")
    data = (config.get("data") or {}) if isinstance(config, dict) else {}
    groups = sorted(name_of(g).partition("--")[2] for g in graph.all("InstanceGroup") if "--" in name_of(g))
    uid = data.get("provider-uid") or data.get("uid") or (groups[0] if groups else "")
    return l7_firewall(uid) if uid else "k8s-fw-l7"


def _order(rule: Object) -> tuple[Any, ...]:
    priority = rule.get("priority")
    return (priority if isinstance(priority, int) else 1000, not rule.get("denied"), name_of(rule))


class Traffic(NamedTuple):
    """Packets that want in: from a range, to a port (None: any) by a protocol, for the address of a load balancer.

    `part`: it counts already where a deny rule bars a part of the range.
    """

    source: str
    port: int | None
    protocol: str = "tcp"
    destination: str | None = None
    part: bool = True


def rules_of(graph: Graph, network: str) -> list[Object]:
    """The firewall rules of a network in the order in which they apply."""
    return graph.index(_by_network).get(network, [])


def _by_network(graph: Graph) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for rule in graph.all("Firewall"):
        found.setdefault(path_of(rule.get("network")), []).append(rule)
    return {network: sorted(rules, key=_order) for network, rules in found.items()}


def deciding_rule(graph: Graph, network: str, instances: list[Object], traffic: Traffic) -> Object | None:
    """The first rule that names the traffic to one of the instances; None where no rule does, and it is denied."""
    return next((r for r in rules_of(graph, network) if _names(r, instances, traffic)), None)


def lets_some_in(graph: Graph, network: str, instances: list[Object], traffic: Traffic) -> bool:
    """Whether a rule allows a part of the range at least, such as one client's."""
    return any(
        r.get("allowed")
        and _applies(r, traffic, overlap=True)
        and any(_port_meets(entry, traffic) for entry in r["allowed"])
        and _targets(r, instances)
        for r in rules_of(graph, network)
    )


def _names(rule: Object, instances: list[Object], traffic: Traffic) -> bool:
    denies = bool(rule.get("denied"))
    entries = rule.get("denied") or rule.get("allowed") or []
    return (
        _applies(rule, traffic, overlap=denies and traffic.part)
        and any(_port_meets(entry, traffic) for entry in entries)
        and _targets(rule, instances)
    )


def _applies(rule: Object, traffic: Traffic, *, overlap: bool) -> bool:
    if rule.get("disabled") or (rule.get("direction") or "INGRESS") != "INGRESS":
        return False
    meant_for = rule.get("destinationRanges")
    if meant_for and traffic.destination and not in_cidr(traffic.destination, meant_for):
        return False
    return _source_meets(rule, traffic.source, overlap=overlap)


def _source_meets(rule: Object, source: str, *, overlap: bool) -> bool:
    """Whether the rule's ranges cover the probe range; for a deny it is enough that they overlap."""
    wanted = ipaddress.IPv4Network(source)
    texts = rule.get("sourceRanges") or ([] if rule.get("sourceTags") else ["0.0.0.0/0"])
    networks = [network for network in map(_ipv4, texts) if network is not None]
    return any(wanted.subnet_of(n) or (overlap and wanted.overlaps(n)) for n in networks)


def _ipv4(text: Any) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        return None


_NUMBERS = {"tcp": "6", "udp": "17"}


def _port_meets(entry: Object, traffic: Traffic) -> bool:
    protocol = traffic.protocol.lower()
    if str(entry.get("IPProtocol") or "").lower() not in (protocol, "all", _NUMBERS.get(protocol)):
        return False
    ports = entry.get("ports") or []
    return not ports or traffic.port is None or any(_in_range(str(text), traffic.port) for text in ports)


def _in_range(text: str, port: int) -> bool:
    first, _, last = text.partition("-")
    low, high = whole_number(first), whole_number(last)
    return low is not None and low <= port <= (high if high is not None else low)


def _targets(rule: Object, instances: list[Object]) -> bool:
    """Whether the rule applies to the instances: to all where it names no target, else by tag or account."""
    tags, accounts = set(rule.get("targetTags") or []), set(rule.get("targetServiceAccounts") or [])
    if not tags and not accounts:
        return True
    return any(
        tags & set((i.get("tags") or {}).get("items") or [])
        or accounts & {a.get("email") for a in i.get("serviceAccounts") or []}
        for i in instances
    )
