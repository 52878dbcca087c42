"""CronJobs: the next run, once nothing keeps it from starting."""

from __future__ import annotations

from gkedoctor.graph import Unknown, name_of, namespace_of
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.admission import admitted, note_success
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_SOURCE = "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/"


@rule(
    "cronjob",
    says="A CronJob forgets runs that are gone, and its next run is created if the API server admits it.",
    source=_SOURCE,
    order=28,
)
def cronjobs(world: World) -> None:
    """CronJobs with runs that were deleted, and those whose Jobs were refused and are admitted now."""
    if not world.touched:
        return
    for item in world.graph.all("CronJob"):
        status = item.get("status") or {}
        active = [run for run in status.get("active") or [] if _is_there(world, item, run)]
        if active != (status.get("active") or []):
            kept = {**status, "lastScheduleTime": world.now}
            kept.pop("active", None)
            world.put({**item, "status": kept | ({"active": active} if active else {})})
        refused = world.graph.follow("refusals", item)
        if not isinstance(refused, Unknown) and refused and admitted(world, item):
            note_success(world, item)


def _is_there(world: World, item: Object, run: Object) -> bool:
    name = str(run.get("name"))
    found = world.graph.find("Job", str(run.get("namespace") or namespace_of(item)), name)
    return found is not None and name != name_of(item)
