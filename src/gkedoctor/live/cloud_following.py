"""Google Cloud cannot be watched: it is read again at an interval, and backends at once when their endpoints change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions
from gkedoctor.collect.results import Listing
from gkedoctor.snapshot.kinds import HISTORY, LISTED_IN, Kind
from gkedoctor.snapshot.model import Status

_BACKENDS = frozenset({*LISTED_IN, *LISTED_IN.values()})
LEAST_SECONDS = 30.0
"""Between two whole readings, whatever the interval: it is dozens of requests, and the project has quotas."""

_SOONEST_SECONDS = 5.0
"""Between two readings of backends."""


CLOUD_ATTEMPTS = 2
"""Requests for one answer: a rate limit or a fault of one second is no failed reading."""

_BREAK = 4
"""A whole reading that takes a second is followed by so many without one: a project of 1,000 backends takes 25 s."""


class CloudRead(NamedTuple):
    """A collection of Google Cloud that was read again. `part`: of some namespaces only, so that others stay.

    `retry_at`: when it is read again at the latest, if it failed.
    """

    listing: Listing
    part: bool
    retry_at: float = 0.0


class CloudFollower:
    """Reads Google Cloud in a thread of its own until the deadline is stopped."""

    def __init__(
        self,
        options: GoogleOptions,
        place: GoogleLocation,
        kinds: Sequence[Kind],
        deadline: Deadline,
        interval: float,
        put: Callable[[CloudRead], None],
    ) -> None:
        self._options, self._place, self._deadline = options, place, deadline
        self._kinds = [kind for kind in kinds if kind.cloud and kind.collection != HISTORY]
        self._interval, self._put = max(interval, LEAST_SECONDS), put
        self._touched = threading.Event()
        self._lock = threading.Lock()
        self._namespaces: set[str] = set()
        self._whole_at = 0.0

    def touch(self, namespace: str) -> None:
        """Endpoints in a namespace changed: its backends are read at once."""
        with self._lock:
            self._namespaces.add(namespace)
        self._touched.set()

    def run(self) -> None:
        """For a thread of its own."""
        clock = self._deadline.clock
        self._whole_at = clock() + self._interval
        while not self._deadline.stopped.is_set():
            touched = self._touched.wait(min(1.0, max(0.05, self._whole_at - clock())))
            if clock() >= self._whole_at:
                self._taken()
                began = clock()
                self._whole_at = began + self._interval
                failed = self._read(())
                took = 0.0 if failed else clock() - began
                self._whole_at = clock() + max(self._interval, _BREAK * took)
            elif touched:
                self._read(self._taken())
                self._deadline.pause(_SOONEST_SECONDS)

    def _taken(self) -> tuple[str, ...]:
        with self._lock:
            namespaces = tuple(sorted(self._namespaces))
            self._namespaces.clear()
            self._touched.clear()
        return namespaces

    def _read(self, namespaces: tuple[str, ...]) -> bool:
        """All, or the backends of some namespaces. Whether any of it failed."""
        from gkedoctor.collect.google_cloud import collect_google

        kinds = [kind for kind in self._kinds if kind.collection in _BACKENDS] if namespaces else self._kinds
        options = self._options._replace(only=namespaces or self._options.only)
        failed = False

        def put(listing: Listing) -> None:
            nonlocal failed
            failed = failed or listing.state.status is Status.FAILED
            part = bool(namespaces) and listing.collection in LISTED_IN
            self._put(CloudRead(listing, part, self._deadline.clock() + self._interval))

        collect_google(options, self._place, kinds, self._deadline, put, lambda _: None)
        return failed
