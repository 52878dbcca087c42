"""Which Google Cloud objects a controller of GKE's made, for whom, and what in them names the cluster.

Nothing counts as made by a controller for its prefix alone. A proof is a description together with a name that
agrees with it, a name whose own hash is right, or a name that shares its parts with a proven object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gkedoctor.graph.cloud import names
from gkedoctor.graph.cloud.descriptions import (
    DescriptionOwner,
    claim_of,
    claim_of_instance,
    cluster_id_in_description,
    description_json,
    owner_in_description,
)
from gkedoctor.graph.cloud.links import links_in, path_of
from gkedoctor.graph.cloud.names import Parsed, parsed
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.leftovers.gateway_objects import add_undescribed, by_description, by_own_hash
from gkedoctor.graph.leftovers.provenance import CreatedObject, Id, ObjectOwner
from gkedoctor.snapshot.model import Object

KINDS = (
    "ComputeServiceAttachment",
    "ForwardingRule",
    "TargetHttpProxy",
    "TargetHttpsProxy",
    "UrlMap",
    "BackendService",
    "HealthCheck",
    "NetworkEndpointGroup",
    "InstanceGroup",
    "TargetPool",
    "HttpHealthCheck",
    "SslCertificate",
    "Address",
    "Firewall",
    "Disk",
    "FilestoreInstance",
)
"""What can be left over, in the order in which it has to be deleted."""

_NODE_TAG = re.compile(r"(gk[e3]-.+-[0-9a-f]{8})-node")
_GOOGLE_RANGES = {"130.211.0.0/22", "35.191.0.0/16"}
_BACKENDS = ("BackendService", "HealthCheck", "NetworkEndpointGroup")
_L4_KINDS = (*_BACKENDS, "ForwardingRule", "Firewall", "Address")
_LEGACY_KINDS = (
    "ForwardingRule",
    "TargetPool",
    "BackendService",
    "HealthCheck",
    "HttpHealthCheck",
    "Address",
    "Firewall",
)


def made_objects(graph: Graph) -> dict[str, CreatedObject]:
    """Every object that is proven to be made by a controller, by its path."""
    found = {m.path: m for kind in KINDS for item in graph.all(kind) if (m := _by_itself(kind, item)) and m.path}
    known = _KnownOwners(found)
    for kind in KINDS:
        for item in graph.all(kind):
            path = path_of(item.get("selfLink"))
            made = _by_others(kind, item, known) if path and path not in found else None
            if made is not None:
                found[path] = made
    add_undescribed(graph, found)
    return found


def _by_itself(kind: str, item: Object) -> CreatedObject | None:
    """Proven by its own name and description."""
    name, tells = str(item.get("name") or ""), owner_in_description(item)
    if kind == "Disk":
        claim = claim_of(item)
        if claim is None:
            return None
        ids = frozenset({("place", *claim.cluster)} if claim.cluster else ())
        return CreatedObject(kind, item, ids, ObjectOwner("PersistentVolumeClaim", claim.namespace, claim.name))
    if kind == "FilestoreInstance":
        return _by_labels(kind, item)
    parts = parsed(name)
    for proof in (
        _by_neg,
        _by_place,
        by_description,
        by_own_hash,
        _by_ingress,
        _by_service,
        _by_share,
        _by_hash,
        _by_shape,
    ):
        made = proof(kind, item, parts, tells)
        if made is not None:
            return made._replace(ids=made.ids | _tags(kind, item))
    return None


def _owner(tells: DescriptionOwner) -> ObjectOwner:
    return ObjectOwner(tells.kind, tells.namespace, tells.name)


def _by_neg(kind: str, item: Object, parts: Parsed | None, tells: DescriptionOwner | None) -> CreatedObject | None:
    """The description of a NEG names the cluster by its UID; its own name may be of the user's choice."""
    if kind != "NetworkEndpointGroup" or tells is None or not tells.kube_uid:
        return None
    ids: set[Id] = {("kube", tells.kube_uid), ("v2", names.content_hash(tells.kube_uid))}
    if parts is not None and parts.scheme == "backend" and names.agrees(parts, tells.namespace, tells.name):
        ids.add(("short", parts.cluster))
    return CreatedObject(kind, item, frozenset(ids), _owner(tells))


