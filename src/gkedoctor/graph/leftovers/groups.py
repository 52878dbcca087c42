"""Leftovers that belong together as one record: all of a gone cluster, or all of one gone Ingress or Service."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import Any

from gkedoctor.graph.cloud.links import links_in, path_of, place_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.frontend import frontend_kinds
from gkedoctor.graph.leftovers.clusters import ClusterTraces, ExistingCluster, project_of
from gkedoctor.graph.leftovers.commands import gcloud, in_sum, word
from gkedoctor.graph.leftovers.created_objects import KINDS
from gkedoctor.graph.leftovers.prices import monthly_cost, size_of
from gkedoctor.graph.leftovers.provenance import CreatedObject
from gkedoctor.snapshot.model import Object

_NAMED = 3
_VOLUMES = ("Disk", "FilestoreInstance")
_LONE = {"NetworkEndpointGroup": "orphaned-neg", "Firewall": "orphaned-firewall", "Address": "orphaned-address"}
"""What stands alone has a cause of its own; anything else is part of a load balancer."""


def grouped_leftovers(
    graph: Graph,
    trace: ClusterTraces,
    members: list[CreatedObject],
    *,
    gone: bool,
    clusters: list[ExistingCluster] | Unknown,
) -> list[dict[str, Any]]:
    """The records of the leftovers of one trace; each member is in exactly one."""
    disks = [m for m in members if m.kind in _VOLUMES]
    others = [m for m in members if m.kind not in _VOLUMES]
    wholes = [others] if gone else _connected(others)
    groups = [part for whole in wholes if whole for part in _parts(whole)]
    groups += [("orphaned-disk", [disk]) for disk in disks]
    return [_record(graph, trace, cause, _in_order(part), gone, clusters) for cause, part in groups]


def _parts(whole: list[CreatedObject]) -> list[tuple[str, list[CreatedObject]]]:
    """A load balancer as one; NEGs by their Service, firewall rules and addresses where there is none."""
    if any(m.kind not in _LONE for m in whole):
        return [("orphaned-load-balancer", whole)]
    parts: dict[tuple[str, str], list[CreatedObject]] = {}
    for m in whole:
        key = f"{m.owner.namespace}/{m.owner.name}" if m.kind == "NetworkEndpointGroup" else ""
        parts.setdefault((_LONE[m.kind], key), []).append(m)
    return [(cause, part) for (cause, _), part in sorted(parts.items())]


def _connected(members: Sequence[CreatedObject]) -> list[list[CreatedObject]]:
    """The members that are linked, or have the same owner, together."""
    paths = {m.path: m for m in members}
    leader = {m.path: m.path for m in members}

    def find(path: str) -> str:
        while leader[path] != path:
            path = leader[path]
        return path

    first_of: dict[object, str] = {}
    for m in members:
        linked = [path for link in links_in(m.item) if (path := path_of(link)) in paths]
        if m.owner.kind:
            linked.append(first_of.setdefault(m.owner, m.path))
        for other in linked:
            leader[find(other)] = find(m.path)
    groups: dict[str, list[CreatedObject]] = {}
    for m in members:
        groups.setdefault(find(m.path), []).append(m)
    return list(groups.values())


def _in_order(members: Iterable[CreatedObject]) -> list[CreatedObject]:
    return sorted(members, key=lambda m: (KINDS.index(m.kind), place_of(m.item), str(m.item.get("name"))))


def _record(
    graph: Graph,
    trace: ClusterTraces,
    cause: str,
    members: list[CreatedObject],
    gone: bool,
    clusters: list[ExistingCluster] | Unknown,
) -> dict[str, Any]:
    root = next((m.item for m in members if m.kind == "ForwardingRule"), members[0].item)
    owners = _owners(members)
    told = [m.item for m in members if m.item.get("description")]
    return {
        "cause": cause,
        "of": "cluster" if gone else "owner",
        "from": _cluster_words(trace) if gone else _listed(owners),
        "is": "is" if gone or len(owners) < 2 else "are",
        "owners": _listed(owners),
        "root": root,
        "noun": word(members[0].kind),
        "sum": in_sum(m.kind for m in members),
        "count": len(members),
        "size": f"{size_of(root)} GB" if size_of(root) else "size unknown",
        "cost": monthly_cost(graph, members),
        "likely": [m.item for m in members if not m.certain],
        "shared": any(m.shared for m in members),
        "told": told[0] if told else None,
        "oldest": min((m.item for m in members), key=lambda i: str(i.get("creationTimestamp") or "~")),
        "project": project_of(root),
        "addresses": [m.item for m in members if m.kind == "Address"],
        "reserved": [str(m.item.get("name")) for m in members if _reserved_by_hand(m)],
        "clusters": _cluster_list(clusters),
        "explains": [{"item": m.item, "says": _says(m)} for m in members],
        "commands": [command for m in members if not _reserved_by_hand(m) for command in _deletion(m)],
        "members": [m.item for m in members],
        "paths": [m.path for m in members],
    }


def _reserved_by_hand(m: CreatedObject) -> bool:
    """Whether it is an address that a person reserved: once released, it may never be had again."""
    return m.kind == "Address" and not m.ids


def _deletion(m: CreatedObject) -> list[str]:
    """The command that deletes an object; a disk or share only after its copy succeeded.

    The parts of load balancers are deleted without a prompt, which would take the next pasted line for its answer.
    """
    delete = gcloud("delete", m.kind, m.item)
    if m.kind == "FilestoreInstance":
        return [" && ".join([*_backup(m.item), delete])]
    if m.kind != "Disk":
        return [f"{delete} --quiet"]
    copy = shlex.quote(f"{str(m.item.get('name'))[:58]}-last")
    return [f"{gcloud('snapshot', m.kind, m.item)} --snapshot-names {copy} && {delete}"]


def _backup(instance: Object) -> list[str]:
    """The command that copies the share of a Filestore instance into a backup of its region."""
    parts = str(instance.get("selfLink") or "").split("/")
    shares = [str(s.get("name")) for s in instance.get("fileShares") or [] if s.get("name")]
    if len(parts) != 6 or len(shares) != 1:
        return []
    name, zone = str(instance.get("name")), parts[3]
    region = zone.rpartition("-")[0] if zone.count("-") > 1 else zone
    at = f"--instance-{'zone' if region != zone else 'location'} {shlex.quote(zone)} --region {shlex.quote(region)}"
    source = f"--instance {shlex.quote(name)} {at} --file-share {shlex.quote(shares[0])}"
    return [f"gcloud filestore backups create {shlex.quote(f'{name[:58]}-last')} {source} --project {parts[1]}"]


def _says(m: CreatedObject) -> str:
    if m.kind == "Address" and m.item.get("status") == "IN_USE":
        return f"{m.item.get('address')} is used by a leftover forwarding rule"
    sure = "" if m.certain else ", judged by its name only (likely)"
    if not m.owner.kind:
        return f"leftover {word(m.kind)}{sure}"
    if not m.owner.name:
        return f"leftover {word(m.kind)} of the {m.owner.kind}s of namespace {m.owner.namespace}{sure}"
    return f"leftover {word(m.kind)} of {m.owner.kind} {m.owner.namespace}/{m.owner.name}{sure}"


def _owners(members: Sequence[CreatedObject]) -> list[str]:
    """`Ingress shop/web` …: the Ingresses and Gateways, or, where there are none, the Services and claims."""
    owners = sorted({m.owner for m in members if m.owner.kind})
    fronts = [o for o in owners if o.kind in frontend_kinds(by_host=True)]
    return [f"{o.kind} {o.namespace}/{o.name}" for o in fronts or owners if o.name]


def _listed(items: Sequence[str]) -> str:
    named = [*items[:_NAMED], *([f"{len(items) - _NAMED} more"] if len(items) > _NAMED else [])]
    return f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else "".join(named)


def _cluster_words(trace: ClusterTraces) -> str:
    """The name of a gone cluster as labels or its nodes' network tag tell it, else its UID."""
    places = sorted(i[1] for i in trace.ids if i[0] == "place")
    tags = sorted(tag.partition("-")[2].rpartition("-")[0] for tag in trace.values("tag"))
    if places or tags:
        return f"Cluster {(places or tags)[0]}"
    uids = sorted(trace.values("kube")) or sorted(trace.values("v1")) or sorted(trace.values("v2", "short"))
    return f"The cluster with UID {uids[0]}" if uids else "The cluster"


def _cluster_list(clusters: list[ExistingCluster] | Unknown) -> str:
    if isinstance(clusters, Unknown):
        return "not listed"
    return ", ".join(sorted(c.name for c in clusters if c.name)) or "none"
