"""The requests with which the Pods of a workload would fit the nodes as they are now.

What a node has left is its allocatable less what the Pods on it request (NodeResourcesFit of the scheduler,
https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-requests-are-scheduled).
Where not all Pods could be listed it is unknown.
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge, once_per_object
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.scheduling import node_fit as placement
from gkedoctor.graph.scheduling.nodes import pods_on
from gkedoctor.graph.scheduling.unschedulable_pods import node_evaluation
from gkedoctor.graph.workloads.pods import has_ended, pods_at
from gkedoctor.snapshot.model import Object

_MEASURED = ("cpu", "memory", "ephemeral-storage")
_MI = 2.0**20
_STEPS = {"cpu": (0.1, 0.05, 0.01), "memory": (64 * _MI, 16 * _MI), "ephemeral-storage": (64 * _MI, 16 * _MI)}
"""What amounts are rounded down to, the coarsest that leaves something first: cores and bytes."""
_BESIDE_CONTAINERS = ("initContainers", "resources", "overhead")
"""Fields of a Pod's spec that count besides what its containers request."""
_READS = (
    "Node",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
)


@edge("fitting_request", "Pod", reads=_READS, record="FittingRequestRecord")
def fitting_request_of(graph: Graph, pod: Object) -> Facts:
    """The largest requests with which all waiting Pods of its workload fit now: at most one record.

    Record {container, requests (as `kubectl set resources` takes them), text}; none where no request above zero does.
    """
    nodes = graph.listing("Node")
    if isinstance(nodes, Unknown):
        return nodes
    wanted = placement.requests(pod)
    free: list[dict[str, float]] = []
    for node in nodes:
        if not node_evaluation(pod, node, {})["blocks"] and (node.get("status") or {}).get("allocatable"):
            used = _used_on(graph, node)
            if isinstance(used, Unknown):
                return used
            free.append({name: placement.amount(node, name) - used.get(name, 0.0) for name in wanted})
    above = ref_of(workload(graph, pod))
    waiting = [p for p in pods_at(graph, ("scheduling",)) if ref_of(workload(graph, p)) == above]
    found = _fitting(pod, wanted, free, max(1, len(waiting)))
    return [found] if found is not None else []


@once_per_object
def _used_on(graph: Graph, node: Object) -> dict[str, float] | Unknown:
    """What the Pods on a node request of each resource."""
    pods = pods_on(graph, node)
    if isinstance(pods, Unknown):
        return pods
    used: dict[str, float] = {}
    for pod in pods:
        if not has_ended(pod):
            for name, amount in _requested(graph, pod).items():
                used[name] = used.get(name, 0.0) + amount
    return used


def _requested(graph: Graph, pod: Object) -> dict[str, float]:
    """What a Pod requests, once for all Pods in which it is written in the same values (`workloads/pod_templates`)."""
    known, spec = graph.memo(_requested), pod.get("spec") or {}
    beside = [id(spec.get(field)) for field in _BESIDE_CONTAINERS]
    key = (*beside, *[id(container.get("resources")) for container in spec.get("containers") or ()])
    found: dict[str, float] | None = known.get(key)
    if found is None:
        found = known[key] = placement.requests(pod)
    return found


def _fitting(pod: Object, wanted: dict[str, float], free: list[dict[str, float]], count: int) -> Record | None:
    short = [name for name, amount in wanted.items() if _places(free, name, amount) < count]
    containers = [c for c in (pod.get("spec") or {}).get("containers") or [] if isinstance(c, dict)]
    if not short or not containers or not set(short) <= set(_MEASURED):
        return None
    largest = max(containers, key=lambda c: _request(c, short[0]))
    amounts: dict[str, str] = {}
    for name in short:
        own = _request(largest, name)
        amount = _largest_that_fits(free, name, wanted[name] - own, own, count)
        if amount is None:
            return None
        amounts[name] = _quantity(name, amount)
    pairs = [f"{name}={amount}" for name, amount in amounts.items()]
    text = " and ".join(f"{amount} {name}" for name, amount in amounts.items())
    return {"container": str(largest.get("name") or ""), "requests": ",".join(pairs), "text": text}


def _request(container: dict[str, Any], name: str) -> float:
    """What one container requests; a limit alone is its request as well."""
    return placement.requests({"spec": {"containers": [container]}}).get(name, 0.0)


def _places(free: list[dict[str, float]], name: str, amount: float) -> int:
    """How many Pods that request so much of one resource the nodes have room for."""
    return sum(int(left.get(name, 0.0) / amount) if amount > 0 else 1 for left in free if left.get(name, 0.0) > 0)


def _largest_that_fits(free: list[dict[str, float]], name: str, rest: float, own: float, count: int) -> float | None:
    """The largest rounded request of one container, beside what the others request, for so many Pods."""
    for step in _STEPS[name]:
        low, high = 0, int(own / step)
        while low < high:
            middle = (low + high + 1) // 2
            if _places(free, name, rest + middle * step) >= count:
                low = middle
            else:
                high = middle - 1
        if low:
            return low * step
    return None


def _quantity(name: str, amount: float) -> str:
    if name == "cpu":
        milli = round(amount * 1000)
        return f"{milli // 1000}" if milli % 1000 == 0 else f"{milli}m"
    return f"{round(amount / _MI)}Mi"
