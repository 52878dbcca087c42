"""Whether firewall rules let the health checks and the clients of a Service's load balancer in to the nodes.

Health checks come from Google's ranges to the port at which nodes answer them; clients from
spec.loadBalancerSourceRanges (everybody, where it is empty) to the ports of the Service at the load balancer's address.
Source: cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules#service-fws.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from gkedoctor.graph.backends.firewall import Traffic, deciding_rule, foreign_network, instances_named, lets_some_in
from gkedoctor.graph.cloud.cluster import cluster_of
from gkedoctor.graph.cloud.health_check_ranges import EXTERNAL_PASSTHROUGH_RANGES, PROBE_RANGES
from gkedoctor.graph.cloud.links import path_of
from gkedoctor.graph.cloud.names import legacy
from gkedoctor.graph.core.accessors import annotations_of, name_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import addresses_of
from gkedoctor.graph.passthrough.balancers import health_check_port, is_internal, passthrough_of
from gkedoctor.snapshot.model import Object

_READS = ("Firewall", "Instance", "Node", "Cluster")
_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_RULE = "service.kubernetes.io/firewall-rule"
_CHECK_RULE = "service.kubernetes.io/firewall-rule-for-hc"
_EVERYBODY = ("0.0.0.0/0",)


@edge("check_access", "Service", reads=(*_READS, "ForwardingRule", "BackendService"), record="NodeAccessRecord")
def check_access_of(graph: Graph, service: Object) -> Facts:
    """Whether health checks reach the nodes of a Service's load balancer: one record for each of Google's ranges."""
    found, port = passthrough_of(graph, service), health_check_port(service)
    if isinstance(found, Unknown):
        return found
    nodes = _machines(graph)
    if isinstance(nodes, Unknown) or not nodes or not found or port is None:
        return nodes if isinstance(nodes, Unknown) else []
    sources = PROBE_RANGES if is_internal(service) else EXTERNAL_PASSTHROUGH_RANGES
    expected = annotations_of(service).get(_CHECK_RULE)
    return [_judged(graph, nodes, Traffic(source, port), expected) for source in sources]


@edge("traffic_access", "Service", reads=_READS, record="NodeAccessRecord")
def traffic_access_of(graph: Graph, service: Object) -> Facts:
    """Whether clients reach the nodes of a Service's load balancer: one record for each address, port and range."""
    addresses = [ip for ip in addresses_of(service) if ":" not in ip]
    if (service.get("spec") or {}).get("type") != "LoadBalancer" or not addresses:
        return []
    nodes = _machines(graph)
    if isinstance(nodes, Unknown) or not nodes:
        return nodes
    return [_judged(graph, nodes, t, _expected(service)) for t in _wanted(service, addresses)]


def source_ranges(service: Object) -> tuple[str, ...]:
    """Who may send to the Service: everybody, where it does not say."""
    listed = (service.get("spec") or {}).get("loadBalancerSourceRanges") or []
    noted = [r.strip() for r in str(annotations_of(service).get(_RANGES) or "").split(",")]
    found = tuple(str(r) for r in (listed or noted) if _is_ipv4(str(r)))
    return found or _EVERYBODY


def _is_ipv4(text: str) -> bool:
    try:
        return bool(ipaddress.IPv4Network(text.strip(), strict=False))
    except ValueError:
        return False


def _wanted(service: Object, addresses: list[str]) -> Iterator[Traffic]:
    for port in (service.get("spec") or {}).get("ports") or []:
        protocol = str(port.get("protocol") or "TCP").lower()
        if protocol in ("tcp", "udp") and port.get("port"):
            for ip in addresses:
                for source in source_ranges(service):
                    yield Traffic(source, int(port["port"]), protocol, ip, part=False)


def _expected(service: Object) -> str | None:
    """The name of the rule that GKE keeps for the traffic of the Service."""
    noted, uid = annotations_of(service).get(_RULE), service["metadata"].get("uid")
    return noted or (f"k8s-fw-{legacy(uid)}" if uid else None)


def _machines(graph: Graph) -> list[Object] | Unknown:
    """The nodes as machines; unknown where they or the rules of their network cannot be seen."""
    for kind in ("Firewall", "Node"):
        doubt = graph.why_incomplete(kind)
        if doubt is not None:
            return doubt
    nodes = graph.index(_nodes)
    if isinstance(nodes, Unknown) or not nodes:
        return nodes
    network = _network(graph, nodes)
    if not network:
        return Unknown("compute.instances", "the network of the nodes is not known")
    away = foreign_network(graph, nodes[0] if nodes[0].get("selfLink") else _cluster(graph), {network})
    return away if away is not None else nodes


def _nodes(graph: Graph) -> list[Object] | Unknown:
    """One machine for each set of tags and accounts: rules cannot tell others apart."""
    found = instances_named(graph, {name_of(n) for n in graph.all("Node")})
    if isinstance(found, Unknown):
        return found
    return list({(str(i.get("tags")), str(i.get("serviceAccounts"))): i for i in found}.values())


def _network(graph: Graph, nodes: list[Object]) -> str:
    """The network of the nodes: `projects/P/global/networks/N`."""
    for node in nodes:
        for interface in node.get("networkInterfaces") or []:
            if path_of(interface.get("network")):
                return path_of(interface["network"])
    cluster, project = _cluster(graph), path_of(nodes[0].get("selfLink")).split("/")[1:2]
    full = path_of((cluster.get("networkConfig") or {}).get("network"))
    short = cluster.get("network")
    return full or (f"projects/{project[0]}/global/networks/{short}" if short and project else "")


def _cluster(graph: Graph) -> Object:
    found = cluster_of(graph, {})
    return found[0] if not isinstance(found, Unknown) and found else {}


def _judged(graph: Graph, nodes: list[Object], traffic: Traffic, expected: str | None) -> Record:
    network = _network(graph, nodes)
    rule = deciding_rule(graph, network, nodes, traffic)
    partly = rule is None and not traffic.part and lets_some_in(graph, network, nodes, traffic)
    return {
        "range": traffic.source,
        "port": traffic.port,
        "protocol": traffic.protocol,
        "destination": traffic.destination,
        "network": network,
        "project": network.split("/")[1],
        "allowed": bool(rule and rule.get("allowed")) or partly,
        "rule": rule,
        "expected": expected,
        "existing": next((r for r in graph.all("Firewall") if expected and name_of(r) == expected), None),
        "ownRules": bool((_cluster(graph).get("networkConfig") or {}).get("disableL4LbFirewallReconciliation")),
        "tag": _tag(nodes),
    }


def _tag(instances: list[Object]) -> str | None:
    """The network tag that GKE gives to all nodes of the cluster, `gke-CLUSTER-HASH-node`."""
    tags = [t for i in instances for t in (i.get("tags") or {}).get("items") or []]
    return next((t for t in tags if t.startswith("gke-") and t.endswith("-node")), tags[0] if tags else None)
