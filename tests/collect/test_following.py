"""What cannot be watched and is read again: logs of containers that are not well, and Google Cloud."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions
from gkedoctor.collect.logs import ContainerRun
from gkedoctor.collect.results import COMPLETE, Listing
from gkedoctor.live.cloud_following import CloudFollower, CloudRead
from gkedoctor.live.log_following import LogFollower
from gkedoctor.live.log_selection import select_logs
from gkedoctor.snapshot.kinds import COLLECTIONS, HISTORY

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def pod(restarts: int, *, ready: bool = False) -> dict[str, Any]:
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}
    state = {"running": {"startedAt": "2026-11-22T11:00:00Z"}} if ready else waiting
    status = {"name": "app", "ready": ready, "restartCount": restarts, "state": state, "image": "a", "imageID": "a"}
    conditions = [{"type": kind, "status": str(ready)} for kind in ("Ready", "ContainersReady")]
    return {
        "metadata": {"name": "cart", "namespace": "shop", "creationTimestamp": "2026-11-22T11:00:00Z"},
        "spec": {"containers": [{"name": "app", "image": "a"}], "nodeName": "n"},
        "status": {"phase": "Running", "conditions": conditions, "containerStatuses": [status]},
    }


def test_a_log_is_read_when_a_container_restarts_and_seldom_else() -> None:
    read: list[ContainerRun] = []
    logs = LogFollower(select_logs, read.append)

    def at(now: float, changed: dict[str, Any] | None = None) -> int:
        if changed is not None:
            logs.changed(NOW, changed, now)
        before = len(read)
        logs.read_due(now)
        for run in read[before:]:
            logs.done(run)
        return len(read) - before

    assert at(0.0, pod(3)) == 1  # of a container that waits to be started: the run before
    assert at(1.0, pod(3)) == 0 and at(30.0) == 0
    assert at(31.0, pod(4)) == 1
    assert at(33.0, pod(5)) == 0 and at(42.0) == 1  # ten seconds after the last
    assert at(110.0) == 1 and at(160.0) == 0  # a minute later, and then after two
    assert not logs.changed(NOW, pod(0, ready=True), 161.0)
    assert at(1000.0) == 0
    assert not logs.done(read[0])


def test_backends_are_read_at_once_and_all_at_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[tuple[str, ...], int]] = []
    kinds = [kind for kind in COLLECTIONS.values() if kind.cloud]
    stopped, clock, reads = threading.Event(), [0.0], list[CloudRead]()

    def collect(options: GoogleOptions, _: Any, kinds: Any, __: Any, put: Any, ___: Any) -> None:
        asked.append((options.only, len(kinds)))
        put(Listing("compute.backendServicesHealth", [{"name": "b"}], COMPLETE))
        clock[0] = 100.0
        if len(asked) == 2:
            stopped.set()

    monkeypatch.setattr("gkedoctor.collect.google_cloud.collect_google", collect)
    deadline = Deadline(overall=float("inf"), clock=lambda: clock[0], sleep=lambda _: None, stopped=stopped)
    place = GoogleLocation("p")
    follower = CloudFollower(GoogleOptions(), place, kinds, deadline, 60.0, reads.append)
    follower.touch("shop")
    follower.run()
    assert asked == [(("shop",), 4), ((), len(kinds) - sum(kind.collection == HISTORY for kind in kinds))]
    assert [read.part for read in reads] == [True, False]
