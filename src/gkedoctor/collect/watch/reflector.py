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
from gkedoctor.collect.watch.events import BOOKMARK, DELETED, UNREADABLE, WatchEvent, watch_events

_SILENCE_SECONDS = 100.0
"""An API server sends a bookmark about once a minute (`defaultBookmarkFrequency`, k8s.io/apiserver/pkg/storage/cacher)
to kinds of which it saw any event since it started: a stream without data for longer than this may be dead. It is
opened again, and of a kind that is only quiet later and later: that is no failure.
"""

_WATCH_SECONDS = 300
"""A watch lasts as long, and up to twice as long by chance, so that not all end together (`minWatchTimeout`)."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_AT_ONCE = 0.25
"""Seconds at most until a connection that was cut is opened again: all watches of a server may be cut together."""

_LASTING_SECONDS = 5.0
"""A stream that lasted as long is no failure when it ends."""

_LASTING_REFUSALS = 7
"""Refusals (403) in a row after which a list that was permitted before is denied: 30 to 60 s of back-off lie between.

The API server keeps the refusal of an authorizer behind a webhook for 30 s
(`--authorization-webhook-cache-unauthorized-ttl`). client-go never decides: to its reflector 403 is an error as any
other, after which it keeps its objects and tries again, at most 30 to 60 s later.
"""

_PERMISSION = (401, 403)
_ANSWERED = (401, 403, 410, 429)
"""Statuses after which the server is the one that it was."""


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

    `polled`: it is read at an interval, for it cannot be watched, and `reason` says why. `refused`: it is tried at
    that interval, for it is denied.
    """

    scope: Scope
    since: float
    reason: str = ""
    retry_at: float | None = None
    polled: bool = False
    refused: bool = False


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

    permitted: Callable[[], None] = lambda: None
    """Called when a list is permitted again that was refused: whoever was refused as well tries again at once."""

    verify: Callable[[float, bool], None] = lambda *_: None
    """Called before the next request when the connection was lost at a time, or was only quiet: another cluster may
    answer.

    RequestFailed where that cannot be known now, CollectionStopped where it is another one.
    """


