"""Proxy-only subnets, without which Google Cloud makes no internal or regional Application Load Balancer.

Source: https://cloud.google.com/load-balancing/docs/proxy-only-subnets.
"""

from __future__ import annotations

from gkedoctor.graph.cloud.cluster import cluster_of
from gkedoctor.graph.cloud.links import last, path_of, place_of
from gkedoctor.graph.core.accessors import annotations_of, name_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

PROXY_ONLY = ("REGIONAL_MANAGED_PROXY", "INTERNAL_HTTPS_LOAD_BALANCER")
"""Purposes of the proxy-only subnet of a region; the second is the older name of the first."""

_REGIONAL = ("gce-internal", "gce-regional-external")


@edge("proxy_subnets", "Ingress", reads=("Subnetwork", "Cluster"), record="ProxySubnetRecord")
def proxy_subnets_of(graph: Graph, ingress: Object) -> Facts:
    """What an internal or regional Ingress needs: at most one {region, network, found, subnet, backup}.

    `found`: the region has an active proxy-only subnet in the cluster's network; `backup` one that is not active.
    """
    if annotations_of(ingress).get("kubernetes.io/ingress.class") not in _REGIONAL:
        return []
    return proxy_subnets_for(graph, ingress)


def proxy_subnets_for(graph: Graph, item: Object, purposes: tuple[str, ...] = PROXY_ONLY) -> Facts:
    """The proxy-only subnets of some purposes in the cluster's region and network, as one record (see the edge)."""
    found = cluster_of(graph, item)
    cluster = found[0] if not isinstance(found, Unknown) and found else {}
    location = str(cluster.get("location") or cluster.get("zone") or "")
    network = last(cluster.get("network"))
    if not location or not network:
        doubt = graph.why_incomplete("Cluster")
        return (
            doubt
            if doubt is not None
            else Unknown("container.clusters", "region and network of the cluster are not known")
        )
    return _in_region(graph, region_of(location), network, purposes)


def region_of(location: str) -> str:
    """The region of a zone (`asia-northeast1-a`), or the region itself."""
    return location.rpartition("-")[0] if location[-2:-1] == "-" else location


def _in_region(graph: Graph, region: str, network: str, purposes: tuple[str, ...]) -> Facts:
    subnets = [
        s for s in graph.all("Subnetwork") if place_of(s) == region and last(path_of(s.get("network"))) == network
    ]
    proxies = [s for s in subnets if s.get("purpose") in purposes]
    active = [s for s in proxies if s.get("role") in (None, "ACTIVE")]
    doubt = graph.why_incomplete("Subnetwork")
    doubt = doubt if doubt is not None else _elsewhere(subnets, network)
    return [
        {
            "region": region,
            "purpose": purposes[0],
            "network": network,
            "found": True if active else doubt if doubt is not None else False,
            "subnet": active[0] if active else None,
            "backup": next((s for s in proxies if s not in active), None),
            "subnets": [name_of(s) for s in subnets],
        }
    ]


def _elsewhere(subnets: list[Object], network: str) -> Unknown | None:
    """A network without a single subnet here is that of another project (Shared VPC)."""
    return None if subnets else Unknown("compute.subnetworks", f"network {network} has none in this project")
