"""What the controllers of Gateways and of multi-cluster Ingresses and Services made, and what proves it.

The frontends of a Gateway (rule, proxy, URL map, address) say in their description whose they are. Backend services
and health checks have none: the URL map that they stand behind proves them, the NEGs behind them, or, of multi-cluster
and older Gateways, their own hash. A firewall rule has a description that all share, so that the cluster's part of
its name has to be that of a proven object. Multi-cluster Ingresses and Services have no descriptions at all.

Names follow published dumps: a Terraform export of a project with multi-cluster Gateways (URL maps, backend services,
checks, `gkemcs-…`), and `kubectl describe mci` in GoogleCloudPlatform/gke-networking-recipes (multi-cluster/mci-basic).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from gkedoctor.graph.cloud import names
from gkedoctor.graph.cloud.descriptions import DescriptionOwner
from gkedoctor.graph.cloud.links import last, links_in, path_of
from gkedoctor.graph.cloud.names import Parsed, parsed
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.leftovers.provenance import CreatedObject, Id, ObjectOwner
from gkedoctor.snapshot.model import Object

_L7_RULE = "Ingress L7 firewall rule"
"""The description of the firewall rule that a cluster's Gateways share."""

_OWN_BACKENDS = ("gw-serve404", "gw-serve500")
"""Services that stand in names only: the answers of a Gateway to a request that no route takes."""

_FRONTENDS = ("ForwardingRule", "TargetHttpProxy", "TargetHttpsProxy", "UrlMap", "Address", "SslCertificate")
_LINKED = (("UrlMap", "BackendService"), ("TargetHttpProxy", "UrlMap"), ("TargetHttpsProxy", "UrlMap"),
           ("ForwardingRule", "TargetHttpProxy"), ("ForwardingRule", "TargetHttpsProxy"))  # fmt: skip
"""Of what has no description, what proves which: from a backend service up to the forwarding rule."""

_SERVICE_OF_MCI = re.compile(r"mci-(?P<name>.{1,63}?)-svc-[0-9a-z]{6,32}")
_CLUSTER_PART = re.compile(r"/gkegw1?-([0-9a-z]{4})-")
_FLEET = ("gateway-fleet", "gateway-fleet-firewall", "mci", "mci-rule", "mci-backend", "mci-firewall", "mcs")
"""Schemes of names without a cluster: what they name serves several clusters of a fleet."""

_SAME: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"mci-backend": ("mci", "mci-rule"), "mcs": ("mcs",), "gateway": ("gateway",), "gateway-fleet": ("gateway-fleet",)}
)
"""Schemes of frontends, by that of the backend services behind them."""


def by_description(
    kind: str, item: Object, parts: Parsed | None, tells: DescriptionOwner | None
) -> CreatedObject | None:
    """A frontend of a Gateway: its description names it, and its name is made of the same."""
    if tells is None or tells.kind != "Gateway" or tells.cluster is None or kind not in _FRONTENDS:
        return None
    if parts is None or parts.scheme not in ("gateway", "gateway-fleet"):
        return None
    if not names.begins_alike(parts.part, tells.namespace, tells.name):
        return None
    ids: frozenset[Id] = frozenset({("place", *tells.cluster), *_ids(parts)})
    return _made(kind, item, parts, ids, ObjectOwner(tells.kind, tells.namespace, tells.name))


def by_own_hash(kind: str, item: Object, parts: Parsed | None, tells: DescriptionOwner | None) -> CreatedObject | None:
    """A backend service or health check of an older Gateway, whose hash is that of its own parts."""
    if parts is None or tells is not None or parts.scheme != "gateway" or kind not in ("BackendService", "HealthCheck"):
        return None
    found = names.gateway_owner_by_hash(parts)
    return _made(kind, item, parts, _ids(parts), ObjectOwner("Service", *found)) if found is not None else None


def cluster_parts(notes: Mapping[str, object]) -> Iterator[Id]:
    """The cluster's part of the names that the controller wrote on a Gateway."""
    for key, text in notes.items():
        if str(key).startswith("networking.gke.io/"):
            yield from (("gateway", part) for part in _CLUSTER_PART.findall(str(text)))


def add_undescribed(graph: Graph, found: dict[str, CreatedObject]) -> None:
    """Adds what has no description and stands before, behind or beside what is proven: in the order of the proofs."""
    todo = {
        kind: [(item, parts) for item in graph.all(kind) if (parts := _candidate(item, found)) is not None]
        for kind in (*_FRONTENDS, "BackendService", "HealthCheck", "Firewall")
    }
    for prove in (_backends, _fronts, _certificates, _beside):
        for m in prove(todo, dict(found)):
            found.setdefault(m.path, m)