def _by_place(kind: str, item: Object, parts: Parsed | None, tells: DescriptionOwner | None) -> CreatedObject | None:
    """A backend that names its cluster by location and name."""
    if tells is None or tells.cluster is None:
        return None
    if kind == "ComputeServiceAttachment" and str(item.get("name")).startswith("k8s1-sa-"):
        return CreatedObject(kind, item, frozenset({("place", *tells.cluster)}), _owner(tells))
    if parts is None or parts.scheme != "backend":
        return None
    ids: set[Id] = {("place", *tells.cluster), ("short", parts.cluster)}
    return CreatedObject(kind, item, frozenset(ids), _owner(tells))


def _by_ingress(kind: str, item: Object, parts: Parsed | None, tells: DescriptionOwner | None) -> CreatedObject | None:
    """`{"kubernetes.io/ingress-name": …}` on a forwarding rule or proxy whose name is made of that Ingress."""
    if tells is None or tells.kind != "Ingress" or tells.cluster:
        return None
    if parts is None:
        return _cut_frontend(kind, item, tells)
    table = {"frontend": names.FRONTENDS, "frontend-v1": names.FRONTENDS_V1}.get(parts.scheme, {})
    if table.get(parts.prefix) != kind or not names.agrees(parts, tells.namespace, tells.name):
        return None
    version = "v2" if parts.scheme == "frontend" else "v1"
    return CreatedObject(kind, item, frozenset({(version, parts.cluster)}), _owner(tells), frontend_part(parts))


def frontend_part(parts: Parsed) -> str:
    """What the names of all frontends of one Ingress share."""
    if parts.scheme == "frontend":
        return f"{parts.cluster}-{parts.part}-{parts.hash}"
    return f"{parts.part}--{parts.cluster}"


def _cut_frontend(kind: str, item: Object, tells: DescriptionOwner) -> CreatedObject | None:
    """A v1 name that was too long to hold the whole uid."""
    name = str(item.get("name") or "")
    for prefix, of in names.FRONTENDS_V1.items():
        head = f"k8s-{prefix}-{tells.namespace}-{tells.name}--"
        whole = name[:-1] if len(name) == 63 and name.endswith("0") else ""
        if of == kind and whole and (head.startswith(whole) or whole.startswith(head)):
            return CreatedObject(kind, item, frozenset({("lb", f"{tells.namespace}/{tells.name}")}), _owner(tells))
    return None


def _by_service(kind: str, item: Object, parts: Parsed | None, tells: DescriptionOwner | None) -> CreatedObject | None:
    """A description with a Service's name on an object whose name is made of that Service."""
    if tells is None or tells.kind != "Service" or tells.cluster or tells.kube_uid:
        return None
    v2 = names.l4_cluster(str(item.get("name") or ""), tells.namespace, tells.name)
    if v2 is not None and kind in _L4_KINDS:
        return CreatedObject(kind, item, frozenset({("v2", v2)}), _owner(tells))
    if parts is None:
        return None
    ids: frozenset[Id] = frozenset()
    if parts.scheme == "backend" and kind == "BackendService" and names.agrees(parts, tells.namespace, tells.name):
        ids = frozenset({("short", parts.cluster)})
    elif parts.scheme == "port-backend" and kind == "BackendService" and item.get("portName") == f"port{parts.part}":
        ids = frozenset({("v1", parts.cluster)})
    elif parts.scheme in ("legacy", "legacy-firewall") and kind in _LEGACY_KINDS:
        ids = frozenset({("lb", parts.base)})
    return CreatedObject(kind, item, ids, _owner(tells)) if ids else None


def _by_share(kind: str, item: Object, parts: Parsed | None, tells: DescriptionOwner | None) -> CreatedObject | None:
    """What all Services or Ingresses of a cluster share says so."""
    if tells is None or tells.kind or parts is None:
        return None
    if parts.scheme == "l7-firewall" and kind == "Firewall" and set(item.get("sourceRanges") or []) >= _GOOGLE_RANGES:
        return CreatedObject(kind, item, frozenset({("v1", parts.cluster)}), ObjectOwner())
    if parts.scheme == "l4-shared" and kind in ("HealthCheck", "Firewall"):
        return CreatedObject(kind, item, frozenset({("v2", parts.cluster)}), ObjectOwner())
    return None


