"""How an object is, as one word or two, by what its own status says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.core.conditions import condition, good_status, is_good
from gkedoctor.graph.workloads.pods import statuses, step_of
from gkedoctor.snapshot.model import Object


class State(NamedTuple):
    """A word and how it is meant: `ok`, `fail`, `unknown`, or `` where it is neither good nor bad."""

    word: str
    style: str = ""


def state_of(graph: Graph, item: Object) -> State:
    """The state of an object."""
    if (item.get("metadata") or {}).get("deletionTimestamp") and item.get("kind") != "Pod":
        return State("being deleted", "unknown")
    told = _BY_KIND.get(str(item.get("kind")).rpartition("#")[2])
    return told(graph, item) if told is not None else _by_conditions(item)


def _pod(graph: Graph, pod: Object) -> State:
    step = step_of(graph, pod)
    status = pod.get("status") or {}
    if step == "fine":
        done = status.get("phase") == "Succeeded"
        return State("Completed" if done else "Ready", "ok")
    waiting = [((s.get("state") or {}).get("waiting") or {}).get("reason") for s in statuses(pod)]
    reason = next((w for w in waiting if w and w != "PodInitializing"), None) or status.get("reason")
    words = {"scheduling": "Pending: no node", "unready": "Running: not ready", "terminating": "Terminating"}
    return State(str(reason or words.get(step, step)), "unknown" if step == "terminating" else "fail")


def _replicas(_: Graph, item: Object) -> State:
    spec, status = item.get("spec") or {}, item.get("status") or {}
    wanted = spec.get("replicas", 1) if item.get("kind") != "DaemonSet" else status.get("desiredNumberScheduled", 0)
    ready = status.get("numberReady" if item.get("kind") == "DaemonSet" else "readyReplicas") or 0
    if not wanted:
        return State("scaled to 0")
    return State(f"{ready}/{wanted} ready", "ok" if ready >= wanted else "fail")


def _job(_: Graph, item: Object) -> State:
    for kind, word, style in (("Complete", "Complete", "ok"), ("Failed", "Failed", "fail")):
        if (condition(item, kind) or {}).get("status") == "True":
            return State(word, style)
    return State("suspended" if (item.get("spec") or {}).get("suspend") else "running")


def _service(graph: Graph, item: Object) -> State:
    if (item.get("spec") or {}).get("type") == "ExternalName":
        return State("external name")
    found = graph.follow("endpoints", item)
    if isinstance(found, Unknown):
        return State("endpoints not known", "unknown")
    ready = sum(1 for e in found if e.get("ready"))
    selects = (item.get("spec") or {}).get("selector")
    return State(f"{ready} endpoints" if ready != 1 else "1 endpoint", "ok" if ready else "fail" if selects else "")


def _ingress(_: Graph, item: Object) -> State:
    served = ((item.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    address = next((str(a.get("ip") or a.get("hostname")) for a in served if a), None)
    return State(address, "ok") if address else State("no address", "fail")


def _node(_: Graph, item: Object) -> State:
    ready = (condition(item, "Ready") or {}).get("status")
    if (item.get("spec") or {}).get("unschedulable"):
        return State(
            "Ready, cordoned" if ready == "True" else "NotReady, cordoned", "unknown" if ready == "True" else "fail"
        )
    return State("Ready", "ok") if ready == "True" else State("NotReady", "fail")


def _phase(_: Graph, item: Object) -> State:
    phase = str((item.get("status") or {}).get("phase") or "no phase")
    good = phase in ("Bound", "Active", "Available")
    return State(phase, "ok" if good else "fail" if phase in ("Lost", "Failed", "Pending") else "unknown")


def _event(_: Graph, item: Object) -> State:
    return State(str(item.get("reason") or "event"), "unknown" if item.get("type") == "Warning" else "")


def _by_conditions(item: Object) -> State:
    status = item.get("status")
    if isinstance(status, str):  # Google Cloud: RUNNING, RESERVED, IN_USE, ERROR
        return State(status, "fail" if status in ("ERROR", "DEGRADED") else "")
    for kind in ("Ready", "Available", "Programmed", "Accepted", "Established"):
        found: dict[str, Any] | None = condition(item, kind) if isinstance(status, dict) else None
        if found is not None and good_status(str(item.get("kind")), kind) is not None:
            good = is_good(str(item.get("kind")), found)
            return State(kind if good else f"not {kind}", "ok" if good else "fail")
    return State("there")


_BY_KIND: dict[str, Callable[[Graph, Object], State]] = {
    "Pod": _pod, "Deployment": _replicas, "StatefulSet": _replicas, "ReplicaSet": _replicas, "DaemonSet": _replicas,
    "ReplicationController": _replicas, "Job": _job, "Service": _service, "Ingress": _ingress, "Node": _node,
    "PersistentVolumeClaim": _phase, "PersistentVolume": _phase, "Namespace": _phase, "Event": _event,
}  # fmt: skip
