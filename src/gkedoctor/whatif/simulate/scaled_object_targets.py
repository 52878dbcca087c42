"""ScaledObjects of KEDA: the error of a missing target is over once the target is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gkedoctor.graph import namespace_of
from gkedoctor.messages import message
from gkedoctor.snapshot.kinds import CUSTOM, KINDS
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World


@rule(
    "scaled-object-target",
    says="KEDA checks the target of a ScaledObject again after one of them was written, and accepts one that exists.",
    source="https://github.com/kedacore/keda/blob/main/controllers/keda/scaledobject_controller.go",
    order=78,
)
def checked(world: World) -> None:
    """ScaledObjects that reported a missing target."""
    if not world.touched:
        return
    for item in world.graph.all(CUSTOM):
        if item.get("kind") == "ScaledObject" and _has_target_now(world, item):
            status = item.get("status") or {}
            states = [_good(state, world.now) for state in status.get("conditions") or []]
            if states:
                world.put({**item, "status": {**status, "conditions": states}})


def _has_target_now(world: World, item: Object) -> bool:
    reference = (item.get("spec") or {}).get("scaleTargetRef") or {}
    kind = str(reference.get("kind") or "Deployment")
    target = world.graph.find(kind, namespace_of(item), str(reference.get("name"))) if kind in KINDS else None
    return isinstance(target, Mapping) and (world.was_touched(item) or world.was_touched(target))


def _good(state: Mapping[str, Any], now: str) -> Mapping[str, Any]:
    text = f"{state.get('reason')}: {state.get('message')}"
    if state.get("status") != "False" or message("operator/scale-target-missing").search(text) is None:
        return state
    ready = {"status": "True", "reason": "ScaledObjectReady", "message": "ScaledObject is defined correctly"}
    return {**state, **ready, "lastTransitionTime": now}
