"""Keeps one list of the Kubernetes API up to date: lists it, watches it, and lists it again where it must.

The rules are those of k8s.io/client-go/tools/cache/reflector.go: go on from the last resourceVersion, take bookmarks,
list again on 410 Gone, wait longer after each failure in a row, and at random so that clients do not come together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gkedoctor.collect.deadline import CollectionStopped, Deadline, RequestFailed
from gkedoctor.collect.kubernetes import NOT_WATCHABLE, ListResult
from gkedoctor.collect.watch.events import BOOKMARK, DELETED, watch_events

_SILENCE_SECONDS = 100.0
"""An API server sends a bookmark about once a minute (`defaultBookmarkFrequency`, k8s.io/apiserver/pkg/storage/cacher):
a stream without any data for longer than this is dead."""

_WATCH_SECONDS = 300
"""A watch lasts as long, and up to twice as long by chance, so that not all end together (`minWatchTimeout`)."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_AT_ONCE = 0.25
"""Seconds at most until a connection that was cut is opened again: all watches of a server may be cut together."""

_LASTING_SECONDS = 5.0
"""A stream that lasted as long is no failure when it ends."""


class Scope(NamedTuple):
    """One list: all objects of a kind, or those of a namespace, or of these what a field selector selects."""

    collection: str
    path: str
    namespace: str | None = None
    selector: str = ""


class Put(NamedTuple):
    """An object that is new or changed."""

    scope: Scope
    item: Any


class Removed(NamedTuple):
    """An object that was deleted."""

    scope: Scope
    item: Any


class Relisted(NamedTuple):
    """A whole list that was read again, and why. `failed`: why not, where it is denied or not served any more."""

    scope: Scope
    items: Iterable[Any]
    failed: RequestFailed | None = None
    reason: str = ""


Change = Put | Removed | Relisted


class ScopeStatus(NamedTuple):
    """How a list is followed. `retry_at`: when it is tried again, on the deadline's clock; None while it is fine.

    `polled`: it is read at an interval, for it cannot be watched, and `reason` says why.
    """

    scope: Scope
    since: float
    reason: str = ""
    retry_at: float | None = None
    polled: bool = False


@dataclass(frozen=True)
class Access:
    """The way to the API server, as a reflector needs it."""

    stream: Callable[[str, Sequence[tuple[str, str]], float], Iterator[bytes]]
    pages: Callable[[str, str], ListResult]
    renew_again: Callable[[], None]
    deadline: Deadline
    interval: float
    """Seconds between two readings of what cannot be watched."""

    served_at: Callable[[str, RequestFailed], str | None]
    """Where a list is served now that answers 404; None where its kind is gone; RequestFailed where that is unknown."""

    recoveries: Callable[[], int] = lambda: 0
    """How often the server could be reached again: who waits for it waits no longer."""


