"""The status of workloads, counted from their Pods."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph import controller_ref, name_of
from gkedoctor.graph.objects.owners import owned
from gkedoctor.graph.workloads.pods import step
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.admission import clear_refusal
from gkedoctor.whatif.simulate.deployments import pods_below
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.revisions import replicas_of
from gkedoctor.whatif.simulate.world import World

_KINDS = ("ReplicaSet", "ReplicationController", "Deployment", "StatefulSet", "DaemonSet", "Job")


@rule(
    "workload-status",
    says="Controllers count the Pods of what changed, and report a Deployment as available once enough are ready.",
    source="https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status",
    order=80,
)
def status(world: World) -> None:
    """Workloads of which Pods came, went or changed, and those that the change wrote."""
    for ref in sorted(world.busy, key=lambda ref: ref.sort_key):
        if ref.kind not in _KINDS:
            continue
        item = world.graph.find(ref.kind, ref.namespace, ref.name)
        if isinstance(item, dict):
            _write(world, item)


def _write(world: World, item: Object) -> None:
    pods = _pods(world, item)
    ready = sum(step(world.graph.clock, pod) == "fine" for pod in pods)
    old = item.get("status") or {}
    counts = _COUNTS.get(str(item["kind"]), _of_replicas)(item, pods, ready)
    kept = {k: v for k, v in old.items() if k not in ("unavailableReplicas", "numberUnavailable", "unhealthyReplicas")}
    conditions = _conditions(item, ready, world.now)
    status = {**kept, **counts, **({"conditions": conditions} if conditions else {})}
    generation = item["metadata"].get("generation")
    if generation is not None and "observedGeneration" in old:
        status["observedGeneration"] = generation
    world.put({**item, "status": status})
    if pods and len(pods) >= _wanted(item):
        written = world.graph.find(str(item["kind"]), item["metadata"].get("namespace"), name_of(item))
        clear_refusal(world, written if isinstance(written, dict) else item)


def _pods(world: World, item: Object) -> list[Object]:
    found = pods_below(world, item) if item["kind"] == "Deployment" else owned(world.graph, item)
    return [p for p in found if p.get("kind") == "Pod" and (p.get("status") or {}).get("phase") != "Failed"]


def _wanted(item: Object) -> int:
    if item["kind"] == "DaemonSet":
        return int((item.get("status") or {}).get("desiredNumberScheduled") or 0)
    return int((item.get("spec") or {}).get("parallelism") or 1) if item["kind"] == "Job" else replicas_of(item)


def _of_replicas(item: Object, pods: list[Object], ready: int) -> dict[str, Any]:
    wanted = replicas_of(item)
    counts: dict[str, Any] = {"replicas": len(pods), "readyReplicas": ready, "availableReplicas": ready}
    if item["kind"] in ("Deployment", "StatefulSet"):
        counts["updatedReplicas"] = len(_of_newest(pods))
    if item["kind"] == "Deployment" and wanted > ready:
        counts["unavailableReplicas"] = wanted - ready
    if item["kind"] == "StatefulSet":
        counts["currentReplicas"] = len(pods)
    return counts


def _of_newest(pods: list[Object]) -> list[Object]:
    """The Pods of the owner that was created last."""
    owners = {str((controller_ref(p) or {}).get("name")) for p in pods}
    if len(owners) < 2:
        return pods
    newest = max(pods, key=lambda p: str(p["metadata"].get("creationTimestamp") or ""))
    name = (controller_ref(newest) or {}).get("name")
    return [p for p in pods if (controller_ref(p) or {}).get("name") == name]


def _of_nodes(item: Object, pods: list[Object], ready: int) -> dict[str, Any]:
    wanted = max(len(pods), int((item.get("status") or {}).get("desiredNumberScheduled") or 0))
    counts = {
        "desiredNumberScheduled": wanted, "currentNumberScheduled": len(pods), "numberReady": ready,
        "numberAvailable": ready, "updatedNumberScheduled": len(pods), "numberMisscheduled": 0,
    }  # fmt: skip
    return counts | ({"numberUnavailable": wanted - ready} if wanted > ready else {})


def _of_job(item: Object, pods: list[Object], ready: int) -> dict[str, Any]:
    phases = [(p.get("status") or {}).get("phase") for p in pods]
    return {"active": sum(phase in ("Pending", "Running") for phase in phases), "ready": ready}


_COUNTS = {"DaemonSet": _of_nodes, "Job": _of_job}


def _conditions(item: Object, ready: int, now: str) -> list[dict[str, Any]]:
    """The conditions of a Deployment; those of the other kinds as they were."""
    old: list[dict[str, Any]] = [dict(c) for c in (item.get("status") or {}).get("conditions") or []]
    if item["kind"] != "Deployment" or not old:
        return old
    wanted = replicas_of(item)
    whole = ready >= wanted
    states = {"Available": ("MinimumReplicasAvailable" if whole else "MinimumReplicasUnavailable", whole)}
    if whole:
        states["Progressing"] = ("NewReplicaSetAvailable", True)
    kept = [c for c in old if c.get("type") not in states and not (whole and c.get("type") == "ReplicaFailure")]
    return [*kept, *(_condition(old, kind, reason, good, now) for kind, (reason, good) in states.items())]


def _condition(old: list[dict[str, Any]], kind: str, reason: str, good: bool, now: str) -> dict[str, Any]:
    status = "True" if good else "False"
    held = next((c for c in old if c.get("type") == kind), {})
    if (held.get("status"), held.get("reason")) == (status, reason):
        return held
    return {"type": kind, "status": status, "reason": reason, "lastUpdateTime": now, "lastTransitionTime": now}
