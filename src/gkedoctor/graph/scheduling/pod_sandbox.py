"""Pods of one Node whose network sandbox cannot be made.

Source: pkg/kubelet/kuberuntime (FailedCreatePodSandBox).
"""

from __future__ import annotations

from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.scheduling.nodes import pods_on
from gkedoctor.graph.workloads.pods import step_of
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
