"""A live cluster that is followed: collected once, and from then on kept up to date by watching it."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import NamedTuple

from gkedoctor.collect.collector import Collected, CollectRequest
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.logs import read_log
from gkedoctor.collect.results import ContainerLog, Listing, OnProgress
from gkedoctor.collect.thread_pool import ThreadPool
from gkedoctor.collect.watch.connection import WatchClient
from gkedoctor.collect.watch.reflector import Put, Relisted, Removed, Scope, ScopeStatus
from gkedoctor.errors import SourceError
from gkedoctor.live.cloud_following import CLOUD_ATTEMPTS, CloudFollower, CloudRead
from gkedoctor.live.cloud_lists import CloudLists
from gkedoctor.live.collection import CollectionResult, LiveCollection, placed
from gkedoctor.live.costly_objects import CostlyObjects
from gkedoctor.live.followed_lists import FollowedLists
from gkedoctor.live.followed_parts import ReadAgain
from gkedoctor.live.freshness import SERVER, Freshness, Statuses
from gkedoctor.live.heartbeat import Heartbeat
from gkedoctor.live.log_following import LogFollower, LogRead, namespace_and_name
from gkedoctor.live.served_kinds import KindServed
from gkedoctor.live.watches import Fault, FirstReading, Watches, WatchMessage, first_reading, run_thread, scopes_of
from gkedoctor.snapshot.incremental import IncrementalSnapshot
from gkedoctor.snapshot.intake import Gathered
from gkedoctor.snapshot.model import Snapshot

_TICK_SECONDS = 0.1
_SETTLE_SECONDS = 0.1
"""How long changes are gathered before they are shown: they come in bursts."""

_FRESHNESS_SECONDS = 0.25
"""Between two reports of how new it is, where nothing changed: sixty lists may fail one after another."""

_MOST_TAKEN = 2_000
"""Changes that are taken in before it is looked whether to show them."""

_REST = 0.25
"""Of the time that showing changes took, the part that is waited before the next: keys and watches have their turn."""

_SHARE = 20
"""Where nothing changes, what takes a second is done again after this many: ages count too."""

_RETRY_SECONDS = 5.0
_ENDPOINTS = frozenset({"endpointslices", "servicenetworkendpointgroups"})


class LiveUpdate(NamedTuple):
    """What there is to show: another moment, if anything changed; how new it is; and what happened, a line each."""

    snapshot: Snapshot | None
    freshness: Freshness
    time: datetime
    """The server's."""

    notices: tuple[str, ...] = ()
    begun_again: bool = False
    """Whether it is the first moment of another cluster: what was found before is of no account."""


@dataclass(frozen=True)
class Timing:
    """What tests replace. `settle`: seconds in which changes are gathered."""

    settle: float = _SETTLE_SECONDS
    new_deadline: Callable[[float], Deadline] = field(
        default=lambda seconds: Deadline(request=seconds, overall=float("inf"), attempts=1)
    )


class _Connected(NamedTuple):
    """The cluster can be followed."""

    client: WatchClient
    watches: Watches


_Message = WatchMessage | LogRead | CloudRead | ReadAgain | _Connected


