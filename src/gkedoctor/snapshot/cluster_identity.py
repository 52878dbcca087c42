"""Which cluster a recording is of, as far as its objects tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gkedoctor.snapshot.model import Object

_PROVIDER_ID = re.compile(r"gce://([^/]+)/([^/]+)/([^/]+)")
_PROJECT = re.compile(r"/projects/([^/]+)/")
_POOL = "cloud.google.com/gke-nodepool"
_REGION = "topology.kubernetes.io/region"


class ClusterIdentity(NamedTuple):
    """A cluster's address in Google Cloud."""

    cluster: str | None = None
    project: str | None = None
    location: str | None = None


def origin(objects: Mapping[str, Iterable[Object]]) -> ClusterIdentity:
    """The origin by `gcloud container clusters list`, else by the Nodes, else only the project by any link."""
    nodes = _by_nodes(objects.get("nodes", ()))
    clusters = list(objects.get("container.clusters", ()))
    named = [cluster for cluster in clusters if cluster.get("name") == nodes.cluster]
    if len(named or clusters) == 1:
        cluster = (named or clusters)[0]
        return ClusterIdentity(
            _text(cluster.get("name")) or nodes.cluster,
            _project(cluster) or nodes.project,
            _text(cluster.get("location")) or _text(cluster.get("zone")) or nodes.location,
        )
    return nodes if nodes.project else nodes._replace(project=_any_project(objects))


def versions(objects: Mapping[str, Iterable[Object]]) -> dict[str, str]:
    """The versions of kubelets (all of them, joined) and of the control plane."""
    kubelets = {
        version
        for node in objects.get("nodes", ())
        if (version := _text(((node.get("status") or {}).get("nodeInfo") or {}).get("kubeletVersion")))
    }
    found = {"kubelet": ", ".join(sorted(kubelets))} if kubelets else {}
    clusters = list(objects.get("container.clusters", ()))
    if len(clusters) == 1 and (master := _text(clusters[0].get("currentMasterVersion"))):
        found["controlPlane"] = master
    return found


def _by_nodes(nodes: Iterable[Object]) -> ClusterIdentity:
    """`gce://PROJECT/ZONE/INSTANCE`; an instance is named `gke-CLUSTER-POOL-HASH-SUFFIX`."""
    projects: Counter[str] = Counter()
    zones: set[str] = set()
    clusters: Counter[str] = Counter()
    regions: set[str] = set()
    for node in nodes:
        found = _PROVIDER_ID.fullmatch(_text((node.get("spec") or {}).get("providerID")) or "")
        if found is None:
            continue
        labels = node["metadata"].get("labels") or {}
        projects[found[1]] += 1
        zones.add(found[2])
        regions.add(labels.get(_REGION) or found[2].rpartition("-")[0])
        head, middle, _ = found[3].removeprefix("gke-").partition(f"-{labels.get(_POOL, '?')}-")
        if found[3].startswith("gke-") and middle:
            clusters[head] += 1
    location = zones.pop() if len(zones) == 1 else next(iter(regions), None) if len(regions) == 1 else None
    return ClusterIdentity(_commonest(clusters), _commonest(projects), location)


def _commonest(counts: Counter[str]) -> str | None:
    return counts.most_common(1)[0][0] if counts else None


def _any_project(objects: Mapping[str, Iterable[Object]]) -> str | None:
    counts = Counter(
        project
        for name, items in objects.items()
        if name.startswith(("compute.", "container."))
        for item in items
        if (project := _project(item))
    )
    return _commonest(counts)


def _project(item: Object) -> str | None:
    found = _PROJECT.search(_text(item.get("selfLink")) or "")
    return found[1] if found is not None else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
