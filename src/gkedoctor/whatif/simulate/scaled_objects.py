"""ScaledObjects of KEDA: the smallest number of Pods that they keep, and the error of a target that was missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gkedoctor.graph import name_of, namespace_of, ref_of
from gkedoctor.messages import message
from gkedoctor.snapshot.kinds import CUSTOM, KINDS
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.revisions import replicas_of
from gkedoctor.whatif.simulate.world import World

_KINDS = ("Deployment", "StatefulSet")


@rule(
    "scaled-object",
    says="KEDA scales the target of a ScaledObject that was changed up to its minReplicaCount, unless it is paused.",
    source="https://keda.sh/docs/latest/reference/scaledobject-spec/#minreplicacount",
    order=4,
)
def scaled_objects(world: World) -> None:
    """ScaledObjects that the change wrote."""
    if not any(ref.kind == "ScaledObject" for ref in world.touched):
        return
    for item in world.graph.all(CUSTOM):
        if item.get("kind") == "ScaledObject" and world.was_touched(item) and not _is_paused(item):
            _scale(world, item)


def _is_paused(item: Object) -> bool:
    notes = item["metadata"].get("annotations") or {}
    return any(key.startswith("autoscaling.keda.sh/paused") for key in notes)


def _target(item: Object) -> tuple[str, Any]:
    """The kind and name of the workload that a ScaledObject scales."""
    reference = (item.get("spec") or {}).get("scaleTargetRef") or {}
    return str(reference.get("kind") or "Deployment"), reference.get("name")


def _scale(world: World, item: Object) -> None:
    least, (kind, name) = (item.get("spec") or {}).get("minReplicaCount"), _target(item)
    if not isinstance(least, int) or kind not in _KINDS:
        return
    for target in world.graph.in_namespace(kind, namespace_of(item)):
        if name_of(target) == name and replicas_of(target) < least:
            world.put({**target, "spec": {**target["spec"], "replicas": least}})
            world.touched |= {ref_of(target)}


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
    kind, name = _target(item)
    target = world.graph.find(kind, namespace_of(item), str(name)) if kind in KINDS else None
    return isinstance(target, Mapping) and (world.was_touched(item) or world.was_touched(target))


def _good(state: Mapping[str, Any], now: str) -> Mapping[str, Any]:
    text = f"{state.get('reason')}: {state.get('message')}"
    if state.get("status") != "False" or message("operator/scale-target-missing").search(text) is None:
        return state
    ready = {"status": "True", "reason": "ScaledObjectReady", "message": "ScaledObject is defined correctly"}
    return {**state, **ready, "lastTransitionTime": now}
