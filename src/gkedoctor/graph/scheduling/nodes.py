"""Nodes: what runs on them, and the budgets that keep Pods on them."""

from __future__ import annotations

from gkedoctor.graph.core.accessors import grouped, labels_of, name_of, namespace_of
from gkedoctor.graph.core.conditions import condition, conditions, is_bad
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.reference import resolve_targets
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.workloads.pods import has_ended, pods_at
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

POOL = "cloud.google.com/gke-nodepool"
"""The label that names the node pool of a Node of GKE."""


@edge("node", "Pod", reads=("Node",), record="KubernetesObject")
def node_of(graph: Graph, pod: Object) -> Facts:
    """The Node that the Pod is bound to."""
    name = (pod.get("spec") or {}).get("nodeName")
    return resolve_targets(graph, "Node", None, str(name)) if name else []


@candidate_index("not_well", "Node", reads=("Pod",))
def not_well(graph: Graph) -> list[Object]:
    """Nodes that are not Ready, or of which any other condition holds."""
    known: dict[int, bool] = {}
    found: list[Object] = []
    for node in graph.all("Node"):  # most report the same, in one value
        place = id((node.get("status") or {}).get("conditions"))
        if place not in known:
            known[place] = _is_well(node)
        if not known[place]:
            found.append(node)
    return found


def _is_well(node: Object) -> bool:
    """Whether it is Ready, and no other condition reports trouble."""
    ready = condition(node, "Ready") or {}
    return ready.get("status") == "True" and not any(is_bad("Node", state) for state in conditions(node))


@edge("pods", "Node", reads=("Pod",), record="KubernetesObject")
def pods_on(graph: Graph, node: Object) -> Facts:
    """The Pods that are bound to the Node."""
    doubt = graph.why_incomplete("Pod", selector=f"spec.nodeName={name_of(node)}")
    return doubt if doubt is not None else graph.index(_by_node).get(name_of(node), [])


def _by_node(graph: Graph) -> dict[str, list[Object]]:
    return grouped(graph.all("Pod"), lambda pod: (pod.get("spec") or {}).get("nodeName"))


@edge("attachments", "Node", reads=("VolumeAttachment",), record="KubernetesObject")
def attached_to(graph: Graph, node: Object) -> Facts:
    """The VolumeAttachments of the Node: which volumes are attached to it."""
    doubt = graph.why_incomplete("VolumeAttachment")
    return doubt if doubt is not None else graph.index(_attached).get(name_of(node), [])


def _attached(graph: Graph) -> dict[str, list[Object]]:
    return grouped(graph.all("VolumeAttachment"), lambda item: (item.get("spec") or {}).get("nodeName"))


@edge("pods", "PodDisruptionBudget", reads=("Pod",), record="KubernetesObject")
def budgeted_pods(graph: Graph, budget: Object) -> Facts:
    """The Pods that the budget protects, those that have ended left out."""
    namespace = namespace_of(budget)
    doubt = graph.why_incomplete("Pod", namespace)
    if doubt is not None:
        return doubt
    selector = (budget.get("spec") or {}).get("selector")
    pods = graph.in_namespace("Pod", namespace)
    return [p for p in pods if not has_ended(p) and matches(selector, labels_of(p))]


_FAILURES = ("Pod", "Event", "Node", "ReplicaSet", "Deployment", "Job", "CronJob")


@edge("sandbox_failures", "Node", reads=_FAILURES, record="SandboxFailureRecord", cached=True)
def sandbox_failures_on(graph: Graph, node: Object) -> Facts:
    """Pods of the Node and of its pool that wait for a sandbox: records {pod, owner, event, node, pool, handler}.

    `handler` is the runtime handler that the container runtime of the Node does not know.
    """
    doubt = graph.why_incomplete("Pod")
    if doubt is not None:
        return doubt
    name, pool = name_of(node), labels_of(node).get(POOL)
    failures = graph.index(_sandbox_failures)
    return [f for f in failures if f["node"] == name or (pool is not None and f["pool"] == pool)]


def _sandbox_failures(graph: Graph) -> list[Record]:
    pools = {name_of(node): labels_of(node).get(POOL) for node in graph.all("Node")}
    return [f for pod in pods_at(graph, ("starting",)) if (f := _sandbox_failure(graph, pod, pools)) is not None]


def _sandbox_failure(graph: Graph, pod: Object, pools: dict[str, str | None]) -> Record | None:
    events = graph.follow("events", pod)
    failed = [] if isinstance(events, Unknown) else [e for e in events if e.get("reason") == "FailedCreatePodSandBox"]
    if not failed:
        return None
    node = str((pod.get("spec") or {}).get("nodeName"))
    unknown = message("kubelet/runtime-handler-missing").groups(str(failed[-1].get("message") or "")) or {}
    return {
        "pod": pod,
        "owner": str(ref_of(workload(graph, pod))),
        "event": failed[-1],
        "node": node,
        "pool": pools.get(node),
        "handler": unknown.get("handler"),
    }
