"""ScaledObjects of KEDA: the smallest number of Pods that they keep."""

from __future__ import annotations

from gkedoctor.graph import name_of, namespace_of, ref_of
from gkedoctor.snapshot.kinds import CUSTOM
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


def _scale(world: World, item: Object) -> None:
    spec = item.get("spec") or {}
    least, reference = spec.get("minReplicaCount"), spec.get("scaleTargetRef") or {}
    kind = str(reference.get("kind") or "Deployment")
    if not isinstance(least, int) or kind not in _KINDS:
        return
    for target in world.graph.in_namespace(kind, namespace_of(item)):
        if name_of(target) == reference.get("name") and replicas_of(target) < least:
            world.put({**target, "spec": {**target["spec"], "replicas": least}})
            world.touched |= {ref_of(target)}
