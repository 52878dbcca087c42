"""What the spec of a Gateway names: certificates of its listeners, reserved addresses, annotations of GKE.

Sources: https://cloud.google.com/kubernetes-engine/docs/how-to/secure-gateway (Secret, pre-shared-certs, certmap),
https://cloud.google.com/kubernetes-engine/docs/how-to/deploying-gateways (NamedAddress). An address or a certificate
has to be of the scope of the load balancer: global, or of the region of the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.cloud.cluster import cluster_of
from gkedoctor.graph.cloud.links import last, place_of
from gkedoctor.graph.cloud.proxy_subnets import proxy_subnets_for, region_of
from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.reference import resolve_reference
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.gateways.gateway_class import class_record
from gkedoctor.graph.gateways.route_attachment import owned_listeners
from gkedoctor.graph.objects.reference_grants import may_refer
from gkedoctor.snapshot.model import Object

PRE_SHARED = "networking.gke.io/pre-shared-certs"
CERTMAP = "networking.gke.io/certmap"


@edge(
    "listener_certificates",
    "Gateway",
    reads=("Secret", "ReferenceGrant", "ListenerSet"),
    record="ListenerCertificateRecord",
)
def listener_certificates_of(graph: Graph, gateway: Object) -> Facts:
    """The certificateRefs of its listeners: {kind, name, namespace, found, target, nearest, allowed, pointer, at, …}.

    `found`, `nearest` and `allowed` of Secrets only; a reference to another kind is for Google Cloud or for nobody.
    `pointer`: the JSON pointer of the reference in `owner`, the Gateway or a ListenerSet.
    """
    return [
        _certificate(graph, owner, listener, ref, f"{pointer}/tls/certificateRefs/{number}")
        for owner, listener, pointer in _listeners(graph, gateway)
        for number, ref in enumerate((listener.get("tls") or {}).get("certificateRefs") or [])
        if ref.get("name")
    ]


def _listeners(graph: Graph, gateway: Object) -> Iterator[tuple[Object, Object, str]]:
    """Each listener with the object that holds it and the JSON pointer to it there."""
    held: dict[int, int] = {}
    for owner, listener in owned_listeners(graph, gateway):
        number = held[id(owner)] = held.get(id(owner), -1) + 1
        yield owner, listener, f"/spec/listeners/{number}"


def _certificate(graph: Graph, owner: Object, listener: Object, ref: Object, pointer: str) -> Record:
    kind, namespace = str(ref.get("kind") or "Secret"), str(ref.get("namespace") or namespace_of(owner))
    record = {
        "kind": kind, "namespace": namespace, "listener": listener.get("name"), "pointer": pointer, "owner": owner,
        "at": ref,
    }  # fmt: skip
    if kind != "Secret":
        known = {"name": str(ref["name"]), "found": None, "target": None, "nearest": None, "allowed": None}
        return {**record, **known}
    allowed = may_refer(graph, owner, "Secret", namespace, str(ref["name"]))
    return {**record, **resolve_reference(graph, "Secret", namespace, str(ref["name"])), "allowed": allowed}


@edge(
    "shared_certificates",
    "Gateway",
    reads=("SslCertificate", "GatewayClass", "ListenerSet"),
    record="SharedCertificateRecord",
)
def shared_certificates_of(graph: Graph, gateway: Object) -> Facts:
    """The certificates that the option pre-shared-certs of its listeners names: {name, found, elsewhere, nearest, …}.

    `pointer`: the JSON pointer of the option in `owner`, `text` its value with the closest match in place of the name.
    """
    regional = bool(class_record(graph, gateway).get("regional"))
    seen: dict[str, Record] = {}
    for owner, listener, pointer in _listeners(graph, gateway):
        text = str(((listener.get("tls") or {}).get("options") or {}).get(PRE_SHARED) or "")
        names = [name.strip() for name in text.split(",") if name.strip()]
        for name in (n for n in names if n not in seen):
            found = _shared(graph, name, regional=regional)
            corrected = ",".join(str(found["nearest"] or name) if n == name else n for n in names)
            option = f"{pointer}/tls/options/{PRE_SHARED.replace('/', '~1')}"
            seen[name] = {**found, "pointer": option, "owner": owner, "text": corrected}
    return list(seen.values())


def _shared(graph: Graph, name: str, *, regional: bool) -> Record:
    same = [c for c in graph.all("SslCertificate") if name_of(c) == name]
    fits = [c for c in same if (place_of(c) != "global") == regional]
    doubt = graph.why_incomplete("SslCertificate")
    return {
        "name": name,
        "found": True if fits else doubt if doubt is not None else False,
        "certificate": fits[0] if fits else None,
        "elsewhere": same[0] if same and not fits else None,
        "nearest": nearest(name, [name_of(c) for c in graph.all("SslCertificate")]) if not same else None,
    }


@edge("named_addresses", "Gateway", reads=("Address", "GatewayClass", "Cluster"), record="GatewayAddressRecord")
def named_addresses_of(graph: Graph, gateway: Object) -> Facts:
    """The entries of `spec.addresses`: {type, name, named, scope, region, item, found, elsewhere, nearest, users}.

    `named`: of type NamedAddress, the only one that GKE takes; `item`: the address of that name in the scope of the
    load balancer, `elsewhere` one in another scope; `users`: names of the forwarding rules that hold it.
    """
    entries = (gateway.get("spec") or {}).get("addresses") or []
    record = class_record(graph, gateway)
    region = _region(graph, gateway) if record.get("regional") else None
    return [_address(graph, entry, region) for entry in entries if record.get("gke") and entry.get("value")]


def _address(graph: Graph, entry: Object, region: str | Unknown | None) -> Record:
    named = str(entry.get("type") or "IPAddress").rpartition("/")[2] == "NamedAddress"
    name = last(entry["value"])
    same = [a for a in graph.all("Address") if name_of(a) == name or a.get("address") == name]
    fits = [a for a in same if place_of(a) == (region or "global")] if not isinstance(region, Unknown) else []
    doubt = region if isinstance(region, Unknown) else graph.why_incomplete("Address")
    item = fits[0] if fits else None
    return {
        "at": entry,
        "type": str(entry.get("type") or "IPAddress"),
        "name": name,
        "named": named,
        "scope": "global" if region is None else "regional",
        "region": None if isinstance(region, Unknown) else region,
        "item": item,
        "found": True if item is not None else doubt if doubt is not None else False,
        "elsewhere": next((a for a in same if a is not item), None) if item is None else None,
        "nearest": nearest(name, [name_of(a) for a in graph.all("Address")]) if not same else None,
        "users": [last(user) for user in (item or {}).get("users") or []],
    }


def _region(graph: Graph, gateway: Object) -> str | Unknown:
    found = cluster_of(graph, gateway)
    cluster = found[0] if not isinstance(found, Unknown) and found else {}
    location = str(cluster.get("location") or cluster.get("zone") or graph.snapshot.manifest.location or "")
    return region_of(location) if location else Unknown("container.clusters", "the region of the cluster is not known")


@edge("proxy_subnets", "Gateway", reads=("Subnetwork", "Cluster", "GatewayClass"), record="ProxySubnetRecord")
def proxy_subnets_of_gateway(graph: Graph, gateway: Object) -> Facts:
    """The proxy-only subnet that the class of the Gateway needs: at most one record, as of an internal Ingress."""
    record = class_record(graph, gateway)
    if record.get("gke") and "cross-regional" in record["name"]:
        return proxy_subnets_for(graph, gateway, ("GLOBAL_MANAGED_PROXY",))
    return proxy_subnets_for(graph, gateway) if record.get("gke") and record["regional"] else []


@edge("annotation_slips", "Gateway", record="AnnotationSlipRecord")
def annotation_slips_of(_graph: Graph, gateway: Object) -> Facts:
    """Annotations that were most likely meant to be networking.gke.io/certmap: {annotation, value, meant}."""
    return [
        {"annotation": key, "value": value, "meant": CERTMAP}
        for key, value in annotations_of(gateway).items()
        if key != CERTMAP and _is_slip(key)
    ]


def _is_slip(key: str) -> bool:
    domain, _, name = key.rpartition("/")
    plain = name.replace("-", "").replace("_", "").lower()
    meant = ("certmap", "certmaps", "certificatemap", "certificatemaps", "certsmap", "cert", "certs")
    return plain in meant and (domain == "" or "gke.io" in domain or "gcp" in domain or "google" in domain)
