"""Pods: `printPod`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gkedoctor.serve.ages import age
from gkedoctor.serve.tables.column import AGE, NAME, NONE, Column, at, entries, shown
from gkedoctor.snapshot.model import Object

State = Mapping[str, Any]


def _sidecars(pod: Object) -> set[str]:
    """Init containers that go on running: those with `restartPolicy: Always`."""
    return {str(c.get("name")) for c in entries(pod, "spec", "initContainers") if c.get("restartPolicy") == "Always"}


def _ready(pod: Object, now: datetime) -> str:
    sidecars = _sidecars(pod)
    statuses = entries(pod, "status", "containerStatuses")
    statuses += [s for s in entries(pod, "status", "initContainerStatuses") if s.get("name") in sidecars]
    ready = sum(1 for s in statuses if s.get("ready") and at(s, "state", "running") is not None)
    return f"{ready}/{len(entries(pod, 'spec', 'containers')) + len(sidecars)}"


def _has_condition(pod: Object, kind: str) -> bool:
    return any(c.get("type") == kind and c.get("status") == "True" for c in entries(pod, "status", "conditions"))


def _ended(state: State) -> str:
    """The reason of a terminated container, else its signal or exit code."""
    if state.get("reason"):
        return str(state["reason"])
    return f"Signal:{state['signal']}" if state.get("signal") else f"ExitCode:{state.get('exitCode', 0)}"


def _initializing(pod: Object) -> str:
    """How far the init containers are; empty where they are done."""
    sidecars, total = _sidecars(pod), len(entries(pod, "spec", "initContainers"))
    for index, status in enumerate(entries(pod, "status", "initContainerStatuses")):
        ended, waiting = at(status, "state", "terminated"), at(status, "state", "waiting", "reason")
        if ended is not None and not ended.get("exitCode"):
            continue
        if status.get("name") in sidecars and status.get("started"):
            continue
        if ended is not None:
            return f"Init:{_ended(ended)}"
        return f"Init:{waiting}" if waiting not in (None, "", "PodInitializing") else f"Init:{index}/{total}"
    return ""


def _running(pod: Object, reason: str) -> str:
    """What the containers say, the first of them having the last word."""
    runs = False
    for status in reversed(entries(pod, "status", "containerStatuses")):
        ended, waiting = at(status, "state", "terminated"), at(status, "state", "waiting", "reason")
        if waiting:
            reason = str(waiting)
        elif ended is not None:
            reason = _ended(ended)
        elif status.get("ready") and at(status, "state", "running") is not None:
            runs = True
    if reason == "Completed" and runs:
        return "Running" if _has_condition(pod, "Ready") else "NotReady"
    return reason


def _status(pod: Object, now: datetime) -> str:
    phase = str(at(pod, "status", "phase") or "Unknown")
    reason = str(at(pod, "status", "reason") or phase)
    if any(c.get("reason") == "SchedulingGated" for c in entries(pod, "status", "conditions")):
        reason = "SchedulingGated"
    starting = _initializing(pod)
    reason = _running(pod, reason) if not starting or _has_condition(pod, "Initialized") else starting
    if at(pod, "metadata", "deletionTimestamp"):
        if at(pod, "status", "reason") == "NodeLost":
            return "Unknown"
        return reason if phase in ("Failed", "Succeeded") else "Terminating"
    return reason


def _restarts(pod: Object, now: datetime) -> str:
    init = entries(pod, "status", "initContainerStatuses")
    if not _initializing(pod) or _has_condition(pod, "Initialized"):
        sidecars = _sidecars(pod)
        init = [s for s in init if s.get("name") in sidecars] + entries(pod, "status", "containerStatuses")
    count = sum(s.get("restartCount") or 0 for s in init)
    last = max((str(at(s, "lastState", "terminated", "finishedAt") or "") for s in init), default="")
    return f"{count} ({age(last, now)} ago)" if count and last else str(count)


def _ip(pod: Object, now: datetime) -> str:
    addresses = [str(entry.get("ip")) for entry in entries(pod, "status", "podIPs")]
    return addresses[0] if addresses else str(at(pod, "status", "podIP") or NONE)


def _gates(pod: Object, now: datetime) -> str:
    gates = [str(gate.get("conditionType")) for gate in entries(pod, "spec", "readinessGates")]
    return f"{sum(_has_condition(pod, gate) for gate in gates)}/{len(gates)}" if gates else NONE


COLUMNS: dict[str, tuple[Column, ...]] = {
    "pods": (
        NAME,
        Column("Ready", _ready),
        Column("Status", _status),
        Column("Restarts", _restarts),
        AGE,
        Column("IP", _ip, wide=True),
        Column("Node", shown("spec", "nodeName", empty=NONE), wide=True),
        Column("Nominated Node", shown("status", "nominatedNodeName", empty=NONE), wide=True),
        Column("Readiness Gates", _gates, wide=True),
    )
}