class LiveSession:
    """One cluster from its first collection until it is left. `first`, then `follow`, from one thread."""

    def __init__(self, request: CollectRequest, interval: float, timing: Timing | None = None) -> None:
        """`interval`: seconds between two readings of what cannot be watched, Google Cloud above all."""
        self._request, self._interval = request, interval
        self._timing = timing or Timing()
        self._collection: LiveCollection | None = LiveCollection(request)
        self._deadline = self._timing.new_deadline(request.deadline.request)
        self._clock = self._deadline.clock
        self._messages: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._statuses = Statuses()
        self._notices: list[str] = []
        self._lists = FollowedLists()
        self._cloud_lists = CloudLists(self._lists)
        self._first: FirstReading | None = None
        self._watches: Watches | None = None
        self._client: WatchClient | None = None
        self._cloud: CloudFollower | None = None
        self._logs = LogFollower(None, lambda _: None)
        self._fixed_clock = False

    def first(self, tell: OnProgress) -> CollectionResult:
        """Collects all of it. SourceError where the cluster cannot be reached."""
        assert self._collection is not None
        began = self._clock()
        collected = self._collection.gathered(tell)
        self._time = (collected.gathered.recorded_at or datetime.now(UTC), began)
        self._first = first_reading(self._request, collected.gathered, self._collection.listings)
        for scope, version in self._first.scopes:
            if not version:
                self._lists.failed(scope)
        self._objects = IncrementalSnapshot(collected.gathered)
        self._costly = CostlyObjects(self._objects)
        self._place = collected.place
        self._collection = None  # it holds all that was read, unmasked
        self._start_cloud(collected)
        result = CollectionResult(self._snapshot(), collected.interrupted, collected.unreached, collected.notes)
        self._pods = collected.gathered.objects.get("pods", ())
        return result

    def so_far(self) -> Snapshot | None:
        """What has come in, while `first` runs in another thread."""
        collection = self._collection
        return collection.so_far() if collection is not None else None

    @property
    def login(self) -> Login:
        """What leads to the cluster: the context stays the one that was read, whatever becomes the current one."""
        return self._client.login if self._client is not None else self._request.login

    def close(self) -> None:
        """Ends all that runs for it."""
        self._deadline.stopped.set()
        if self._client is not None:
            self._client.cut()

    def follow(self) -> Iterator[LiveUpdate]:
        """What changes, until it is closed. What takes long with an update gets fewer of them."""
        try:
            yield from self._updates()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        """Drops what was read. Its threads and a log on the way still refer to the session, in a ring: the collector
        would have to free that, and a screen has frozen it (`snapshot/garbage.py`)."""
        self._objects = IncrementalSnapshot(Gathered(""))
        self._costly = CostlyObjects(self._objects)
        self._logs = LogFollower(None, lambda _: None)
        self._messages = queue.SimpleQueue()
        self._pods = ()

    def _updates(self) -> Iterator[LiveUpdate]:
        assert self._first is not None
        run_thread("connect", partial(self._connect, self._first), self._messages.put)
        self._first = None
        shown, cost, last, first_change = None, 0.0, self._clock(), None
        reported = last - _FRESHNESS_SECONDS
        while not self._deadline.stopped.is_set():
            if self._take_in() and first_change is None:
                first_change = self._clock()
            now = self._clock()
            self._logs.read_due(now)
            freshness = self.freshness
            settled = (
                first_change is not None and now - first_change >= self._timing.settle and now - last >= _REST * cost
            )
            if settled or now - last >= max(self._interval, _SHARE * cost):
                yield LiveUpdate(self._snapshot(), freshness, self._now(), self._said(freshness))
                last, first_change = self._clock(), None
                cost = last - now
                shown = freshness._replace(newest=0.0)
            elif now - reported >= _FRESHNESS_SECONDS and (
                self._has_news(freshness) or freshness._replace(newest=0.0) != shown
            ):
                shown, reported = freshness._replace(newest=0.0), now
                yield LiveUpdate(None, freshness, self._now(), self._said(freshness))

    @property
    def freshness(self) -> Freshness:
        """How new what is known is, at this moment."""
        return self._statuses.freshness(self._client.newest if self._client is not None else self._time[1])

    def _has_news(self, freshness: Freshness) -> bool:
        return bool(self._notices) or (not freshness.failed and self._lists.is_settled(self._clock()))

    def _said(self, freshness: Freshness) -> tuple[str, ...]:
        """What happened; which lists were read again when all of them are."""
        lists = [] if freshness.failed or not self._lists.is_settled(self._clock()) else self._lists.said()
        said, self._notices = (*lists, *self._notices), []
        return said

    def _now(self) -> datetime:
        """The server's clock, which may not be this machine's; that of a recording stands still."""
        stated, at = self._time
        return stated if self._fixed_clock else stated + timedelta(seconds=int(self._clock() - at))

    def _snapshot(self) -> Snapshot:
        built = self._objects.snapshot(self._now())
        return Snapshot(placed(built.manifest, self._place), built.collections.values())

    # what runs

    def _connect(self, first: FirstReading) -> None:
        """For a thread: opens what follows the cluster. Where it cannot be reached now, that is tried again."""
        while not self._deadline.stopped.is_set():
            try:
                client = WatchClient(self._request.login, self._deadline)
                watches = Watches(self._request, client, self._interval, self._messages.put)
            except SourceError as error:
                now = self._clock()
                self._messages.put(ScopeStatus(SERVER, now, error.message, now + _RETRY_SECONDS))
                self._deadline.pause(_RETRY_SECONDS)
                continue
            self._messages.put(ScopeStatus(SERVER, self._clock()))
            self._messages.put(_Connected(client, watches))
            watches.start(first)
            return

    def _take_connected(self, connected: _Connected) -> None:
        self._client, self._watches = connected
        self._fixed_clock = connected.watches.is_recorded
        if self._cloud is not None:
            run_thread("google", self._cloud.run, self._messages.put)
        self._start_logs(connected.client)

    def _start_logs(self, client: WatchClient) -> None:
        pool = ThreadPool(4, "logs")

        def read(run: object) -> None:
            pool.submit(lambda run: self._messages.put(LogRead(run, read_log(client, run))), run)

        self._logs = LogFollower(self._request.select_logs, read)
        self._logs.began(self._now(), list(self._pods), self._clock())
        self._pods = ()

    def _start_cloud(self, collected: Collected) -> None:
        options = self._request.cloud
        if options is None or collected.place is None:
            return
        options = options._replace(now=collected.gathered.recorded_at, only=tuple(self._request.only))
        deadline = self._timing.new_deadline(self._request.deadline.request)
        deadline.stopped, deadline.attempts = self._deadline.stopped, CLOUD_ATTEMPTS
        self._cloud = CloudFollower(
            options, collected.place, self._request.kinds, deadline, self._interval, self._messages.put
        )

    # what comes in

    def _take_in(self) -> bool:
        """Takes in what has come. Whether anything of it can be seen."""
        changed = self._costly.due(self._clock())
        with suppress(queue.Empty):
            message = self._messages.get(timeout=_TICK_SECONDS)
            for _ in range(_MOST_TAKEN):
                changed = self._take(message) or changed
                message = self._messages.get_nowait()
        return changed

    def _take(self, message: _Message) -> bool:
        match message:
            case Put():
                return self._take_put(message)
            case Removed():
                return self._take_removed(message)
            case Relisted():
                return self._take_list(message)
            case LogRead():
                return self._take_log(message)
            case CloudRead():
                return self._take_cloud(message)
            case KindServed(listing):
                return self._take_served(listing)
            case _:
                self._take_state(message)
                return False

    def _take_state(self, message: ScopeStatus | Heartbeat | _Connected | ReadAgain | Fault) -> None:
        """How the cluster is followed now: nothing that was read of it."""
        match message:
            case ScopeStatus():
                self._notice(self._statuses.take(message))
            case Heartbeat(date, at):
                self._set_clock(date, at)
            case _Connected():
                self._take_connected(message)
            case Fault(error):
                raise error

    def _take_list(self, change: Relisted) -> bool:
        self._lists.take(self._objects, change, self._clock())
        self._costly.relisted(change.scope.collection)
        if change.failed is not None and change.failed.code == 404 and self._watches is not None:
            self._watches.gone(change)
        return True

    def _take_served(self, listing: Listing) -> bool:
        self._objects.replace(listing.collection, listing.items)
        self._objects.set_state(listing.collection, listing.state)
        self._lists.served(listing.collection, listing.state)
        for scope, version in scopes_of(listing):
            if not version:
                self._lists.failed(scope)
        if self._watches is not None:
            self._watches.add(listing)
        return True

    def _notice(self, text: str) -> None:
        if text:
            self._notices.append(text)

    def _set_clock(self, date: str | None, at: float) -> None:
        with suppress(ValueError, TypeError):
            if date and not self._fixed_clock:
                self._time = (parsedate_to_datetime(date).astimezone(UTC), at)

    def _take_put(self, change: Put) -> bool:
        collection = change.scope.collection
        self._notice(self._costly.put(collection, change.item, self._clock()))
        if collection == "pods" and not self._logs.changed(self._now(), change.item, self._clock()):
            self._drop_logs(change.item)
        self._touch_cloud(change.scope, change.item)
        return True

    def _take_removed(self, change: Removed) -> bool:
        self._costly.remove(change.scope.collection, change.item)
        if change.scope.collection == "pods":
            self._logs.removed(change.item)
            self._drop_logs(change.item)
        self._touch_cloud(change.scope, change.item)
        return True

    def _drop_logs(self, pod: object) -> None:
        self._objects.remove_logs(*namespace_and_name(pod))

    def _touch_cloud(self, scope: Scope, item: object) -> None:
        if self._cloud is not None and scope.collection in _ENDPOINTS:
            self._cloud.touch(namespace_and_name(item)[0])

    def _take_log(self, read: LogRead) -> bool:
        if not self._logs.done(read.run) or not isinstance(read.result, ContainerLog):
            return False
        log = read.result
        return self._objects.put_log((log.namespace, log.pod, log.container, log.previous), log.text)

    def _take_cloud(self, read: CloudRead) -> bool:
        taken = self._cloud_lists.take(self._objects, read, self._clock())
        self._notice(self._statuses.take(taken.status))
        return taken.changed
