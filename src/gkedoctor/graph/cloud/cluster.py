"""The cluster itself as an object: what is wrong for all of it has it as its root."""

from __future__ import annotations

from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.snapshot.model import Object


@edge("cluster", "*", record="CloudObject")
def cluster_of(graph: Graph, _item: Object) -> Facts:
    """The cluster, as Google Cloud lists it, or by the name that the snapshot knows it by."""
    manifest = graph.snapshot.manifest
    listed = graph.all("Cluster")
    named = [c for c in listed if c.get("name") == manifest.cluster] or list(listed)
    if len(named) == 1:
        return [{"kind": "Cluster", **named[0]}]
    name, project, location = manifest.cluster or "cluster", manifest.project, manifest.location
    if not project or not location:
        return [{"kind": "Cluster", "metadata": {"name": name}}]
    link = f"https://container.googleapis.com/v1/projects/{project}/locations/{location}/clusters/{name}"
    return [{"kind": "Cluster", "name": name, "selfLink": link}]
