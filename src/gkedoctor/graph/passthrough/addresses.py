"""The reserved addresses that a Service of type LoadBalancer asks for, and what makes one unsuitable.

The Service names reservations in `networking.gke.io/load-balancer-ip-addresses` (names, two at most) or an IP in
`spec.loadBalancerIP`. It takes an address of the cluster's region alone. Sources: kubernetes/ingress-gce
pkg/l4/annotations/l4_static_address.go, pkg/l4/address/manager.go;
cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.cloud.cluster import cluster_of
from gkedoctor.graph.cloud.links import last, path_of, place_of
from gkedoctor.graph.cloud.proxy_subnets import region_of
from gkedoctor.graph.core.accessors import annotations_of, name_of
from gkedoctor.graph.core.cidr import in_cidr
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.passthrough.balancers import is_internal
from gkedoctor.snapshot.model import Object

NAMED_ADDRESSES = "networking.gke.io/load-balancer-ip-addresses"
SUBNET = "networking.gke.io/load-balancer-subnet"
OLD_SUBNET = "networking.gke.io/internal-load-balancer-subnet"
TIER = "cloud.google.com/network-tier"
_PURPOSES = ("GCE_ENDPOINT", "SHARED_LOADBALANCER_VIP")
_MOST = 2
"""How many names of the annotation are read (maxNumberOfAddresses)."""


@edge(
    "requested_addresses",
    "Service",
    reads=("Address", "Cluster", "Subnetwork"),
    record="RequestedAddressRecord",
)
def requested_addresses_of(graph: Graph, service: Object) -> Facts:
    """The addresses that a Service of type LoadBalancer requests: {asked, by, item, found, nearest, fault, …}.

    `fault` says why one that exists cannot be used: scope, region, type, purpose, tier, subnet or range; null where
    it can. `place` is where it is, `region` where it has to be.
    """
    spec = service.get("spec") or {}
    if spec.get("type") != "LoadBalancer":
        return []
    names = [n.strip() for n in str(annotations_of(service).get(NAMED_ADDRESSES) or "").split(",") if n.strip()]
    wanted = [(name, "annotation") for name in names[:_MOST]]
    if not wanted and spec.get("loadBalancerIP"):
        wanted = [(str(spec["loadBalancerIP"]), "loadBalancerIP")]
    return [_request(graph, service, asked, by) for asked, by in wanted]


def _request(graph: Graph, service: Object, asked: str, by: str) -> Record:
    region, project = region_and_project(graph, service)
    field = "name" if by == "annotation" else "address"
    same = [a for a in graph.all("Address") if a.get(field) == asked]
    item = next((a for a in same if place_of(a) == region), same[0] if same else None)
    doubt = graph.why_incomplete("Address")
    near = _nearest(graph, asked, region) if by == "annotation" and item is None and doubt is None else None
    fault = _fault(graph, service, item or {"address": asked}, region, by)
    return {
        "asked": asked,
        "by": by,
        "item": item,
        "found": True if item is not None else doubt if doubt is not None else False,
        "nearest": near,
        "fault": fault,
        "place": place_of(item) if item is not None else None,
        "region": region,
        "project": project or _project_of(item),
        "internal": is_internal(service),
        "tier": (item or {}).get("networkTier") if not is_internal(service) else None,
        "subnet": last((item or {}).get("subnetwork")) or None,
    }


def region_and_project(graph: Graph, service: Object) -> tuple[str | None, str | None]:
    """Region and project of the cluster, as far as they are known."""
    found = cluster_of(graph, service)
    cluster = found[0] if not isinstance(found, Unknown) and found else {}
    manifest = graph.snapshot.manifest
    location = str(cluster.get("location") or cluster.get("zone") or manifest.location or "")
    project = _project_of(cluster) or manifest.project
    return (region_of(location) if location else None), project


def _project_of(item: Object | None) -> str | None:
    parts = path_of((item or {}).get("selfLink")).split("/")
    return parts[1] if len(parts) > 1 else None


def _nearest(graph: Graph, asked: str, region: str | None) -> str | None:
    return nearest(asked, [name_of(a) for a in graph.all("Address") if region is None or place_of(a) == region])


def _fault(graph: Graph, service: Object, address: Object, region: str | None, by: str) -> str | None:
    """Why the address cannot be used. One that is not reserved, internal ones may be so, has a range alone."""
    if address.get("selfLink"):
        return next(_faults(graph, service, address, region), None)
    outside = by == "loadBalancerIP" and is_internal(service)
    return next((f for f in _subnet_faults(graph, service, address) if f == "range"), None) if outside else None


def _faults(graph: Graph, service: Object, address: Object, region: str | None) -> Iterator[str]:
    place, internal = place_of(address), is_internal(service)
    if place == "global":
        yield "scope"
    if region is not None and place not in (region, "global"):
        yield "region"
    kind = address.get("addressType") or "EXTERNAL"
    if (kind == "INTERNAL") != internal:
        yield "type"
    if (address.get("purpose") or "GCE_ENDPOINT") not in _PURPOSES:
        yield "purpose"
    if not internal and _tier(address.get("networkTier")) != _tier(annotations_of(service).get(TIER)):
        yield "tier"
    if internal:
        yield from _subnet_faults(graph, service, address)


def _tier(value: Any) -> str:
    return str(value or "PREMIUM").upper()


def _subnet_faults(graph: Graph, service: Object, address: Object) -> Iterator[str]:
    """An internal address is of one subnet, and the forwarding rule has to be in it."""
    notes = annotations_of(service)
    wanted = notes.get(SUBNET) or notes.get(OLD_SUBNET) or _subnet_of_cluster(graph, service)
    own = last(address.get("subnetwork"))
    if wanted and own and own != wanted:
        yield "subnet"
        return
    ranges = [s.get("ipCidrRange") for s in graph.all("Subnetwork") if wanted and name_of(s) == wanted]
    if wanted and ranges and address.get("address") and not in_cidr(address["address"], ranges):
        yield "range"


def _subnet_of_cluster(graph: Graph, service: Object) -> str | None:
    found = cluster_of(graph, service)
    return (last(found[0].get("subnetwork")) or None) if not isinstance(found, Unknown) and found else None


@edge("requested_subnet", "Service", reads=("Subnetwork", "Cluster"), record="RequestedSubnetRecord")
def requested_subnet_of(graph: Graph, service: Object) -> Facts:
    """The subnet that annotations of a Service of type LoadBalancer name: at most one {name, annotation, found, …}."""
    notes = annotations_of(service)
    key = next((k for k in (SUBNET, OLD_SUBNET) if notes.get(k)), None)
    if key is None or (service.get("spec") or {}).get("type") != "LoadBalancer":
        return []
    region, project = region_and_project(graph, service)
    here = [s for s in graph.all("Subnetwork") if region is None or place_of(s) == region]
    named = [s for s in here if name_of(s) == notes[key]]
    doubt = graph.why_incomplete("Subnetwork")
    if doubt is None and not here:  # with a Shared VPC the subnets are those of the host project
        doubt = Unknown("compute.subnetworks", "this project has no subnet in the region")
    return [
        {
            "name": notes[key],
            "annotation": key,
            "found": True if named else doubt if doubt is not None else False,
            "nearest": None if named or doubt is not None else nearest(notes[key], [name_of(s) for s in here]),
            "region": region,
            "project": project,
        }
    ]
