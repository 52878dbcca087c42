"""What deleted clusters, Ingresses, Services and claims left behind on Google Cloud.

An object is *left over* only if a controller of GKE's made it (`leftovers_made`), its cluster is of those that exist
no more, or its Ingress, Service or claim certainly does not exist in this one (`leftovers_clusters`), and nothing else
uses it (`leftovers_users`). Where a listing that this takes is not complete, the answer is unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from gkedoctor.graph.cloud import names
from gkedoctor.graph.cloud.descriptions import claim_of, claim_of_instance
from gkedoctor.graph.cloud.links import links_in, path_of, users_of
from gkedoctor.graph.core.accessors import annotations_of, name_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.times import age
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.frontend import frontend_kinds
from gkedoctor.graph.leftovers.clusters import ClusterMatch, ClusterTraces, existing, home, own_ids, project_of, traces
from gkedoctor.graph.leftovers.created_objects import KINDS, made_objects
from gkedoctor.graph.leftovers.fleet_use import in_use_by_fleet
from gkedoctor.graph.leftovers.groups import grouped_leftovers
from gkedoctor.graph.leftovers.provenance import CreatedObject, ObjectOwner
from gkedoctor.graph.leftovers.users import outside_user
from gkedoctor.snapshot.model import Object

_YOUNG = 60.0
"""Seconds in which an object may be newer than the listing that its owner is looked for in."""

_DEFAULT_BACKEND = ("kube-system", "default-http-backend")
_NEG_STATUS = "cloud.google.com/neg-status"
_CONTROLLER_NOTES = (_NEG_STATUS, "ingress.kubernetes.io/", "service.kubernetes.io/", "networking.gke.io/")
_NAMES_IN_NOTES = re.compile(r"(?:k8s[123]?|gkegw1?|gkemcg1?|mci|gkemcs)-[a-z0-9-]+|a[0-9a-f]{31}")

READS = (*KINDS, "Cluster", "Instance", "Project", "Namespace", "Ingress", "Service", "Gateway", "Node", "ConfigMap",
         "MultiClusterIngress", "MultiClusterService", "PersistentVolume", "PersistentVolumeClaim")  # fmt: skip


@dataclass
class LeftoverSurvey:
    """The verdict on every object that a controller made, by its path; what is in none of these is in use or not ours.

    `records`: the record of the group of each leftover. `unknown`: why an object may or may not be one.
    """

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    unknown: dict[str, Unknown] = field(default_factory=dict)
    groups: list[dict[str, Any]] = field(default_factory=list)


@edge("leftover", *KINDS, reads=READS, record="LeftoverRecord")
def leftover(graph: Graph, item: Object) -> Facts:
    """The record of the leftovers that an object is one of: {cause, from, root, members, commands, …}."""
    found = survey(graph)
    path = path_of(item.get("selfLink"))
    if path in found.records:
        return [found.records[path]]
    return found.unknown.get(path, [])


def survey(graph: Graph) -> LeftoverSurvey:
    """All leftovers of a snapshot, worked out once."""
    return graph.index(_survey)


def _survey(graph: Graph) -> LeftoverSurvey:
    made, own = made_objects(graph), own_ids(graph)
    all_traces = traces(made, own)
    known = own.union(*(t.ids for t in all_traces if own & t.ids and not t.is_contradictory))
    clusters = existing(graph, own, all_traces)
    found = LeftoverSurvey()
    places = [(trace, home(trace, clusters, known)) for trace in all_traces]
    gone = frozenset(m.path for trace, place in places if place == ClusterMatch() for m in trace.objects)
    for trace, place in sorted(places, key=lambda one: not any(m.shared for m in one[0].objects)):
        doubt = place.unknown
        if doubt is None and not place.own:
            doubt = in_use_by_fleet(graph, trace.objects, made, gone)
        if doubt is not None:
            found.unknown |= {m.path: doubt for m in trace.objects}
            continue
        candidates = _candidates(graph, trace, place, found)
        _drop_used(graph, candidates, found, gone=not place.own)
        members = [*candidates.values(), *_attached(graph, candidates)]
        groups = grouped_leftovers(graph, trace, members, gone=not place.own, clusters=clusters)
        found.groups += groups
        found.records |= {path: group for group in groups for path in group["paths"]}
    found.unknown = _counted(found.unknown)
    return found


def _counted(unknown: dict[str, Unknown]) -> dict[str, Unknown]:
    """The same, each reason with the number of objects that may or may not be left over for it."""
    count = Counter((why.collection, why.reason) for why in unknown.values())
    return {path: replace(why, reason=_may_be(count[why.collection, why.reason], why)) for path, why in unknown.items()}


def _may_be(count: int, why: Unknown) -> str:
    return f"{count} Google Cloud resource{'s' * (count != 1)} may be left over: {why.reason}"


def _candidates(
    graph: Graph, trace: ClusterTraces, place: ClusterMatch, found: LeftoverSurvey
) -> dict[str, CreatedObject]:
    """The objects of a trace whose owner is gone, users or not."""
    if place.other:
        return {}
    if not place.own:
        reached = ((m, _out_of_reach(graph, m)) for m in trace.objects)
        found.unknown |= {m.path: why for m, why in reached if why is not None}
        return {m.path: m for m in trace.objects if m.path not in found.unknown and not _written_down(graph, m)}
    result: dict[str, CreatedObject] = {}
    for m in trace.objects:
        exists = _owner_exists(graph, m)
        if isinstance(exists, Unknown):
            found.unknown[m.path] = exists
        elif not exists and not _young(graph, m) and not _written_down(graph, m):
            result[m.path] = m
    return result | _behind(graph, trace, result)


def _behind(graph: Graph, trace: ClusterTraces, candidates: dict[str, CreatedObject]) -> dict[str, CreatedObject]:
    """Backend services whose Service exists and that only leftovers use, with their health checks."""
    found: dict[str, CreatedObject] = {}
    for kind, users in (("BackendService", "UrlMap"), ("HealthCheck", "BackendService")):
        for m in trace.objects:
            if m.kind != kind or m.path in candidates or (m.owner.namespace, m.owner.name) == _DEFAULT_BACKEND:
                continue
            using = users_of(graph, m.item, users) if m.owner.kind and not _written_down(graph, m) else []
            paths = [] if isinstance(using, Unknown) else [path_of(u.get("selfLink")) for u in using]
            if paths and all(path in candidates or path in found for path in paths):
                found[m.path] = m
    return found


def _out_of_reach(graph: Graph, m: CreatedObject) -> Unknown | None:
    """Why the list of clusters says nothing of an object: it is of another project, or of a Shared VPC host's."""
    listed = {project_of(c) for c in graph.all("Cluster")} - {""}
    if listed and project_of(m.item) not in listed:
        return Unknown("container.clusters", f"the clusters of project {project_of(m.item)} were not listed")
    hosts = {name_of(p) for p in graph.all("Project") if p.get("xpnProjectStatus") == "HOST"}
    if m.kind == "Firewall" and project_of(m.item) in hosts:
        return Unknown("container.clusters", "the clusters of the projects that share this network were not listed")
    return None