_Todo = Mapping[str, list[tuple[Object, Parsed]]]
_Found = Mapping[str, CreatedObject]


def _candidate(item: Object, found: _Found) -> Parsed | None:
    """The name of an object that is not proven yet, if it is one of these controllers'."""
    name = str(item.get("name") or "")
    if not name.startswith(("gke", "mci-")) or not (path := path_of(item.get("selfLink"))) or path in found:
        return None
    parts = parsed(name)
    return parts if parts is not None and parts.scheme.startswith(("gateway", "mci", "mcs")) else None


def _ids(parts: Parsed) -> frozenset[Id]:
    if parts.scheme in ("gateway", "gateway-firewall"):
        return frozenset({("gateway", parts.cluster)}) if parts.cluster else frozenset()
    if parts.scheme.startswith("mci"):
        return frozenset({("mci", parts.cluster)})
    return frozenset({("mcs", "")} if parts.scheme == "mcs" else ())


def _made(
    kind: str, item: Object, parts: Parsed, ids: frozenset[Id], owner: ObjectOwner, *, certain: bool = True
) -> CreatedObject:
    return CreatedObject(kind, item, ids, owner, shared=parts.scheme in _FLEET, certain=certain)


def _backends(todo: _Todo, found: _Found) -> Iterator[CreatedObject]:
    """Backend services: behind a proven URL map, before a proven NEG, or by their own fields or the cluster's part."""
    behind: dict[str, CreatedObject] = {}
    for m in found.values():
        if m.kind == "UrlMap":
            behind.update((path_of(link), m) for link in links_in(m.item))
    known = {i for m in found.values() for i in m.ids if i[0] == "gateway"}
    for item, parts in todo["BackendService"]:
        front = behind.get(path_of(item.get("selfLink")))
        made = _behind_map(item, parts, front) if front is not None else None
        made = made or _before_group(item, parts, found) or _by_fields(item, parts, known)
        if made is not None:
            yield made


def _behind_map(item: Object, parts: Parsed, front: CreatedObject) -> CreatedObject | None:
    fellow = parsed(str(front.item.get("name")))
    if fellow is None or fellow.scheme not in _SAME.get(parts.scheme, ()) or fellow.cluster != parts.cluster:
        return None
    places = frozenset(i for i in front.ids if i[0] == "place")
    return _made("BackendService", item, parts, _ids(parts) | places, _behind_owner(parts, front.owner.namespace))


def _behind_owner(parts: Parsed, namespace: str) -> ObjectOwner:
    """`<namespace>-<service>-<port>` of a Gateway in a namespace; its own 404 and 500 answers are of no Service."""
    part = parts.part.rpartition("-")[0]
    own = _own_backend(parts)
    if own is not None or not part.startswith(f"{namespace}-"):
        return own or ObjectOwner()
    return ObjectOwner("Service", namespace, part[len(namespace) + 1 :])


def _own_backend(parts: Parsed) -> ObjectOwner | None:
    """Of the 404 and 500 answers: the Gateways of the namespace in the name, whichever they are."""
    part = parts.part.rpartition("-")[0]
    own = next((name for name in _OWN_BACKENDS if part.endswith(f"-{name}")), None)
    return ObjectOwner("Gateway", part.removesuffix(f"-{own}")) if own is not None else None


def _before_group(item: Object, parts: Parsed, found: _Found) -> CreatedObject | None:
    """The NEGs behind a backend service were made for the Service in its name."""
    links = [path_of(b.get("group")) for b in item.get("backends") or [] if isinstance(b, dict)]
    for group in (found[link] for link in links if link in found):
        owner = _owner_before(parts, group.owner)
        if owner is not None:
            return _made("BackendService", item, parts, _ids(parts), owner)
    return None


def _owner_before(parts: Parsed, of: ObjectOwner) -> ObjectOwner | None:
    if of.kind != "Service":
        return None
    derived = _SERVICE_OF_MCI.fullmatch(of.name)
    if parts.scheme == "mci-backend" and derived and names.begins_alike(parts.part, of.namespace, derived["name"]):
        return ObjectOwner("MultiClusterService", of.namespace, derived["name"])
    part = parts.part.rpartition("-")[0]
    return of if parts.scheme == "gateway" and names.begins_alike(part, of.namespace, of.name) else None


