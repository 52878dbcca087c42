"""Jobs that are suspended: their Pods are deleted until they are resumed."""

from __future__ import annotations

from gkedoctor.graph import ref_of
from gkedoctor.graph.core.conditions import is_true
from gkedoctor.graph.objects.owners import owned
from gkedoctor.graph.workloads.pods import has_ended
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World


@rule(
    "job-suspended",
    says="The Job controller deletes the active Pods of a Job that was suspended, and keeps those that ended.",
    source="https://kubernetes.io/docs/concepts/workloads/controllers/job/#suspending-a-job",
    order=30,
)
def suspended(world: World) -> None:
    """Jobs of which the change set `suspend`."""
    for item in world.graph.all("Job"):
        if not world.was_touched(item) or not (item.get("spec") or {}).get("suspend"):
            continue
        if is_true(item, "Complete", "Failed"):
            continue
        for pod in owned(world.graph, item):
            if pod.get("kind") == "Pod" and not has_ended(pod):
                world.remove(pod)
                world.busy.add(ref_of(item))