def _young(graph: Graph, m: CreatedObject) -> bool:
    seconds = age(graph.clock, m.item.get("creationTimestamp"))
    return seconds is not None and seconds < _YOUNG


def _owner_exists(graph: Graph, m: CreatedObject) -> bool | Unknown:
    """Whether the Ingress, Service, Gateway or claim that an object was made for exists in this cluster."""
    owner = m.owner
    if not owner.kind or (owner.namespace, owner.name) == _DEFAULT_BACKEND:
        return True
    if owner.kind == "PersistentVolumeClaim":
        return _volume_exists(graph, m)
    legacy = next((i[1] for i in m.ids if i[0] == "lb" and re.fullmatch(r"a[0-9a-f]{31}", i[1])), None)
    if legacy is not None:
        doubt = graph.why_incomplete("Service")
        return doubt if doubt is not None else legacy in graph.index(_legacy_names)
    if not owner.name:  # of all Gateways of the namespace
        alike = graph.listing(owner.kind, owner.namespace)
        return alike if isinstance(alike, Unknown) else bool(alike)
    found = graph.find(owner.kind, owner.namespace, owner.name)
    if isinstance(found, Unknown):
        gone = graph.find("Namespace", None, owner.namespace)
        return False if gone is None else found
    return found is not None


def _legacy_names(graph: Graph) -> frozenset[str]:
    uids = ((s.get("metadata") or {}).get("uid") for s in graph.all("Service"))
    return frozenset(names.legacy(str(uid)) for uid in uids if uid)


