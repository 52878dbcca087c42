"""Nodes: what runs on them, and the budgets that keep Pods on them."""

from __future__ import annotations

from gkedoctor.graph.core.accessors import grouped, labels_of, name_of, namespace_of
from gkedoctor.graph.core.conditions import condition, conditions, is_bad
from gkedoctor.graph.core.graph import Facts, Graph, candidate_index, edge
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.reference import resolve_targets
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.workloads.pods import step_of
from gkedoctor.snapshot.model import Object


@edge("node", "Pod", reads=("Node",), record="KubernetesObject")
def node_of(graph: Graph, pod: Object) -> Facts:
    """The Node that the Pod is bound to."""
    name = (pod.get("spec") or {}).get("nodeName")
    return resolve_targets(graph, "Node", None, str(name)) if name else []


@candidate_index("not_well", "Node", reads=("Pod",))
def not_well(graph: Graph) -> list[Object]:
    """Nodes that are not Ready, or of which any other condition holds."""
    return [node for node in graph.all("Node") if not _is_well(node)]


def _is_well(node: Object) -> bool:
    """Whether it is Ready, and no other condition reports trouble."""
    ready = condition(node, "Ready") or {}
    return ready.get("status") == "True" and not any(is_bad("Node", state) for state in conditions(node))


@edge("pods", "Node", reads=("Pod",), record="KubernetesObject")
def pods_on(graph: Graph, node: Object) -> Facts:
    """The Pods that are bound to the Node."""
    doubt = graph.why_incomplete("Pod")
    return doubt if doubt is not None else graph.index(_by_node).get(name_of(node), [])


def _by_node(graph: Graph) -> dict[str, list[Object]]:
    return grouped(graph.all("Pod"), lambda pod: (pod.get("spec") or {}).get("nodeName"))


@edge("pods", "PodDisruptionBudget", reads=("Pod",), record="KubernetesObject")
def budgeted_pods(graph: Graph, budget: Object) -> Facts:
    """The Pods that the budget protects, those that have ended left out."""
    namespace = namespace_of(budget)
    doubt = graph.why_incomplete("Pod", namespace)
    if doubt is not None:
        return doubt
    selector = (budget.get("spec") or {}).get("selector")
    pods = graph.in_namespace("Pod", namespace)
    return [p for p in pods if not _ended(p) and matches(selector, labels_of(p))]


def _ended(pod: Object) -> bool:
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


@edge("sandbox_failures", "Node", reads=("Pod", "Event"), record="SandboxFailureRecord")
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
