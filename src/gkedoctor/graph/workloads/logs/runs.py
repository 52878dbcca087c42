"""Which recorded lines belong to which run of a container. Pure.

`kubectl logs` gives the present run, or the last one where the container waits for its next start; `--previous` the one
before (pkg/kubelet/kubelet_pods.go, validateContainerLogStatus). A line of the run that is there now is not the reason
why an earlier one ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gkedoctor.graph.workloads.logs.lines import line_time, read_line
from gkedoctor.graph.workloads.logs.telling import read_run
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp


def ended_run(current: Sequence[str], previous: Sequence[str], status: Object, clock: datetime) -> list[str]:
    """The lines of the run that ended last; none where only lines of the present one were recorded."""
    state, last = status.get("state") or {}, status.get("lastState") or {}
    if state.get("running") is not None and last.get("terminated"):
        started = parse_timestamp(state["running"].get("startedAt"))
        return list(previous) or (_before(current, started, clock) if started else [])
    if not current or not previous:
        return list(current or previous)
    return list(previous) if not read_run(current).proves and read_run(previous).proves else list(current)


def _before(lines: Sequence[str], start: datetime, clock: datetime) -> list[str]:
    """The lines that were written before the present run, as where a log was read by other means than the kubelet's."""
    found: list[str] = []
    for line in lines:
        written = line_time(read_line(line).time, clock)
        if written is None and not found:
            return []
        if written is not None and written >= start:
            break
        found.append(line)
    return found
