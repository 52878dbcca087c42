"""Selects the containers whose logs are fetched: those that are not ready or have restarted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gkedoctor.collect.logs import ContainerRun
from gkedoctor.graph.workloads.pods import statuses, step
from gkedoctor.snapshot.shape_check import shape_error


def select_logs(clock: datetime, pods: Iterable[Any]) -> list[ContainerRun]:
    """The runs of containers that are not well and have run at all, Pods that crash first."""
    found: list[tuple[bool, ContainerRun]] = []
    for pod in pods:
        if not _has_shape(pod):
            continue
        stands = step(clock, pod)
        if stands in ("fine", "terminating", "scheduling", "silent"):
            continue
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        node = (pod.get("spec") or {}).get("nodeName") or ""
        for status in statuses(pod):
            runs = (ContainerRun(namespace, name, status["name"], previous, node) for previous in _runs(status))
            found += [(stands != "crash", run) for run in runs]
    return [run for _, run in sorted(found, key=lambda pair: (pair[0], pair[1]))]


def _runs(status: Any) -> list[bool]:
    """Which runs of a container left a log: `previous` of each."""
    state = status.get("state") or {}
    if (state.get("terminated") or {}).get("exitCode") == 0 or (status.get("ready") and not status.get("restartCount")):
        return []
    started = state.get("running") or state.get("terminated") or status.get("containerID")
    before = (status.get("restartCount") or 0) > 0 or (status.get("lastState") or {}).get("terminated")
    return [*([True] if before else []), *([False] if started else [])]


def _has_shape(pod: Any) -> bool:
    """Whether the Pod can be read; the intake judges it later and says what is wrong with it."""
    names = pod.get("metadata") if isinstance(pod, dict) else None
    if not isinstance(names, dict) or not isinstance(names.get("namespace"), str) or not names.get("name"):
        return False
    return shape_error("pods", pod) is None
