"""Who still uses a Google Cloud object: what does may not be deleted, whoever made it.

A user is an object that links to it. A listing of possible users that is not complete leaves the answer open, except
for proxies and target pools that no forwarding rule points to: without one they serve nobody.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from types import MappingProxyType

from gkedoctor.graph.cloud.links import path_of, users_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.leftovers.provenance import CreatedObject
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object

_USERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ForwardingRule": ("ComputeServiceAttachment",),
        "TargetHttpProxy": ("ForwardingRule",),
        "TargetHttpsProxy": ("ForwardingRule",),
        "TargetPool": ("ForwardingRule",),
        "UrlMap": ("TargetHttpProxy", "TargetHttpsProxy"),
        "BackendService": ("UrlMap", "ForwardingRule"),
        "HealthCheck": ("BackendService", "TargetPool"),
        "HttpHealthCheck": ("TargetPool",),
        "NetworkEndpointGroup": ("BackendService",),
        "InstanceGroup": ("BackendService",),
        "SslCertificate": ("TargetHttpsProxy",),
    }
)
"""Which kinds link to a kind."""

_ONLY_BEHIND_RULES = ("TargetHttpsProxy", "TargetPool")


def outside_user(
    graph: Graph, made: CreatedObject, inside: Container[str], *, machines: bool
) -> Object | Unknown | None:
    """Something that uses an object and is not `inside` (paths); unknown where that cannot be seen.

    `machines`: whether machines count, which the objects of a cluster that exists have anyway.
    """
    if machines and made.kind in ("Firewall", "InstanceGroup"):
        machine = _machine(graph, made)
        if machine is not None:
            return machine
    for user in _named_users(made.item):
        if user not in inside:
            return {"selfLink": user, "name": user.rsplit("/", 1)[-1]}
    for kind in _USERS.get(made.kind, ()):
        users = users_of(graph, made.item, kind)
        if isinstance(users, Unknown):
            if _cannot_serve(graph, kind):
                continue
            return users
        for item in users:
            if path_of(item.get("selfLink")) not in inside:
                return item
    return None


def _named_users(item: Object) -> Iterator[str]:
    """The users that the object itself names: `users` of addresses and disks, `usedBy` of backend services."""
    for link in item.get("users") or []:
        yield path_of(link) or str(link)
    used = item.get("usedBy")
    for entry in used if isinstance(used, list) else []:
        if isinstance(entry, dict) and path_of(entry.get("reference")):
            yield path_of(entry["reference"])


def _cannot_serve(graph: Graph, kind: str) -> bool:
    """Whether users of a kind do not matter unseen: no rule that an attachment uses can be deleted anyway."""
    if kind == "ComputeServiceAttachment":
        return True
    return kind in _ONLY_BEHIND_RULES and not _behind_a_rule(graph, kind)


def _behind_a_rule(graph: Graph, kind: str) -> bool:
    """Whether a forwarding rule points into a collection, or may do so."""
    if graph.why_incomplete("ForwardingRule") is not None:
        return True
    plural = KINDS[kind].collection.partition(".")[2]
    return any(f"/{plural}/" in str(rule.get("target") or "") for rule in graph.all("ForwardingRule"))


def _machine(graph: Graph, made: CreatedObject) -> Object | Unknown | None:
    """A machine that a firewall rule is for, or that may be in an instance group."""
    if made.kind == "InstanceGroup" and made.item.get("size") == 0:
        return None
    doubt = graph.why_incomplete("Instance")
    if doubt is not None:
        return doubt
    tags = {str(tag) for tag in made.item.get("targetTags") or []}
    for machine in graph.all("Instance"):
        has = set((machine.get("tags") or {}).get("items") or [])
        if made.kind == "Firewall" and tags & has:
            return machine
        same_zone = path_of(machine.get("zone")) == path_of(made.item.get("zone"))
        if made.kind == "InstanceGroup" and same_zone and str(machine.get("name")).startswith(("gke-", "gk3-")):
            return machine
    return None
