"""Follows whichever cluster answers: one that took the place of another is read from the start, and nothing is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from gkedoctor.collect.collector import CollectRequest
from gkedoctor.collect.results import OnProgress
from gkedoctor.collect.watch.identity import AnotherCluster
from gkedoctor.errors import SourceError
from gkedoctor.live.collection import CollectionResult
from gkedoctor.live.freshness import Freshness
from gkedoctor.live.session import LiveSession, LiveUpdate, Timing
from gkedoctor.snapshot.model import Snapshot

_PAUSE_SECONDS = 5.0


class ClusterFollower:
    """`first`, then `follow`, from one thread; the rest from any."""

    def __init__(self, request: CollectRequest, interval: float, timing: Timing | None = None) -> None:
        """As `LiveSession`."""
        self._request, self._interval, self._timing = request, interval, timing or Timing()
        self._stopped = threading.Event()
        self._session = LiveSession(request, interval, self._timing)

    def first(self, tell: OnProgress) -> CollectionResult:
        """Collects all of it. SourceError where the cluster cannot be reached."""
        return self._session.first(tell)

    def so_far(self) -> Snapshot | None:
        """What has come in, while `first` runs in another thread."""
        return self._session.so_far()

    def close(self) -> None:
        """Ends all that runs for it."""
        self._stopped.set()
        self._request.deadline.stopped.set()
        self._session.close()

    def follow(self) -> Iterator[LiveUpdate]:
        """What changes, until it is closed."""
        last = LiveUpdate(None, self._session.freshness, datetime.now(UTC))
        while not self._stopped.is_set():
            try:
                for last in self._session.follow():
                    yield last
                return
            except AnotherCluster as error:
                yield from self._from_the_start(last, str(error))

    def _from_the_start(self, last: LiveUpdate, reason: str) -> Iterator[LiveUpdate]:
        """The first collection of the cluster that answers now, however often that has to be tried."""
        self._session.close()
        self._request = replace(self._request, login=self._session.login)
        deadline = self._timing.new_deadline(self._request.deadline.request)
        failed_at, text = deadline.clock(), f"{reason}, and is read from the start"
        while not self._stopped.is_set():
            retry_at = deadline.clock()
            yield LiveUpdate(None, Freshness(last.freshness.newest, failed_at, text, retry_at), last.time)
            again = replace(self._request.deadline, stopped=threading.Event())
            self._request = replace(self._request, deadline=again)
            self._session = LiveSession(self._request, self._interval, self._timing)
            try:
                found = self._session.first(lambda _: None).snapshot
            except SourceError as error:
                text = error.message
                deadline.pause(_PAUSE_SECONDS)
                continue
            notice = f"{reason}: it was read from the start"
            yield LiveUpdate(found, self._session.freshness, found.clock, (notice,), begun_again=True)
            return
