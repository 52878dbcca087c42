"""Whose cluster made an object, and does that cluster still exist?

All names of one cluster (`Id`) that occur together make a *trace*. A trace is of an existing cluster, of none, or it
cannot be told: never of none while a cluster exists that it could be of, or while the list of clusters is not complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gkedoctor.graph.cloud import names
from gkedoctor.graph.cloud.links import links_in, path_of
from gkedoctor.graph.core.accessors import annotations_of, name_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.leftovers.gateway_objects import cluster_parts
from gkedoctor.graph.leftovers.provenance import CreatedObject, Id
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

LIST = "container.clusters"


class ExistingCluster(NamedTuple):
    """A cluster that exists. `own`: the one whose objects are in this snapshot."""

    name: str
    location: str
    id: str
    created: str | None
    own: bool


class ClusterTraces(NamedTuple):
    """The names of one cluster, and the objects they stand in."""

    ids: frozenset[Id]
    objects: tuple[CreatedObject, ...]

    def values(self, *kinds: str) -> set[str]:
        """The names of these forms."""
        return {i[1] for i in self.ids if i[0] in kinds}

    @property
    def is_contradictory(self) -> bool:
        """Whether links have mixed two clusters into one."""
        return len(self.values("kube")) > 1 or len(self.values("v2")) > 1

    @property
    def oldest(self) -> str | None:
        """When the first of its objects was made."""
        times = [
            (when, str(text))
            for m in self.objects
            if (when := parse_timestamp(text := m.item.get("creationTimestamp")))
        ]
        return min(times)[1] if times else None


class _UnionFind:
    """Which names belong together."""

    def __init__(self) -> None:
        self.parent: dict[Id, Id] = {}

    def find(self, item: Id) -> Id:
        parent = self.parent.setdefault(item, item)
        while parent != self.parent[parent]:
            parent = self.parent[parent]
        self.parent[item] = parent
        return parent

    def join(self, items: Iterable[Id]) -> None:
        first, *others = sorted(items)
        for other in others:
            self.parent[self.find(other)] = self.find(first)


def traces(made: dict[str, CreatedObject], own: Iterable[Id]) -> list[ClusterTraces]:
    """The objects by the cluster they are of; what names none stands alone. `own`: the names of this cluster."""
    union = _UnionFind()
    ids = {path: _all_ids(m) for path, m in made.items()}
    for alike in dict.fromkeys((*ids.values(), frozenset(own))):
        if alike:
            union.join(alike)
    one_of = {path: min(alike) for path, alike in ids.items()}
    for path, m in made.items():
        for link in links_in(m.item):
            other = made.get(to := path_of(link))
            if other is not None and _tells_of(m, other) and one_of[to] != one_of[path]:
                union.join((one_of[path], one_of[to]))
    groups: dict[Id, list[CreatedObject]] = {}
    for path, m in made.items():
        groups.setdefault(union.find(one_of[path]), []).append(m)
    members: dict[Id, set[Id]] = {}
    for item in list(union.parent):
        members.setdefault(union.find(item), set()).add(item)
    return [ClusterTraces(frozenset(members[root]), tuple(objects)) for root, objects in groups.items()]


def _tells_of(m: CreatedObject, other: CreatedObject) -> bool:
    """Whether a link says that both are of one cluster: what a fleet shares links to NEGs of several."""
    return other.kind != "Disk" and not (m.shared and other.kind == "NetworkEndpointGroup")


def _all_ids(m: CreatedObject) -> frozenset[Id]:
    """The names in an object and those that follow from them; its own place where it names no cluster."""
    more: set[Id] = set()
    for item in m.ids:
        if item[0] == "v1":
            more.add(("short", item[1][:8]))
        elif item[0] == "kube":
            more.add(("v2", names.content_hash(item[1])))
    return m.ids | more or frozenset({("alone", m.path)})


def own_ids(graph: Graph) -> frozenset[Id]:
    """The names of the cluster of this snapshot, by the UID of its kube-system Namespace."""
    space = graph.find("Namespace", None, "kube-system")
    uid = (space.get("metadata") or {}).get("uid") if isinstance(space, dict) else None
    if not uid:
        return frozenset()
    ids: set[Id] = {("kube", str(uid)), ("v2", names.content_hash(str(uid)))}
    config = graph.find("ConfigMap", "kube-system", "ingress-uid")
    data = (config.get("data") or {}) if isinstance(config, dict) else {}
    for value in (data.get("uid"), data.get("provider-uid")):
        if isinstance(value, str) and len(value) == 16:
            ids |= {("v1", value), ("short", value[:8])}
    return frozenset(ids.union(*(cluster_parts(annotations_of(g)) for g in graph.all("Gateway"))))


def existing(graph: Graph, own: frozenset[Id], all_traces: list[ClusterTraces]) -> list[ExistingCluster] | Unknown:
    """The clusters that exist: those in the complete list, and the one of this snapshot."""
    doubt = graph.why_incomplete("Cluster")
    if doubt is not None:
        return doubt
    listed = list(graph.all("Cluster"))
    mine = _own_cluster(graph, listed, any(own & t.ids for t in all_traces)) if own else None
    found = [
        ExistingCluster(
            name_of(c),
            str(c.get("location") or c.get("zone") or ""),
            str(c.get("id") or ""),
            c.get("createTime") if isinstance(c.get("createTime"), str) else None,
            c is mine,
        )
        for c in listed
    ]
    return found if mine is not None or not own else [*found, _unlisted(graph)]


def _unlisted(graph: Graph) -> ExistingCluster:
    """The cluster of this snapshot where it is not in the list, or not known which one it is."""
    manifest = graph.snapshot.manifest
    return ExistingCluster(manifest.cluster or "", manifest.location or "", "", None, own=True)


def _own_cluster(graph: Graph, listed: list[Object], seen: bool) -> Object | None:
    """The entry of the list that is this cluster: named in its Nodes' names, or the only one, its NEGs being there."""
    machines = {str((n.get("spec") or {}).get("providerID") or "") for n in graph.all("Node")}
    matching = [
        c
        for c in listed
        if any(f"/gke-{name_of(c)}-" in m and m.startswith(f"gce://{project_of(c)}/") for m in machines)
    ]
    candidates = matching or (listed if seen else [])
    return candidates[0] if len(candidates) == 1 else None


