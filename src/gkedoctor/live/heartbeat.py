"""Whether the API server can be reached where no stream has any data, and what its clock shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gkedoctor.collect.deadline import RequestFailed
from gkedoctor.collect.watch.connection import WatchClient
from gkedoctor.collect.watch.reflector import ScopeStatus
from gkedoctor.live.freshness import SERVER

_HEARTBEAT_SECONDS = 10.0
_CLOCK_SECONDS = 60.0


class Heartbeat(NamedTuple):
    """What the server said its time is, and when."""

    date: str | None
    at: float


def check_server(client: WatchClient, put: Callable[[ScopeStatus | Heartbeat], None]) -> None:
    """For a thread of its own, which ends when the client's deadline is stopped."""
    deadline = client.deadline
    clock = deadline.clock
    failures, last, since = 0, clock(), 0.0
    while not deadline.stopped.is_set():
        deadline.pause(1.0)
        now = clock()
        if now - client.newest < _HEARTBEAT_SECONDS and now - last < _CLOCK_SECONDS and not failures:
            continue
        last = now
        try:
            date = client.heartbeat()
        except RequestFailed as failed:
            since = since if failures else now
            failures += 1
            wait = min(10.0, 2.0**failures)
            put(ScopeStatus(SERVER, now, failed.reason, clock() + wait))
            client.renew_if_changed()
            deadline.pause(wait)
            continue
        put(Heartbeat(date, clock()))
        if failures:
            failures = 0
            put(ScopeStatus(SERVER, clock()))
            client.recovered(since)
