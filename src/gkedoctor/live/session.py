"""A live cluster that is followed: collected once, and from then on kept up to date by watching it."""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import NamedTuple

from gkedoctor.collect.collector import Collected, CollectRequest
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.kubernetes import KubernetesLister, reached
from gkedoctor.collect.logs import read_log
from gkedoctor.collect.results import ContainerLog, Listing, OnProgress
from gkedoctor.collect.thread_pool import ThreadPool
from gkedoctor.collect.watch.connection import CONNECTIONS, WatchClient
from gkedoctor.collect.watch.discovery import Discovery
from gkedoctor.collect.watch.reflector import Access, Put, Reflector, Relisted, Removed, Scope, ScopeStatus
from gkedoctor.errors import SourceError
from gkedoctor.live.cloud_following import CloudFollower, CloudRead
from gkedoctor.live.collection import CollectionResult, LiveCollection, placed
from gkedoctor.live.followed_lists import FollowedLists
from gkedoctor.live.followed_parts import ReadAgain
from gkedoctor.live.freshness import CLOUD, SERVER, Freshness, Statuses
from gkedoctor.live.heartbeat import Heartbeat, check_server
from gkedoctor.live.log_following import LogFollower, LogRead, namespace_and_name
from gkedoctor.snapshot.incremental import IncrementalSnapshot
from gkedoctor.snapshot.model import Snapshot, Status

_TICK_SECONDS = 0.1
_SETTLE_SECONDS = 0.1
"""How long changes are gathered before they are shown: they come in bursts."""

_FRESHNESS_SECONDS = 0.25
"""Between two reports of how new it is, where nothing changed: sixty lists may fail one after another."""

_MOST_TAKEN = 2_000
"""Changes that are taken in before it is looked whether to show them."""

_SHARE = 20
"""Where nothing changes, what takes a second is done again after this many: ages count too."""

_FIRST = ("pods", "events", "nodes", "deployments", "replicasets", "services", "endpointslices", "ingresses")
"""The lists that get the first connections."""

_NAMESPACE = re.compile(r"/namespaces/([^/]+)/")
_ENDPOINTS = frozenset({"endpointslices", "servicenetworkendpointgroups"})


class LiveUpdate(NamedTuple):
    """What there is to show: another moment, if anything changed; how new it is; and what happened, a line each."""

    snapshot: Snapshot | None
    freshness: Freshness
    time: datetime
    """The server's."""

    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timing:
    """What tests replace. `settle`: seconds in which changes are gathered."""

    settle: float = _SETTLE_SECONDS
    new_deadline: Callable[[float], Deadline] = field(
        default=lambda seconds: Deadline(request=seconds, overall=float("inf"), attempts=1)
    )


class _Fault(NamedTuple):
    """A fault of ours in a thread."""

    error: BaseException


