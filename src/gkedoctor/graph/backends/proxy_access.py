"""Whether VPC firewall rules let the proxies of a regional Application Load Balancer reach its endpoints.

Regional and internal ones send requests from the proxy-only subnet of their region, and their health checks come from
Google's ranges: the checks may pass while every request times out with 503.
Source: https://cloud.google.com/load-balancing/docs/proxy-only-subnets#firewall-rules.
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.backends.backend_services import groups_of, health_of
from gkedoctor.graph.backends.firewall import Traffic, deciding_rule, targets_of
from gkedoctor.graph.cloud.links import last, path_of, place_of
from gkedoctor.graph.cloud.proxy_subnets import PROXY_ONLY
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

_PROXIED = ("EXTERNAL_MANAGED", "INTERNAL_MANAGED")


@edge(
    "proxy_access",
    "BackendService",
    reads=("Firewall", "Instance", "NetworkEndpointGroup", "InstanceGroup", "Subnetwork", "BackendServiceHealth"),
    record="ProxyAccessRecord",
)
def proxy_access_of(graph: Graph, backend_service: Object) -> Facts:
    """One record per proxy-only range of its region and serving port: {range, port, network, allowed, rule, subnet}.

    Empty for a backend service that is not of a regional Application Load Balancer.
    """
    region = place_of(backend_service)
    if backend_service.get("loadBalancingScheme") not in _PROXIED or region == "global":
        return []
    facts = [groups_of(graph, backend_service), health_of(graph, backend_service)]
    doubts = (*facts, graph.why_incomplete("Firewall"), graph.why_incomplete("Subnetwork"))
    doubt = next((d for d in doubts if isinstance(d, Unknown)), None)
    return doubt if doubt is not None else _records(graph, backend_service, region, facts[0], facts[1])


def _records(graph: Graph, backend_service: Object, region: str, groups: Any, health: Any) -> Facts:
    targets = targets_of(graph, backend_service, groups, health)
    if isinstance(targets, Unknown):
        return targets
    subnets = [s for s in graph.all("Subnetwork") if _is_proxy_subnet(s, region)]
    return [
        _judged(graph, subnet, network, targets.instances, port)
        for network in targets.networks
        for subnet in subnets
        if last(path_of(subnet.get("network"))) == last(network)
        for port in targets.ports
    ]


def _is_proxy_subnet(subnet: Object, region: str) -> bool:
    active = subnet.get("purpose") in PROXY_ONLY and subnet.get("role") in (None, "ACTIVE")
    return active and place_of(subnet) == region and bool(subnet.get("ipCidrRange"))


def _judged(graph: Graph, subnet: Object, network: str, instances: list[Object], port: int) -> Record:
    source = str(subnet["ipCidrRange"])
    rule = deciding_rule(graph, network, instances, Traffic(source, port))
    return {
        "range": source,
        "port": port,
        "network": network,
        "allowed": bool(rule and rule.get("allowed")),
        "rule": rule,
        "subnet": subnet,
    }
