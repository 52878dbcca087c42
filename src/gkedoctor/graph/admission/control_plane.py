"""Whether the control plane of a private cluster may reach the Pods that answer for a webhook or an API.

GKE opens ports 443 and 10250 of the nodes to the range of the control plane, and no other:
https://cloud.google.com/kubernetes-engine/docs/how-to/private-clusters#add_firewall_rules
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.backends.firewall import (
    Traffic,
    deciding_rule,
    foreign_network,
    instances_named,
    rules_of,
)
from gkedoctor.graph.cloud.cluster import cluster_of
from gkedoctor.graph.cloud.links import path_of
from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.services.selection import endpoints_of
from gkedoctor.snapshot.model import Object

_READS = ("EndpointSlice", "Endpoints", "Cluster", "Firewall", "Instance")


@edge("control_plane_access", "Service", reads=_READS, record="ControlPlaneAccessRecord")
def control_plane_access(graph: Graph, service: Object) -> Facts:
    """Whether firewall rules let the control plane of a private cluster reach the ready endpoints, by port.

    {range, port, network, allowed, opened, rule, tag, cluster, project}: `opened` is when the rule was created that
    allows it, `rule` the one of GKE for the control plane, `tag` the target tag of the nodes. Nothing where the cluster
    has no range of that kind.
    """
    found = cluster_of(graph, service)
    cluster = found[0] if isinstance(found, list) and found else {}
    source = (cluster.get("privateClusterConfig") or {}).get("masterIpv4CidrBlock")
    link = cluster.get("selfLink")
    if not source or not link:
        return []
    endpoints = endpoints_of(graph, service)
    if isinstance(endpoints, Unknown):
        return endpoints
    project = path_of(link).split("/")[1]
    network = _network(cluster, project)
    for doubt in (graph.why_incomplete("Firewall"), foreign_network(graph, cluster, {network})):
        if doubt is not None:
            return doubt
    ready = [e for e in endpoints if e["ready"]]
    machines = instances_named(graph, {str(e["node"]) for e in ready if e.get("node")})
    if isinstance(machines, Unknown):
        return machines
    base = {"range": source, "network": network, "cluster": name_of(cluster), "project": project}
    return [base | _judged(graph, network, machines, source, port) for port in sorted(set(_ports(service, ready)))]


def _network(cluster: Object, project: str) -> str:
    """The path of the cluster's network; one of another project has its whole path in `networkConfig`."""
    whole = (cluster.get("networkConfig") or {}).get("network")
    return path_of(whole) if whole else f"projects/{project}/global/networks/{cluster.get('network') or 'default'}"


def _ports(service: Object, ready: list[Record]) -> Iterator[int]:
    """The numbers of the endpoints' ports that speak TCP."""
    for endpoint in ready:
        for port in endpoint.get("ports") or []:
            if isinstance(port.get("port"), int) and port.get("protocol") in (None, "TCP"):
                yield port["port"]


def _judged(graph: Graph, network: str, machines: list[Object], source: str, port: int) -> dict[str, Any]:
    rule = deciding_rule(graph, network, machines, Traffic(source, port))
    own = next((r for r in rules_of(graph, network) if source in (r.get("sourceRanges") or [])), None)
    tags = (own or {}).get("targetTags") or [t for m in machines for t in (m.get("tags") or {}).get("items") or []]
    return {
        "port": port,
        "allowed": bool(rule and rule.get("allowed")),
        "opened": rule.get("creationTimestamp") if rule and rule.get("allowed") else None,
        "rule": own,
        "tag": tags[0] if tags else None,
    }
