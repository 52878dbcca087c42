"""The logs of containers that are not well, read again when they restart, and now and then while they stay so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from gkedoctor.collect.log_schedule import Result
from gkedoctor.collect.logs import MAX_LOGS, ContainerRun, LogSelection

_SOONEST_SECONDS = 10.0
"""Between two readings of one log."""

_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 600.0
_AT_A_TIME = 16


class LogRead(NamedTuple):
    """What came of a request for a log."""

    run: ContainerRun
    result: Result


@dataclass
class _Followed:
    """One log. `seen`: the state of its container when it was last read."""

    seen: object
    due: float
    pause: float = _FIRST_PAUSE
    last: float = -_SOONEST_SECONDS


class LogFollower:
    """Knows which logs are worth reading and when. `submit` reads one, off this thread."""

    def __init__(self, select: LogSelection | None, submit: Callable[[ContainerRun], None]) -> None:
        self._select, self._submit = select, submit
        self._followed: dict[ContainerRun, _Followed] = {}
        self._of_pod: dict[tuple[str, str], set[ContainerRun]] = {}
        self._reading: set[ContainerRun] = set()

    def began(self, clock: datetime, pods: Sequence[Any], now: float) -> None:
        """The Pods that there are at first, whose logs were read with them."""
        for pod in pods:
            for run, seen in self._runs(clock, pod):
                self._add(run, _Followed(seen, now + _FIRST_PAUSE, last=now))

    def changed(self, clock: datetime, pod: Any, now: float) -> bool:
        """A Pod that changed. False where none of its logs is worth keeping."""
        runs = dict(self._runs(clock, pod))
        for run in self._of_pod.get(namespace_and_name(pod), set()) - runs.keys():
            self._drop(run)
        for run, seen in runs.items():
            known = self._followed.get(run)
            if known is None:
                self._add(run, _Followed(seen, now))
            elif known.seen != seen:
                known.seen, known.pause = seen, _FIRST_PAUSE
                known.due = max(now, known.last + _SOONEST_SECONDS)
        return bool(runs)

    def removed(self, pod: Any) -> None:
        """A Pod that was deleted."""
        for run in list(self._of_pod.get(namespace_and_name(pod), ())):
            self._drop(run)

    def read_due(self, now: float) -> None:
        """Begins to read what is due."""
        if not self._followed:
            return
        due = [run for run, log in self._followed.items() if log.due <= now and run not in self._reading]
        for run in due[: _AT_A_TIME - len(self._reading)]:
            log = self._followed[run]
            log.last, log.due, log.pause = now, now + log.pause, min(2 * log.pause, _LONGEST_PAUSE)
            self._reading.add(run)
            self._submit(run)

    def done(self, run: ContainerRun) -> bool:
        """Whether a log that was read is still worth keeping."""
        self._reading.discard(run)
        return run in self._followed

    def _runs(self, clock: datetime, pod: Any) -> Iterable[tuple[ContainerRun, object]]:
        if self._select is None:
            return
        for run in self._select(clock, [pod]):
            yield run, _state(pod, run.container)

    def _add(self, run: ContainerRun, log: _Followed) -> None:
        if len(self._followed) < MAX_LOGS:
            self._followed[run] = log
            self._of_pod.setdefault((run.namespace, run.pod), set()).add(run)

    def _drop(self, run: ContainerRun) -> None:
        self._followed.pop(run, None)
        runs = self._of_pod.get((run.namespace, run.pod), set())
        runs.discard(run)
        if not runs:
            self._of_pod.pop((run.namespace, run.pod), None)


def namespace_and_name(item: Any) -> tuple[str, str]:
    """Those of an object as it was gathered."""
    metadata = item.get("metadata") if isinstance(item, dict) else None
    known = metadata if isinstance(metadata, dict) else {}
    return str(known.get("namespace")), str(known.get("name"))


def _state(pod: Any, container: str) -> object:
    """By what a restart of a container shows. Expects a Pod of which a log was selected."""
    status = pod.get("status") or {}
    of_all = [*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())]
    own: Any = next((one for one in of_all if one.get("name") == container), {})
    last = ((own.get("lastState") or {}).get("terminated") or {}).get("containerID")
    return own.get("restartCount"), own.get("containerID"), last, bool((own.get("state") or {}).get("terminated"))
