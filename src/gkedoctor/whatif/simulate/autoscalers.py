"""HorizontalPodAutoscalers: able to scale once the target and the requests that a metric needs are there."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.core.conditions import condition, is_true
from gkedoctor.graph.services.aggregated_apis import metrics_apis_of
from gkedoctor.graph.workloads.autoscaling import target_of, without_requests
from gkedoctor.graph.workloads.rival_autoscalers import rivals_of
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_SCALES = {"AbleToScale": "SucceededGetScale", "ScalingActive": "ValidMetricFound"}


@rule(
    "autoscaler",
    says="A HorizontalPodAutoscaler that failed works once its target exists, the containers have the requests that "
    "its metrics need, the metrics APIs are available, and no other one scales the same Pods.",
    source="https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    order=79,
)
def autoscalers(world: World) -> None:
    """Autoscalers with a bad condition that could work now and could not before."""
    if not world.touched:
        return
    for item in world.graph.all("HorizontalPodAutoscaler"):
        bad = [kind for kind in _SCALES if (state := condition(item, kind)) is not None and state["status"] != "True"]
        good = [kind for kind in bad if not _lacks(world.graph, item, kind) and _lacked(world, item, kind)]
        if good:
            world.put({**item, "status": _working(item, good, world.now)})
        elif is_true(item, "ScalingLimited") and _was_raised(world, item):
            world.put({**item, "status": _unlimited(item, world.now)})


def _lacks(graph: Graph, item: Object, kind: str) -> bool:
    """Whether what a condition reports on is missing: the target, or what its metrics need."""
    target, apis = target_of(graph, item), metrics_apis_of(graph, item)
    if isinstance(target, Unknown) or not target:
        return True
    if kind == "AbleToScale":
        return False
    if isinstance(apis, Unknown) or _shares_pods(graph, item):
        return True
    if any(condition(api, "Available") is not None and not is_true(api, "Available") for api in apis):
        return True
    return bool(without_requests(graph, item))


def _shares_pods(graph: Graph, item: Object) -> bool:
    """Whether the autoscaler was stopped for shared Pods, and another autoscaler still scales some of them."""
    if (condition(item, "ScalingActive") or {}).get("reason") != "AmbiguousSelector":
        return False
    found = rivals_of(graph, item)
    return isinstance(found, Unknown) or bool(found)


def _lacked(world: World, item: Object, kind: str) -> bool:
    """Whether something of it was missing in the recorded state, or the autoscaler itself was written."""
    if world.was_touched(item):
        return True
    earlier = world.recorded(item)
    return earlier is not None and world.before is not None and _lacks(world.before, earlier, kind)


def _working(item: Object, kinds: list[str], now: str) -> dict[str, Any]:
    old = item.get("status") or {}
    kept = [c for c in old.get("conditions") or [] if c.get("type") not in kinds]
    states = [
        {"type": kind, "status": "True", "reason": _SCALES[kind], "message": "", "lastTransitionTime": now}
        for kind in kinds
    ]
    return {**old, "conditions": [*states, *kept]}


def _was_raised(world: World, item: Object) -> bool:
    earlier = world.recorded(item)
    most = [(i.get("spec") or {}).get("maxReplicas") or 0 for i in (earlier or item, item)]
    return bool(most[1] > most[0])


def _unlimited(item: Object, now: str) -> dict[str, Any]:
    old = item.get("status") or {}
    good = {
        "type": "ScalingLimited", "status": "False", "reason": "DesiredWithinRange", "message": "",
        "lastTransitionTime": now,
    }  # fmt: skip
    kept = [c for c in old.get("conditions") or [] if c.get("type") != "ScalingLimited"]
    return {**old, "conditions": [*kept, good]}
