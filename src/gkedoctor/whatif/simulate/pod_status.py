"""The status of Pods as the kubelet writes it: running and ready, or waiting as a predecessor did."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.workloads.pods import role_of
from gkedoctor.snapshot.model import Object

_CONDITIONS = ("PodScheduled", "Initialized", "ContainersReady", "Ready")


def running(pod: Object, now: str, address: str) -> dict[str, Any]:
    """The Pod as it is once all of its containers run and are ready.

    Restart counts begin again: how long a container has to run until its restarts are history is no part of this.
    """
    spec, old = pod.get("spec") or {}, pod.get("status") or {}
    gates = [str(gate.get("conditionType")) for gate in spec.get("readinessGates") or []]
    status: dict[str, Any] = {
        **{key: old[key] for key in ("hostIP", "hostIPs", "podIP", "podIPs", "qosClass", "startTime") if key in old},
        "phase": "Running",
        "conditions": [_true(kind, now) for kind in (*_CONDITIONS, *gates)],
        "containerStatuses": [_started(c, now) for c in spec.get("containers") or []],
    }
    if not status.get("podIP"):
        status |= {"podIP": address, "podIPs": [{"ip": address}]}
    status.setdefault("startTime", now)
    if spec.get("initContainers"):
        status["initContainerStatuses"] = [_initialized(pod, c, now) for c in spec["initContainers"]]
    return {**pod, "status": status}


def _true(kind: str, now: str) -> dict[str, Any]:
    return {"type": kind, "status": "True", "lastTransitionTime": now}


def _started(container: Object, now: str) -> dict[str, Any]:
    image = str(container.get("image") or "")
    return {
        "name": container.get("name"), "image": image, "imageID": image, "ready": True, "started": True,
        "restartCount": 0, "state": {"running": {"startedAt": now}},
    }  # fmt: skip


def _initialized(pod: Object, container: Object, now: str) -> dict[str, Any]:
    status = _started(container, now)
    if role_of(pod, str(container.get("name"))) == "sidecar":
        return status
    ended = {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}
    return {**status, "started": False, "state": {"terminated": ended}}


def as_predecessor(pod: Object, predecessor: Object) -> dict[str, Any]:
    """A new Pod that fails as the one before it did: with its status, less what belongs to that Pod alone."""
    old = predecessor.get("status") or {}
    names = {c.get("name") for field in ("containers", "initContainers") for c in (pod["spec"].get(field) or [])}
    status = {key: value for key, value in old.items() if key not in ("podIP", "podIPs")}
    for field in ("containerStatuses", "initContainerStatuses"):
        if old.get(field):
            status[field] = [s for s in old[field] if s.get("name") in names]
    return {**pod, "status": status}


def unscheduled(pod: Object, predecessor: Object | None, now: str, message: str) -> dict[str, Any]:
    """A Pod that has no node, for the reason that the scheduler gave before or gives now."""
    spec = {key: value for key, value in pod["spec"].items() if key != "nodeName"}
    state = {
        "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message,
        "lastTransitionTime": now,
    }  # fmt: skip
    old = [c for c in ((predecessor or {}).get("status") or {}).get("conditions") or [] if c["type"] == "PodScheduled"]
    kept = old if old and old[0].get("status") == "False" else [state]
    return {**pod, "spec": spec, "status": {"phase": "Pending", "conditions": kept}}


def address_of(pod: Object) -> str:
    """An address for a Pod that had none: of a documentation range (RFC 5737), the same for the same name."""
    number = sum(map(ord, f"{pod['metadata'].get('namespace')}/{name_of(pod)}")) % 250 + 2
    return f"198.51.100.{number}"