def _by_fields(item: Object, parts: Parsed, known: set[Id]) -> CreatedObject | None:
    if item.get("description"):
        return None
    if parts.scheme == "gateway" and _ids(parts) <= known:
        owner = _own_backend(parts) or ObjectOwner()
        return _made("BackendService", item, parts, _ids(parts), owner, certain=bool(owner.kind))
    checks = {last(link) for link in item.get("healthChecks") or []}
    if parts.scheme == "mcs" and item.get("loadBalancingScheme") == "INTERNAL_SELF_MANAGED" and item["name"] in checks:
        return _made("BackendService", item, parts, _ids(parts), ObjectOwner(), certain=False)
    return None


def _fronts(todo: _Todo, found: _Found) -> Iterator[CreatedObject]:
    """URL maps, proxies and rules without a description, by what they lead to."""
    known = dict(found)
    for kind, to in _LINKED:
        for item, parts in todo[kind]:
            targets = [known[path] for link in links_in(item) if (path := path_of(link)) in known]
            fellow = next((t for t in targets if t.kind == to and _alike(parts, t)), None)
            if fellow is None:
                continue
            owner = _front_owner(parts, fellow.owner)
            made = _made(kind, item, parts, fellow.ids, owner, certain=fellow.certain)
            known.setdefault(made.path, made)
            yield made


def _alike(parts: Parsed, target: CreatedObject) -> bool:
    of = parsed(str(target.item.get("name")))
    if of is None or of.cluster != parts.cluster:
        return False
    return parts.scheme in _SAME.get(of.scheme, ()) or (of.scheme, parts.scheme) in (
        ("mci", "mci"),
        ("mci", "mci-rule"),
    )


def _front_owner(parts: Parsed, of: ObjectOwner) -> ObjectOwner:
    """The MultiClusterIngress in the name `mci-<6>-<namespace>-<name>`; the namespace is that of what is behind."""
    if parts.scheme.startswith("mci") and of.namespace and parts.part.startswith(f"{of.namespace}-"):
        return ObjectOwner("MultiClusterIngress", of.namespace, parts.part[len(of.namespace) + 1 :])
    return of if of.kind in ("Gateway", "MultiClusterIngress") else ObjectOwner()


def _certificates(todo: _Todo, found: _Found) -> Iterator[CreatedObject]:
    """Certificates of a proven HTTPS proxy that have the controller's name."""
    users = {path_of(link): m for m in found.values() if m.kind == "TargetHttpsProxy" for link in links_in(m.item)}
    for item, parts in todo["SslCertificate"]:
        proxy = users.get(path_of(item.get("selfLink")))
        if proxy is not None:
            yield _made("SslCertificate", item, parts, proxy.ids, proxy.owner)


def _beside(todo: _Todo, found: _Found) -> Iterator[CreatedObject]:
    """Health checks with the name of a proven backend service; rules and checks with the part of a proven cluster."""
    fellows = {str(m.item.get("name")): m for m in found.values() if m.kind == "BackendService"}
    ids = {i: m for m in found.values() for i in m.ids if i[0] in ("gateway", "mci")}
    fleet = next((m for m in found.values() if m.shared and m.owner.kind == "Gateway"), None)
    for item, parts in todo["HealthCheck"]:
        fellow = fellows.get(str(item.get("name")))
        if fellow is not None:
            yield _made("HealthCheck", item, parts, fellow.ids, fellow.owner, certain=fellow.certain)
        elif parts.scheme == "gateway" and _ids(parts) <= ids.keys():
            yield _made("HealthCheck", item, parts, _ids(parts), ObjectOwner(), certain=False)
    for item, parts in todo["Firewall"]:
        made = _firewall(item, parts, ids, fleet)
        if made is not None:
            yield made


def _firewall(
    item: Object, parts: Parsed, known: Mapping[Id, CreatedObject], fleet: CreatedObject | None
) -> CreatedObject | None:
    if not parts.scheme.endswith("firewall") or str(item.get("description") or "") not in ("", _L7_RULE):
        return None
    if parts.scheme == "gateway-fleet-firewall":
        return _made("Firewall", item, parts, fleet.ids, ObjectOwner()) if fleet is not None else None
    ids = _ids(parts)
    return _made("Firewall", item, parts, ids, ObjectOwner()) if ids and ids <= known.keys() else None