class Reflector:
    """One list; `run` is for a thread of its own, and ends when the deadline is stopped or the kind is gone."""

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
        self._fine, self._gone, self._is_open = True, False, False
        self._refusals, self._list_refused, self._barred = 0, False, False
        self._watch_refused, self._only_listed, self._must_list = False, False, False
        self._silence = _SILENCE_SECONDS
        self._lost: float | None = None
        self._quiet = False

    @property
    def version(self) -> int:
        """The resourceVersion that was seen last; -1 where there is none that can be compared."""
        return int(self._version) if self._version.isdigit() else -1

    def run(self) -> None:
        """Follows the list until the deadline is stopped, or the kind is not served any more."""
        while not self._stopped and not self._gone:
            try:
                self._once()
            except CollectionStopped:
                return
            except RequestFailed as failed:
                if failed.code not in _ANSWERED:
                    self._lost, self._quiet = self._access.deadline.clock(), False
                self._wait(self._next(failed), failed)

    @property
    def _stopped(self) -> bool:
        return self._access.deadline.stopped.is_set()

    def _once(self) -> None:
        """Lists where there is no version to go on from, and watches until the stream ends."""
        self._verify()
        if not self._version or self._must_list or (self._polled and not self._listed):
            self._list()
        if self._polled:
            self._poll()
            return
        if self._gone:
            return
        began, seconds = self._access.deadline.clock(), int(_WATCH_SECONDS * (1 + self._access.deadline.jitter()))
        try:
            quiet = self._watch(seconds)
        finally:
            ended = self._access.deadline.clock()
            if ended - began >= _LASTING_SECONDS:
                self._failures, self._listed = 0, False
        self._quiet = quiet
        if ended - began < _LASTING_SECONDS and not quiet:
            raise RequestFailed("the server ended the watch at once")
        if ended - began < seconds - _LASTING_SECONDS:  # as a server does that goes down in order
            self._lost = ended

    def _verify(self) -> None:
        lost, self._lost = self._lost, None
        if lost is None:
            return
        try:
            self._access.verify(lost, self._quiet)
        except RequestFailed as failed:
            self._lost = lost if failed.code != 410 else None
            raise

    def _poll(self) -> None:
        """Waits until it is read again. What could be listed and not watched may be permitted by then."""
        self._say(self._polled, polled=True, refused=bool(self._refused))
        self._failures, self._barred = 0, bool(self._refused)
        self._sleep(self._access.interval, wakes=self._barred)
        self._listed = False
        if self._version and not self._refused and self._watch_refused:
            self._polled = ""

    def _list(self) -> None:
        part = self._pages()
        if isinstance(part.refused, CollectionStopped):
            raise part.refused
        if part.refused is not None:
            self._take_refusal(part.refused)
            return
        self._put(Relisted(self.scope, part.items, None, self._expired))
        self._expired, self._listed, self._must_list = "", True, False
        self._version = part.watch.version if part.watch is not None else ""
        if not self._version:
            self._polled, self._watch_refused = "the list has no resourceVersion", False
        elif self._refused:
            self._polled = ""
        self._only_listed = bool(self._polled)
        self._accepted()

    def _take_refusal(self, refused: RequestFailed) -> None:
        """A list that is not permitted or not served. What was permitted before is denied only if that lasts."""
        self._must_list = False
        if refused.code not in NOT_WATCHABLE:
            raise refused
        if refused.code == 403 and not self._refused:
            self._list_refused, self._polled = True, self._polled if self._only_listed else ""
            raise refused
        self._give_up(refused)

    def _give_up(self, refused: RequestFailed) -> None:
        """It is denied, and tried again at the interval, or gone: what it held is not known any more."""
        if refused.code != self._refused:
            self._put(Relisted(self.scope, (), refused, self._expired))
        self._refused, self._version, self._polled = refused.code, "", refused.reason
        if refused.code == 404:
            self._gone, self._polled = True, ""
            self._say("", refused=True)

    def _accepted(self) -> None:
        """The server permits it."""
        if self._barred:
            self._access.permitted()
        self._refused, self._refusals, self._list_refused, self._barred = 0, 0, False, False

    def _pages(self) -> ListResult:
        """The list. RequestFailed for 404, unless the kind is gone for certain: another server may answer."""
        part = self._access.pages(self._path, self.scope.collection)
        if not isinstance(part.refused, RequestFailed) or part.refused.code != 404:
            return part
        polled, self._polled, self._version = self._polled, "", ""
        path = self._access.served_at(self._path, part.refused)
        if path is None:
            self._polled = polled
            return part
        self._path = path
        raise RequestFailed(part.refused.reason)

    def _watch(self, seconds: int) -> bool:
        """Watches until the stream ends. Whether it was ended because there was no data for long."""
        query = [
            ("watch", "true"), ("resourceVersion", self._version), ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", str(seconds)),
        ]  # fmt: skip
        self._is_open = False
        chunks = self._access.stream(self._path, query, self._silence)
        try:
            for event in watch_events(self._reached(chunks), self.scope.collection):
                self._take(event)
        except RequestFailed as failed:
            if not self._is_open or not failed.timed_out:
                raise
            self._silence = min(2 * self._silence, 2.0 * _WATCH_SECONDS)
            return True
        return False

    def _take(self, event: WatchEvent) -> None:
        self._version = self._later(event.version)
        if event.kind != BOOKMARK:
            self._put((Removed if event.kind == DELETED else Put)(self.scope, event.item))
        self._failures, self._listed, self._silence = 0, False, _SILENCE_SECONDS

    def _later(self, version: str) -> str:
        """The version to go on from. RequestFailed where it is before the last: the server was restored, or is another.

        A watch from a version that is still to come is silent until then, and has no error.
        """
        if version.isdigit() and self._version.isdigit() and int(version) < int(self._version):
            raise RequestFailed(f"the resourceVersion went back from {self._version} to {version}", code=410)
        return version or self._version

    def _reached(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The same; says that the list is followed when the first data are in."""
        for number, chunk in enumerate(chunks):
            if not number:
                self._is_open = True
                self._accepted()
                self._only_listed = False
                if not self._fine:
                    self._say("")
            yield chunk

    def _next(self, failed: RequestFailed) -> float:
        """What follows from a failure, and how many seconds later. The first in a row is tried again almost at once."""
        self._failures += 1
        if failed.code in (410, UNREADABLE):
            self._version, self._expired = "", failed.reason
            return 0.0 if not self._listed else self._back_off(failed)
        if failed.code == 401 and failed.retry_after is None:
            self._access.renew_again()
        if failed.code == 403 and self._list_refused:
            return self._refused_again(failed)
        if failed.code in NOT_WATCHABLE:
            self._take_unwatchable(failed)
            return 0.0
        if self._failures == 1 and failed.code <= 0 and not failed.timed_out:
            self._pause(_AT_ONCE * self._access.deadline.jitter())
            return 0.0
        return self._back_off(failed)

    def _take_unwatchable(self, failed: RequestFailed) -> None:
        """A watch that is refused: whether the list is too, and else whether the watch is again."""
        self._watch_refused = failed.code == 403
        if self._watch_refused and not self._listed and not self._only_listed:
            self._must_list = True
        else:
            self._polled, self._only_listed = failed.reason, True

    def _refused_again(self, failed: RequestFailed) -> float:
        """A passing refusal is a failed reading; one that lasts is an answer."""
        self._refusals += 1
        self._failures = self._refusals
        if self._refusals < _LASTING_REFUSALS:
            return self._back_off(failed)
        self._give_up(failed)
        return 0.0

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
        self._barred = failed.code in _PERMISSION
        self._sleep(seconds, wakes=failed.code <= 0 or self._barred)

    def _sleep(self, seconds: float, *, wakes: bool) -> None:
        """Waits, and with `wakes` no longer than until the server can be reached, or permits something, again."""
        seen = self._access.recoveries()
        while seconds > 0 and not self._stopped and not (wakes and self._access.recoveries() != seen):
            self._pause(min(seconds, 1.0))
            seconds -= 1.0

    def _pause(self, seconds: float) -> None:
        self._access.deadline.pause(seconds)

    def _say(self, reason: str, *, retry_in: float | None = None, polled: bool = False, refused: bool = False) -> None:
        now = self._access.deadline.clock()
        self._fine = not reason
        self._tell(ScopeStatus(self.scope, now, reason, None if retry_in is None else now + retry_in, polled, refused))