def _by_hash(kind: str, item: Object, parts: Parsed | None, tells: DescriptionOwner | None) -> CreatedObject | None:
    """The hash at the end of the name is that of its own parts; the description says nothing else."""
    found = names.owner_by_hash(parts) if parts is not None and tells is None else None
    if parts is None or found is None or kind not in _L4_KINDS:
        return None
    if (parts.scheme == "backend" and kind not in _BACKENDS) or (parts.scheme == "l4-v3" and kind != "Firewall"):
        return None
    identity = ("short" if parts.scheme == "backend" else "v2", parts.cluster)
    return CreatedObject(kind, item, frozenset({identity}), ObjectOwner("Service", *found))


def _by_shape(kind: str, item: Object, parts: Parsed | None, tells: DescriptionOwner | None) -> CreatedObject | None:
    """Instance groups and the rules of a cluster's nodes have no description: their own fields have to agree."""
    if parts is None or tells is not None:
        return None
    if parts.scheme == "group" and kind == "InstanceGroup":
        ports = [p for p in item.get("namedPorts") or [] if isinstance(p, dict)]
        if ports and all(p.get("name") == f"port{p.get('port')}" for p in ports):
            return CreatedObject(kind, item, frozenset({("v1", parts.cluster)}), ObjectOwner())
    if parts.scheme == "nodes-check" and _is_nodes_check(kind, item, parts):
        return CreatedObject(kind, item, frozenset({("v1", parts.cluster)}), ObjectOwner())
    if parts.scheme == "nodes-firewall" and kind == "Firewall" and ("tag", parts.base) in _tags(kind, item):
        return CreatedObject(kind, item, frozenset(), ObjectOwner())
    return None


def _is_nodes_check(kind: str, item: Object, parts: Parsed) -> bool:
    """The check of the nodes behind target pools and its firewall rule name themselves in their description.

    Source: cloud-provider-gcp providers/gce/gce_loadbalancer_external.go, gce_healthchecks.go.
    """
    if kind == "Firewall":
        return cluster_id_in_description(item) == parts.cluster
    own = description_json(item).get("kubernetes.io/service-name") == item.get("name")
    return kind in ("HttpHealthCheck", "HealthCheck") and own


def _tags(kind: str, item: Object) -> frozenset[Id]:
    """The clusters whose nodes a firewall rule is for, by their network tag `gke-<name>-<hash>-node`."""
    if kind != "Firewall":
        return frozenset()
    found = (_NODE_TAG.fullmatch(str(tag)) for tag in item.get("targetTags") or [])
    return frozenset(("tag", match[1]) for match in found if match is not None)


def _by_labels(kind: str, item: Object) -> CreatedObject | None:
    """A Filestore instance that the CSI driver made for one claim says so in its labels."""
    claim = claim_of_instance(item)
    if claim is None:
        return None
    ids = frozenset({("place", *claim.cluster)} if claim.cluster else ())
    return CreatedObject(kind, item, ids, ObjectOwner("PersistentVolumeClaim", claim.namespace, claim.name))


class _KnownOwners:
    """What the objects that prove themselves tell about the others."""

    def __init__(self, found: dict[str, CreatedObject]) -> None:
        self.found = found
        self.parts = {m.part: m for m in found.values() if m.part}
        ids = {i for m in found.values() for i in m.ids}
        self.kube = {i[1] for i in ids if i[0] == "kube"}
        self.v1 = {i[1] for i in ids if i[0] == "v1"}
        self.short = {i[1] for i in ids if i[0] == "short"} | {uid[:8] for uid in self.v1}
        self.legacy = {i[1]: m for m in found.values() for i in m.ids if i[0] == "lb"}
        self.backends = {str(m.item.get("name")): m for m in found.values() if m.kind == "BackendService"}
        self.certificates = {prefix: m for part, m in self.parts.items() for prefix in _certificate_prefixes(part)}

    def linked(self, item: Object) -> Iterator[CreatedObject]:
        """The proven objects that an object links to."""
        return (self.found[path] for link in links_in(item) if (path := path_of(link)) in self.found)


def _certificate_prefixes(part: str) -> tuple[str, str]:
    return names.certificate_prefix(part), names.certificate_prefix_v1(part)


