"""Decides which logs are requested next, and which no more: many logs that fail alike are one failure.

A kubelet that is down, or a proxy to the Nodes that is, fails each request of its Pods, often after a time-out. It is
decided between rounds of requests and from their results in the order in which they were made: which logs are read, and
what is said of the others, does not depend on which thread is done first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gkedoctor.collect.deadline import CollectionStopped, RequestFailed
from gkedoctor.collect.logs import ContainerRun
from gkedoctor.collect.results import ContainerLog
from gkedoctor.snapshot.intake import LOGS_STATE
from gkedoctor.snapshot.model import CollectionState, Status

Result = ContainerLog | RequestFailed | CollectionStopped | None
"""What came of one request. None: there is no log."""

ROUND = 32
"""Requests of a round, where all of them may be expected to be answered."""

_PROBES = 8
"""Requests of a round to Nodes that have not answered yet: as many as are sent at once, to cost one time-out."""

_PER_PLACE = 3
"""Equal failures in a row after which a Node (where it is denied: a namespace) is asked for no more logs."""

_PLACES = 5
"""Places that fail alike after which nobody is asked any more, where nobody has answered."""

_FAILURES = 20
"""Failures after which only places that have answered are asked."""

_NEEDS = "get pods/log"
_UNREACHABLE = re.compile(
    r"connection refused|no route to host|i/o timeout|no agent available|dial tcp|proxy error", re.I
)


class _Failure(NamedTuple):
    """A kind of failure at a place: that of a Node, or of a namespace where the account may not read logs."""

    kind: str
    place: str


class LogSchedule:
    """The logs of one collection, from the first request to the state of them all. For one thread."""

    def __init__(self, runs: Sequence[ContainerRun]) -> None:
        self._runs = list(runs)
        self._waiting = list(runs)
        self._round: list[ContainerRun] = []
        self._results: dict[ContainerRun, Result] = {}
        self._in_a_row: Counter[_Failure] = Counter()
        self._answered: set[str] = set()
        self._failures = 0

    def next_round(self) -> list[ContainerRun]:
        """The next requests, the most telling first; none where all is done or nothing more is worth it."""
        self._round, later = [], []
        probes: Counter[str] = Counter()
        for run in self._waiting:
            if self._is_closed(run):
                continue
            if len(self._round) < ROUND and self._is_worth(run, probes):
                self._round.append(run)
                new = [place for place in _places(run) if place not in self._answered]
                probes.update([*new, "all"] if new else [])
            else:
                later.append(run)
        self._waiting = later
        return list(self._round)

    def _is_worth(self, run: ContainerRun, probes: Counter[str]) -> bool:
        """Whether it may be sent together with what this round probes already: places that have not answered yet."""
        node, namespace = _places(run)
        if node not in self._answered:
            failed = max((n for one, n in self._in_a_row.items() if one.place == node), default=0)
            if probes[node] >= _PER_PLACE - failed:
                return False
        elif namespace in self._answered:
            return True
        most = ROUND if self._answered and not self._failures else _PROBES
        return probes["all"] < most and (namespace in self._answered or probes[namespace] < _PROBES)

    def record(self, run: ContainerRun, result: Result) -> None:
        """Takes note of a result; when the last one of a round is in, of what the round tells."""
        self._results[run] = result
        if self.is_open:
            return
        for done in self._round:
            self._learn(done, self._results[done])

    @property
    def is_open(self) -> bool:
        """Whether results of this round are still to come."""
        return any(run not in self._results for run in self._round)

    def state(self) -> CollectionState:
        """How far the logs can be trusted, with the first failure in the order of the requests."""
        failed = [
            (run, result)
            for run in self._runs
            if isinstance(result := self._results.get(run), RequestFailed | CollectionStopped)
        ]
        skipped = [run for run in self._runs if run not in self._results]
        if not failed:
            return LOGS_STATE
        first = failed[0][1]
        reason = f"{len(failed) + len(skipped)} of {len(self._runs)} logs could not be read"
        if skipped:
            nodes = names(run.node for run, _ in failed if run.node)
            reason += (
                f" ({len(skipped)} not requested after {len(failed)} failures{f' on nodes {nodes}' if nodes else ''})"
            )
        read = any(isinstance(result, ContainerLog) for result in self._results.values())
        denied = isinstance(first, RequestFailed) and first.code == 403
        status = Status.PARTIAL if read else Status.DENIED if denied else Status.FAILED
        return CollectionState(status, reason=f"{reason}: {first.reason}", needs=_NEEDS)

    def _learn(self, run: ContainerRun, result: Result) -> None:
        if isinstance(result, RequestFailed | CollectionStopped):
            self._failures += 1
            self._in_a_row[_failure(run, result)] += 1
            return
        self._answered.update(_places(run))
        for failure in [one for one in self._in_a_row if one.place in _places(run)]:
            del self._in_a_row[failure]

    def _is_closed(self, run: ContainerRun) -> bool:
        """Whether nothing is to be expected of a further request."""
        if any(n >= _PER_PLACE and one.place in _places(run) for one, n in self._in_a_row.items()):
            return True
        alike = Counter(one.kind for one in self._in_a_row)
        if not self._answered and any(count >= _PLACES for count in alike.values()):
            return True
        return self._failures >= _FAILURES and _places(run)[0] not in self._answered


def _places(run: ContainerRun) -> tuple[str, str]:
    return f"node {run.node}", f"namespace {run.namespace}"


def _failure(run: ContainerRun, result: RequestFailed | CollectionStopped) -> _Failure:
    """What failed, and where. The messages name the Pod, so that only their kind can be compared."""
    node, namespace = _places(run)
    if isinstance(result, CollectionStopped):
        return _Failure("stopped", node)
    if result.code == 403:
        return _Failure("denied", namespace)
    if result.timed_out or _UNREACHABLE.search(result.reason):
        return _Failure("unreachable", node)
    return _Failure(str(result.code), node)


def names(found: Iterable[str]) -> str:
    """The first three names, and how many more there are."""
    listed = sorted(set(found))
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