def _volume_exists(graph: Graph, m: CreatedObject) -> bool | Unknown:
    """Whether a volume or a claim still refers to a disk or a Filestore instance."""
    claim = claim_of(m.item) if m.kind == "Disk" else claim_of_instance(m.item)
    if claim is None:
        return True
    name = name_of(m.item)
    if {claim.volume, name} & graph.index(_volumes):
        return True
    found = graph.find("PersistentVolumeClaim", claim.namespace, claim.name)
    if isinstance(found, Unknown):
        return found
    if found is not None and f"pvc-{(found.get('metadata') or {}).get('uid')}" == claim.volume:
        return True
    doubt = graph.why_incomplete("PersistentVolume")
    return doubt if doubt is not None else False


def _volumes(graph: Graph) -> frozenset[str]:
    """The names of all volumes and of the disks behind them."""
    found = set()
    for volume in graph.all("PersistentVolume"):
        spec = volume.get("spec") or {}
        handle = str((spec.get("csi") or {}).get("volumeHandle") or "")
        disk = str((spec.get("gcePersistentDisk") or {}).get("pdName") or "")
        found |= {name_of(volume), handle.rsplit("/", 1)[-1], disk}
    return frozenset(found - {""})


def _written_down(graph: Graph, m: CreatedObject) -> bool:
    """Whether an Ingress, Service or Gateway that exists names the object in what a controller wrote on it."""
    key = "NetworkEndpointGroup" if m.kind == "NetworkEndpointGroup" else ""
    return (key, str(m.item.get("name"))) in graph.index(_names_in_use)


def _names_in_use(graph: Graph) -> frozenset[tuple[str, str]]:
    """The names that controllers wrote on objects; those of NEGs apart, since a backend service has the same name."""
    found: set[tuple[str, str]] = set()
    for kind in frontend_kinds():
        for item in graph.all(kind):
            notes = annotations_of(item)
            for key, text in notes.items():
                if str(key).startswith(_CONTROLLER_NOTES):
                    of = "NetworkEndpointGroup" if key == _NEG_STATUS else ""
                    found.update((of, name) for name in _NAMES_IN_NOTES.findall(str(text)))
    for item in graph.all("MultiClusterIngress"):
        resources = (item.get("status") or {}).get("CloudResources") or {}
        found.update(("", name) for name in _NAMES_IN_NOTES.findall(str(resources)))
    return frozenset(found)


def _drop_used(graph: Graph, candidates: dict[str, CreatedObject], found: LeftoverSurvey, *, gone: bool) -> None:
    """Takes out, again and again, what something outside uses or may use."""
    while True:
        inside = candidates.keys() | found.records.keys()
        users = {path: outside_user(graph, m, inside, machines=gone) for path, m in candidates.items()}
        used = {path: user for path, user in users.items() if user is not None}
        if not used:
            return
        for path, user in used.items():
            del candidates[path]
            if isinstance(user, Unknown):
                found.unknown[path] = user


def _held_by(address: Object, candidates: dict[str, CreatedObject]) -> bool:
    """Whether leftovers, and nothing else, use an address."""
    users = [path_of(link) for link in address.get("users") or []]
    if users:
        return all(user in candidates for user in users)
    held = {str(m.item.get("IPAddress")) for m in candidates.values() if m.kind == "ForwardingRule"}
    return address.get("status") == "IN_USE" and str(address.get("address")) in held


def _attached(graph: Graph, candidates: dict[str, CreatedObject]) -> Iterator[CreatedObject]:
    """Addresses and managed certificates that somebody else made and only leftovers use."""
    for item in graph.all("Address"):
        path = path_of(item.get("selfLink"))
        if path and path not in candidates and _held_by(item, candidates):
            yield CreatedObject("Address", item, frozenset(), ObjectOwner())
    proxies = [m for m in candidates.values() if m.kind == "TargetHttpsProxy"]
    linked = {path_of(link) for m in proxies for link in links_in(m.item.get("sslCertificates"))}
    for item in graph.all("SslCertificate"):
        path, parts = path_of(item.get("selfLink")), names.parsed(name_of(item))
        if path in linked and parts is not None and parts.scheme == "managed-certificate":
            made = CreatedObject("SslCertificate", item, frozenset(), ObjectOwner())
            if outside_user(graph, made, candidates.keys(), machines=False) is None:
                yield made
