"""Pods of one Node whose network sandbox cannot be made, and the cluster itself as an object.

Source: pkg/kubelet/kuberuntime (FailedCreatePodSandBox).
"""

from __future__ import annotations

from gkedoctor.graph.graph import Facts, Graph, edge
from gkedoctor.graph.nodes import pods_on
from gkedoctor.graph.owners import workload
from gkedoctor.graph.pods import step_of
from gkedoctor.graph.ref import ref_of
from gkedoctor.graph.unknown import Unknown
from gkedoctor.snapshot.model import Object


@edge("sandbox_failures", "Node", reads=("Pod", "Event"))
def sandbox_failures_on(graph: Graph, node: Object) -> Facts:
    """Pods of the Node that wait for a sandbox that cannot be made, as records {pod, owner, event}."""
    pods = pods_on(graph, node)
    if isinstance(pods, Unknown):
        return pods
    found = []
    for pod in pods:
        events = graph.follow("events", pod) if step_of(graph, pod) == "starting" else []
        if isinstance(events, Unknown):
            return events
        failed = [e for e in events if e.get("reason") == "FailedCreatePodSandBox"]
        if failed:
            found.append({"pod": pod, "owner": str(ref_of(workload(graph, pod))), "event": failed[-1]})
    return found


@edge("cluster", "Pod", "Node", "PersistentVolumeClaim")
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
