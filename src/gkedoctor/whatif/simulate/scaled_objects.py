"""ScaledObjects of KEDA: the least number of replicas of the workload that they scale."""

from __future__ import annotations

from gkedoctor.graph import ref_of
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_COLLECTION = "scaledobjects.keda.sh"


@rule(
    "scaled-object",
    says="KEDA scales the target of a ScaledObject that was changed up to minReplicaCount, unless it is paused.",
    source="https://github.com/kedacore/keda/blob/main/pkg/scaling/executor/scale_scaledobjects.go",
    order=8,
)
def scaled_objects(world: World) -> None:
    """ScaledObjects that were written and whose workload has fewer replicas than their minimum."""
    for item in world.graph.snapshot.collection(_COLLECTION).objects:
        spec, notes = item.get("spec") or {}, item["metadata"].get("annotations") or {}
        least = spec.get("minReplicaCount") or 0
        if not world.was_touched(item) or any(key.startswith("autoscaling.keda.sh/paused") for key in notes):
            continue
        target = spec.get("scaleTargetRef") or {}
        kind, name = str(target.get("kind") or "Deployment"), str(target.get("name") or "")
        found = world.graph.find(kind, ref_of(item).namespace, name) if kind in ("Deployment", "StatefulSet") else None
        if isinstance(found, dict) and (found.get("spec") or {}).get("replicas", 1) < least:
            world.put({**found, "spec": {**found["spec"], "replicas": least}})