def _by_others(kind: str, item: Object, known: _KnownOwners) -> CreatedObject | None:
    """Proven by what it shares with proven objects."""
    parts = parsed(str(item.get("name") or ""))
    proof = _PROOFS.get(parts.scheme) if parts is not None else None
    if parts is None or proof is None or owner_in_description(item) is not None:
        return None
    return proof(kind, item, parts, known)


def _frontend(kind: str, item: Object, parts: Parsed, known: _KnownOwners) -> CreatedObject | None:
    table = names.FRONTENDS if parts.scheme == "frontend" else names.FRONTENDS_V1
    reserved = kind == "Address" and table.get(parts.prefix) == "ForwardingRule"
    if table.get(parts.prefix) != kind and not reserved:
        return None
    part = frontend_part(parts)
    version = "v2" if parts.scheme == "frontend" else "v1"
    owner = known.parts[part].owner if part in known.parts else _ingress_of(kind, item, parts, known)
    return CreatedObject(kind, item, frozenset({(version, parts.cluster)}), owner, part) if owner else None


def _ingress_of(kind: str, item: Object, parts: Parsed, known: _KnownOwners) -> ObjectOwner | None:
    """The Ingress in the name of a frontend whose fellows are gone."""
    if parts.scheme == "frontend":
        for kube in (k for k in known.kube if names.content_hash(k) == parts.cluster):
            for namespace, name in names.splits(parts.part):
                if names.content_hash(f"{kube};{namespace};{name}") == parts.hash:
                    return ObjectOwner("Ingress", namespace, name)
    spaces = {m.owner.namespace for m in known.linked(item) if m.owner.namespace} if kind == "UrlMap" else set()
    found = {s: parts.part.removeprefix(f"{s}-") for s in sorted(spaces) if parts.part.startswith(f"{s}-")}
    return next((ObjectOwner("Ingress", space, name) for space, name in found.items() if name), None)


def _namesake(kind: str, item: Object, parts: Parsed, known: _KnownOwners) -> CreatedObject | None:
    """A health check has the name of its backend service."""
    fellow = known.backends.get(parts.base)
    if kind == "HealthCheck" and fellow is not None:
        return CreatedObject(kind, item, fellow.ids, fellow.owner)
    if parts.scheme == "port-backend" and kind == "HealthCheck" and parts.cluster in known.v1:
        return CreatedObject(kind, item, frozenset({("v1", parts.cluster)}), ObjectOwner())
    return None


def _of_cluster(kind: str, item: Object, parts: Parsed, known: _KnownOwners) -> CreatedObject | None:
    """Shared by all of a cluster that proven objects are of."""
    wanted = "InstanceGroup" if parts.scheme == "group" else ("HealthCheck", "HttpHealthCheck", "Firewall")
    if kind not in wanted or (parts.cluster not in known.v1 and parts.cluster[:8] not in known.short):
        return None
    return CreatedObject(kind, item, frozenset({("v1", parts.cluster)}) | _tags(kind, item), ObjectOwner())


def _certificate(kind: str, item: Object, parts: Parsed, known: _KnownOwners) -> CreatedObject | None:
    name = str(item.get("name"))
    fellow = next((m for prefix, m in known.certificates.items() if name.startswith(prefix)), None)
    return CreatedObject(kind, item, fellow.ids, fellow.owner) if fellow and kind == "SslCertificate" else None


def _legacy(kind: str, item: Object, parts: Parsed, known: _KnownOwners) -> CreatedObject | None:
    fellow = known.legacy.get(parts.base)
    if fellow is None or kind not in _LEGACY_KINDS:
        return None
    return CreatedObject(kind, item, frozenset({("lb", parts.base)}) | _tags(kind, item), fellow.owner)


_Proof = Callable[[str, Object, Parsed, _KnownOwners], CreatedObject | None]
_PROOFS: dict[str, _Proof] = {
    "frontend": _frontend,
    "frontend-v1": _frontend,
    "backend": _namesake,
    "port-backend": _namesake,
    "group": _of_cluster,
    "nodes-check": _of_cluster,
    "certificate": _certificate,
    "certificate-v1": _certificate,
    "legacy": _legacy,
    "legacy-firewall": _legacy,
}
