"""PodDisruptionBudgets: how many Pods may be evicted now."""

from __future__ import annotations

import math
from typing import Any

from gkedoctor.graph import Unknown, name_of
from gkedoctor.graph.workloads.pods import step
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World


@rule(
    "disruption-budget",
    says="The disruption controller counts the healthy Pods of a PodDisruptionBudget, and how many may be evicted.",
    source="https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
    order=82,
)
def budgets(world: World) -> None:
    """Budgets that were written, and those of which Pods came, went or changed."""
    changed = {ref for refs in world.used.values() for ref in refs if ref.kind == "Pod"} | world.touched
    if not changed:
        return
    for item in world.graph.all("PodDisruptionBudget"):
        pods = world.graph.follow("pods", item)
        if isinstance(pods, Unknown):
            continue
        names = {name_of(pod) for pod in pods}
        if world.was_touched(item) or any(r.kind == "Pod" and r.name in names for r in changed):
            world.put({**item, "status": _status(world, item, list(pods))})


def _status(world: World, item: Object, pods: list[Object]) -> dict[str, Any]:
    spec = item.get("spec") or {}
    healthy = sum(step(world.graph.clock, pod) == "fine" for pod in pods)
    if spec.get("maxUnavailable") is not None:
        desired = len(pods) - _amount(spec["maxUnavailable"], len(pods))
    else:
        desired = _amount(spec.get("minAvailable", 1), len(pods))
    counts = {
        "currentHealthy": healthy, "desiredHealthy": max(0, desired), "expectedPods": len(pods),
        "disruptionsAllowed": max(0, healthy - max(0, desired)) if pods else 0,
    }  # fmt: skip
    return {**(item.get("status") or {}), **counts}


def _amount(value: Any, whole: int) -> int:
    """A number, or a percentage that is rounded up (pkg/controller/disruption)."""
    text = str(value)
    if text.endswith("%") and text[:-1].isdecimal():
        return math.ceil(int(text[:-1]) * whole / 100)
    return int(text) if text.isdecimal() else 0