class Reflector:
    """One list; `run` is for a thread of its own, and ends when the deadline is stopped."""

    def __init__(
        self,
        scope: Scope,
        version: str,
        access: Access,
        put: Callable[[Change], None],
        tell: Callable[[ScopeStatus], None],
    ) -> None:
        self.scope, self._version, self._access = scope, version, access
        self._put, self._tell = put, tell
        self._path = scope.path
        self._failures = 0
        self._polled = self._expired = ""
        self._listed, self._refused = False, 0

    def run(self) -> None:
        """Follows the list until the deadline is stopped."""
        while not self._stopped:
            try:
                self._once()
            except CollectionStopped:
                return
            except RequestFailed as failed:
                self._wait(self._next(failed), failed)

    @property
    def _stopped(self) -> bool:
        return self._access.deadline.stopped.is_set()

    def _once(self) -> None:
        """Lists where there is no version to go on from, and watches until the stream ends."""
        if not self._version or self._polled:
            self._list()
        if self._polled:
            self._say(self._polled, polled=True)
            self._failures = 0
            self._pause(self._access.interval)
            return
        began = self._access.deadline.clock()
        try:
            self._watch()
        finally:
            lasted = self._access.deadline.clock() - began >= _LASTING_SECONDS
            if lasted:
                self._failures, self._listed = 0, False
        if not lasted:
            raise RequestFailed("the server ended the watch at once")

    def _list(self) -> None:
        part = self._pages()
        if isinstance(part.refused, CollectionStopped):
            raise part.refused
        if part.refused is not None and part.refused.code not in NOT_WATCHABLE:
            raise part.refused
        self._put(Relisted(self.scope, part.items if part.refused is None else (), part.refused, self._expired))
        self._expired, self._listed = "", True
        self._version = part.watch.version if part.refused is None and part.watch is not None else ""
        if part.refused is not None or not self._version:
            self._polled = part.refused.reason if part.refused is not None else "the list has no resourceVersion"
        elif self._refused:
            self._polled = ""
            self._say("")
        self._refused = part.refused.code if part.refused is not None else 0

    def _pages(self) -> ListResult:
        """The list. RequestFailed for 404, unless the kind is gone for certain: another server may answer."""
        part = self._access.pages(self._path, self.scope.collection)
        if not isinstance(part.refused, RequestFailed) or part.refused.code != 404 or self._refused == 404:
            return part
        polled, self._polled, self._version = self._polled, "", ""
        path = self._access.served_at(self._path, part.refused)
        if path is None:
            self._polled = polled
            return part
        self._path = path
        raise RequestFailed(part.refused.reason)

    def _watch(self) -> None:
        seconds = int(_WATCH_SECONDS * (1 + self._access.deadline.jitter()))
        query = [
            ("watch", "true"), ("resourceVersion", self._version), ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", str(seconds)),
        ]  # fmt: skip
        chunks = self._access.stream(self._path, query, _SILENCE_SECONDS)
        for event in watch_events(self._reached(chunks), self.scope.collection):
            if event.kind != BOOKMARK:
                self._put((Removed if event.kind == DELETED else Put)(self.scope, event.item))
            self._version = event.version or self._version
            self._failures, self._listed = 0, False

    def _reached(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The same; says that the list is followed when the first data are in."""
        for number, chunk in enumerate(chunks):
            if not number and self._failures:
                self._say("")
            yield chunk

    def _next(self, failed: RequestFailed) -> float:
        """What follows from a failure, and how many seconds later. The first in a row is tried again almost at once."""
        self._failures += 1
        if failed.code == 410:
            self._version, self._expired = "", failed.reason
            return 0.0 if not self._listed else self._back_off(failed)
        if failed.code == 401 and failed.retry_after is None:
            self._access.renew_again()
        if failed.code in NOT_WATCHABLE:
            self._polled = failed.reason
            return 0.0
        if self._failures == 1 and failed.code <= 0 and not failed.timed_out:
            self._pause(_AT_ONCE * self._access.deadline.jitter())
            return 0.0
        return self._back_off(failed)

    def _back_off(self, failed: RequestFailed) -> float:
        """Seconds: what the server asks for, else at random up to twice as long after each failure in a row."""
        if failed.retry_after is not None:
            return failed.retry_after
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(self._failures, 10))
        return longest * (0.5 + self._access.deadline.jitter() / 2)

    def _wait(self, seconds: float, failed: RequestFailed) -> None:
        """Waits before the next try; where the server could not be reached, until it can be, if that is earlier."""
        if seconds <= 0 or self._stopped:
            return
        self._say(failed.reason, retry_in=seconds)
        seen = self._access.recoveries()
        while seconds > 0 and not self._stopped and (failed.code > 0 or self._access.recoveries() == seen):
            self._pause(min(seconds, 1.0))
            seconds -= 1.0

    def _pause(self, seconds: float) -> None:
        self._access.deadline.pause(seconds)

    def _say(self, reason: str, *, retry_in: float | None = None, polled: bool = False) -> None:
        now = self._access.deadline.clock()
        self._tell(ScopeStatus(self.scope, now, reason, None if retry_in is None else now + retry_in, polled))