_Message = Put | Removed | Relisted | ScopeStatus | LogRead | CloudRead | Heartbeat | ReadAgain | _Fault


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
        self._scopes: list[tuple[Scope, str]] = []
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
        for listing in self._collection.listings:
            self._add_scopes(listing)
        self._objects = IncrementalSnapshot(collected.gathered)
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

    def close(self) -> None:
        """Ends all that runs for it."""
        self._deadline.stopped.set()
        if self._client is not None:
            self._client.cut()

    def follow(self) -> Iterator[LiveUpdate]:
        """What changes, until it is closed. What takes long with an update gets fewer of them."""
        self._start()
        shown, cost, last, first_change = None, 0.0, self._clock(), None
        reported = last - _FRESHNESS_SECONDS
        while not self._deadline.stopped.is_set():
            if self._take_in() and first_change is None:
                first_change = self._clock()
            now = self._clock()
            self._logs.read_due(now)
            freshness = self.freshness
            settled = first_change is not None and now - first_change >= self._timing.settle and now - last >= cost
            if settled or now - last >= max(self._interval, _SHARE * cost):
                yield LiveUpdate(self._snapshot(), freshness, self._now(), self._said(freshness))
                last, first_change = self._clock(), None
                cost = last - now
                shown = freshness._replace(newest=0.0)
            elif now - reported >= _FRESHNESS_SECONDS and (self._notices or freshness._replace(newest=0.0) != shown):
                shown, reported = freshness._replace(newest=0.0), now
                yield LiveUpdate(None, freshness, self._now(), self._said(freshness))

    @property
    def freshness(self) -> Freshness:
        """How new what is known is, at this moment."""
        return self._statuses.freshness(self._client.newest if self._client is not None else self._time[1])

    def _said(self, freshness: Freshness) -> tuple[str, ...]:
        """What happened; which lists were read again when all of them are."""
        lists = [] if freshness.failed else self._lists.said()
        said, self._notices = (*lists, *self._notices), []
        return said

    def _now(self) -> datetime:
        """The server's clock, which may not be this machine's; that of a recording stands still."""
        stated, at = self._time
        return stated if self._fixed_clock else stated + timedelta(seconds=int(self._clock() - at))

    def _snapshot(self) -> Snapshot:
        built = self._objects.snapshot(self._now())
        return Snapshot(placed(built.manifest, self._place), built.collections.values())

    def _add_scopes(self, listing: Listing) -> None:
        for watch in listing.watches:
            found = _NAMESPACE.search(watch.path)
            scope = Scope(listing.collection, watch.path, found[1] if found is not None else None)
            self._scopes.append((scope, watch.version))
            if not watch.version:
                self._lists.failed(scope)

    # what runs

    def _start(self) -> None:
        """Opens what follows the cluster. Where it cannot be reached now, that is tried again."""
        while not self._deadline.stopped.is_set():
            try:
                self._start_watches(WatchClient(self._request.login, self._deadline))
                break
            except SourceError as error:
                now = self._clock()
                self._messages.put(ScopeStatus(SERVER, now, error.message, now + 5.0))
                self._deadline.pause(5.0)

    def _start_watches(self, client: WatchClient) -> None:
        access = self._access(client)
        order = {name: i for i, name in enumerate(_FIRST)}
        self._scopes.sort(key=lambda entry: (order.get(entry[0].collection, len(order)), entry[0]))
        for scope, version in self._scopes[:CONNECTIONS]:
            reflector = Reflector(scope, version, access, self._messages.put, self._messages.put)
            self._thread(scope.collection, reflector.run)
        rest = [scope for scope, _ in self._scopes[CONNECTIONS:]]
        if rest:
            self._thread("poll", partial(self._poll, rest, access))
        self._thread("heartbeat", partial(check_server, client, self._messages.put))
        if self._cloud is not None:
            self._thread("google", self._cloud.run)
        self._start_logs(client)

    def _access(self, client: WatchClient) -> Access:
        """How the lists are read, over a connection that was just made. UnreachableError where that does not work."""
        cluster = reached(client)
        client.has_version = bool(cluster.version)
        self._client, self._fixed_clock = client, bool(cluster.recorded)
        self._lister = KubernetesLister(client, cluster, only=self._request.only, fallback=self._request.fallback)
        return Access(
            client.stream, self._lister.pages, client.renew_again, self._deadline, self._interval,
            Discovery(client).served_at, lambda: client.recoveries,
        )  # fmt: skip

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
        deadline.stopped = self._deadline.stopped
        self._cloud = CloudFollower(
            options, collected.place, self._request.kinds, deadline, self._interval, self._messages.put
        )

    def _thread(self, name: str, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001  # raised again by the thread that follows
                self._messages.put(_Fault(error))

        threading.Thread(target=run, name=f"watch-{name}", daemon=True).start()

    def _poll(self, scopes: Sequence[Scope], access: Access) -> None:
        """Reads the lists for which no connection is left, one after another."""
        reason = f"more than {CONNECTIONS} lists"
        for scope in scopes:
            self._messages.put(ScopeStatus(scope, self._clock(), reason, polled=True))
        while not self._deadline.stopped.is_set():
            self._deadline.pause(self._interval)
            for scope in scopes:
                part, now = access.pages(scope.path, scope.collection), self._clock()
                if part.refused is None:
                    self._messages.put(Relisted(scope, part.items))
                    self._messages.put(ScopeStatus(scope, now, reason, polled=True))
                else:
                    self._messages.put(ScopeStatus(scope, now, part.refused.reason, now + self._interval))

    # what comes in

    def _take_in(self) -> bool:
        """Takes in what has come. Whether anything of it can be seen."""
        changed = False
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
                self._lists.take(self._objects, message)
                return True
            case LogRead():
                return self._take_log(message)
            case CloudRead():
                return self._take_cloud(message)
            case ScopeStatus():
                self._notice(self._statuses.take(message))
            case Heartbeat(date, at):
                self._set_clock(date, at)
            case _Fault(error):
                raise error
        return False

    def _notice(self, text: str) -> None:
        if text:
            self._notices.append(text)

    def _set_clock(self, date: str | None, at: float) -> None:
        with suppress(ValueError, TypeError):
            if date and not self._fixed_clock:
                self._time = (parsedate_to_datetime(date).astimezone(UTC), at)

    def _take_put(self, change: Put) -> bool:
        collection = change.scope.collection
        self._objects.put(collection, change.item)
        if collection == "pods" and not self._logs.changed(self._now(), change.item, self._clock()):
            self._drop_logs(change.item)
        self._touch_cloud(change.scope, change.item)
        return True

    def _take_removed(self, change: Removed) -> bool:
        self._objects.remove(change.scope.collection, change.item)
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
        """What was read of Google Cloud; what could not be read this time stays as it was."""
        name, state, now = read.listing.collection, read.listing.state, self._clock()
        if state.status is Status.FAILED and self._objects.state(name).is_read:
            self._notice(self._statuses.take(ScopeStatus(CLOUD, now, f"{name}: {state.reason}", now + self._interval)))
            return False
        self._notice(self._statuses.take(ScopeStatus(CLOUD, now)))
        if read.part:
            for item in read.listing.items:
                self._objects.put(name, item)
            return True
        self._objects.replace(name, read.listing.items)
        self._objects.set_state(name, state)
        return True