def project_of(item: Object) -> str:
    """The project that an object is in; `""` where it has no link."""
    parts = path_of(item.get("selfLink")).split("/")
    return parts[1] if len(parts) > 1 else ""


class ClusterMatch(NamedTuple):
    """Where a trace belongs. All false: to no cluster that exists."""

    own: bool = False
    """To the cluster of this snapshot, or to none."""

    other: bool = False
    """To another cluster that exists."""

    unknown: Unknown | None = None


def home(trace: ClusterTraces, clusters: list[ExistingCluster] | Unknown, own: frozenset[Id]) -> ClusterMatch:
    """Where a trace belongs, by its names, the clusters' ids and when both were made. `own`: all names of this one."""
    if trace.is_contradictory:
        return ClusterMatch(unknown=Unknown(LIST, "its links lead to objects of two clusters"))
    if own & trace.ids:
        return ClusterMatch(own=True)
    if isinstance(clusters, Unknown):
        return ClusterMatch(unknown=clusters)
    possible = [c for c in clusters if _may_be(trace, c, own)]
    if any(_surely_is(trace, c) for c in possible):
        is_own = any(c.own and _surely_is(trace, c) for c in possible)
        return ClusterMatch(other=not is_own, own=any(c.own for c in possible))
    others = sorted(c.name for c in possible if not c.own)
    if others:
        why = f"cluster {', '.join(others)} may own it: the UID of that cluster is not recorded"
        return ClusterMatch(unknown=Unknown(LIST, why))
    return ClusterMatch(own=bool(possible))


def _may_be(trace: ClusterTraces, cluster: ExistingCluster, own: frozenset[Id]) -> bool:
    if cluster.own and _differs(trace, own):
        return False
    tags, places = trace.values("tag"), [i[1:] for i in trace.ids if i[0] == "place"]
    if places and cluster.name and not any(_place_fits(place, cluster) for place in places):
        return False
    if tags and not any(_tag_fits(tag, cluster) for tag in tags):
        return False
    if tags and trace.values("tag") == {i[1] for i in trace.ids}:
        return True  # only its nodes' firewall rules: a name that fits weighs more than the times
    oldest, created = parse_timestamp(trace.oldest), parse_timestamp(cluster.created)
    return not (oldest is not None and created is not None and oldest < created)


def _differs(trace: ClusterTraces, own: frozenset[Id]) -> bool:
    """Whether it names a cluster in a form in which the name of this one is known, and is not it."""
    if trace.values("kube", "v2"):
        return True
    return bool(trace.values("v1", "short")) and any(i[0] in ("v1", "short") for i in own)


def _place_fits(place: tuple[str, ...], cluster: ExistingCluster) -> bool:
    return place[0] == cluster.name and bool(cluster.name) and place[1] in ("", cluster.location)


def _tag_fits(tag: str, cluster: ExistingCluster) -> bool:
    """`gke-<name>-<first 8 of the id>`: either part keeps a cluster in doubt, since one may be made again."""
    name, _, start = tag.partition("-")[2].rpartition("-")
    return not cluster.name or cluster.name == name or (bool(cluster.id) and cluster.id.startswith(start))


def _surely_is(trace: ClusterTraces, cluster: ExistingCluster) -> bool:
    if any(_place_fits(i[1:], cluster) for i in trace.ids if i[0] == "place"):
        return True
    return bool(cluster.id) and any(
        tag.partition("-")[2] == f"{cluster.name}-{cluster.id[:8]}" for tag in trace.values("tag")
    )
