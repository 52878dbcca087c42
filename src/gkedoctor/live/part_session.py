"""A part of a live cluster that is followed: only what was read for a question, and what later findings lead to.

Lists of a namespace, of a kind or by a field selector are watched, and the first few single objects. More of these and
Google Cloud are read again at an interval: a watch for each of them would be a connection for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from gkedoctor.collect.logs import ContainerRun
from gkedoctor.collect.parts import RawPart, selector_of
from gkedoctor.collect.results import COMPLETE, OnProgress, state_of
from gkedoctor.collect.watch.reflector import Put, Relisted, Removed, Scope, ScopeStatus
from gkedoctor.live.cloud_following import LEAST_SECONDS
from gkedoctor.live.costly_objects import CostlyObjects
from gkedoctor.live.followed_parts import FollowedParts, ReadAgain
from gkedoctor.live.freshness import CLOUD
from gkedoctor.live.log_selection import select_logs
from gkedoctor.live.options import LiveOptions
from gkedoctor.live.session import LiveSession, LiveUpdate, Timing, _Connected, _Message
from gkedoctor.live.watches import FirstReading, run_thread
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import CollectionState, Snapshot, Status
from gkedoctor.snapshot.part import Read

MOST_WATCHED_ALONE = 8
"""Single objects that are watched: the Node that is asked about, and those of a few Pods. More are read again."""

_BY_NAME = "single objects are read at an interval"


class PartSession(LiveSession):
    """A part of one cluster from its first reading until it is left. `connect`, then `follow`, from one thread."""

    _parts: FollowedParts

    def __init__(self, options: LiveOptions, interval: float, timing: Timing | None = None) -> None:
        """`interval`: seconds between two readings of what is not watched."""
        request = options.request((), kinds=())
        super().__init__(replace(request, select_logs=self._select if options.logs else None), interval, timing)
        self._options = options
        self._reads: dict[Scope, Read] = {}
        self._polled: dict[Read, Scope] = {}
        self._cloud_reads: list[Read] = []
        self._single = 0
        self._waiting: list[RawPart] = []

    def connect(self, tell: OnProgress) -> FollowedParts:
        """What reads the part; all that it reads is followed. SourceError where the cluster cannot be reached."""
        began = self._clock()
        self._collection = None
        self._parts = FollowedParts(self._options, tell)
        self._objects, self._time = self._parts.objects, (self._parts.cluster.now, began)
        self._costly = CostlyObjects(self._objects)
        self._parts.on_read = self._remember
        return self._parts

    @property
    def states(self) -> Mapping[Read, CollectionState]:
        """How far each of the reads can be trusted now."""
        return self._parts.states

    def _snapshot(self) -> Snapshot:
        return self._parts.snapshot(self._now())

    # what runs

    def follow(self) -> Iterator[LiveUpdate]:
        """What changes, until it is closed; what is read meanwhile is followed as well."""
        waiting, self._waiting = self._waiting, []
        self._pods = [pod for pod in self._parts.pods if self._parts.has_logs_of(pod)]
        lists = [one for part in waiting if (one := self._list_of(part)) is not None]
        self._first = FirstReading(self._parts.identity, lists, ())
        yield from super().follow()

    def _take_connected(self, connected: _Connected) -> None:
        super()._take_connected(connected)
        self._parts.go_on(connected.client, self._deadline)
        run_thread("reads", partial(self._read_again, self._interval), self._messages.put)
        run_thread("google", partial(self._read_cloud_again, max(self._interval, LEAST_SECONDS)), self._messages.put)

    def _take_in(self) -> bool:
        if self._waiting and self._watches is not None and self._watches.started.is_set():
            waiting, self._waiting = self._waiting, []
            for part in waiting:
                if (found := self._list_of(part)) is not None:
                    self._watches.follow(*found)
                elif part.read.collection == LOGS:
                    self._follow_logs(part.read)
        return super()._take_in()

    def _remember(self, parts: Sequence[RawPart]) -> None:
        """What was read is followed as soon as that is possible."""
        self._waiting += [part._replace(items=()) for part in parts]

    def _follow_logs(self, read: Read) -> None:
        pods = [pod for pod in self._parts.pods if read.name in ("", pod["metadata"].get("name"))]
        self._logs.began(self._now(), [pod for pod in pods if self._parts.has_logs_of(pod)], self._clock())

    def _list_of(self, part: RawPart) -> tuple[Scope, str] | None:
        """The list that is followed for a read; None where it is read again at an interval, or not at all."""
        read, watch = part.read, part.watch
        if read.collection == LOGS:
            return None
        if self._parts.is_cloud(read):
            self._cloud_reads.append(read)
            return None
        if watch is not None and (watch.version or self._is_worth_a_watch()):
            scope = Scope(read.collection, watch.path, read.namespace or None, selector_of(read))
            self._reads[scope] = read
            return scope, watch.version
        if part.state.status in (Status.COMPLETE, Status.FAILED):
            scope = self._polled[read] = Scope(read.collection, "")
            self._messages.put(ScopeStatus(scope, self._clock(), _BY_NAME, polled=True))
        return None

    def _is_worth_a_watch(self) -> bool:
        """Whether one more object is watched alone: few are, for each is a connection."""
        self._single += 1
        return self._single <= MOST_WATCHED_ALONE

    def _read_again(self, interval: float) -> None:
        """Reads single objects, and what could not be read, once more at an interval."""
        while not self._deadline.stopped.is_set():
            self._deadline.pause(interval)
            for read in list(self._polled):
                self._put_again([read])

    def _read_cloud_again(self, interval: float) -> None:
        while not self._deadline.stopped.is_set():
            self._deadline.pause(interval)
            if self._cloud_reads:
                self._put_again(list(self._cloud_reads))

    def _put_again(self, reads: Sequence[Read]) -> None:
        if not self._deadline.stopped.is_set():
            for part in self._parts.again(reads):
                self._messages.put(ReadAgain(part, self._clock()))

    def _select(self, clock: datetime, pods: Iterable[Any]) -> Sequence[ContainerRun]:
        return select_logs(clock, [pod for pod in pods if self._parts.has_logs_of(pod)])

    # what comes in

    def _take(self, message: _Message) -> bool:
        match message:
            case ReadAgain(part, at):
                return self._take_again(part, at)
            case Relisted():
                self._lists.note(message, self._clock())
                failed = message.failed
                state = COMPLETE if failed is None else state_of(message.scope.collection, failed.code, failed.reason)
                self._parts.take(RawPart(self._reads[message.scope], list(message.items), state))
                return True
            case Put():
                self._parts.hold(self._reads[message.scope], message.item)
            case Removed():
                if not self._parts.let_go(self._reads[message.scope], message.item):
                    return True
        return super()._take(message)

    def _take_again(self, part: RawPart, at: float) -> bool:
        """What was read again; what could not be read this time stays as it was."""
        cloud = self._parts.is_cloud(part.read)
        scope = CLOUD if cloud else self._polled[part.read]
        is_known = self.states[part.read].is_read
        if part.state.status is Status.FAILED and is_known:
            reason = f"{part.read.collection}: {part.state.reason}" if cloud else part.state.reason
            self._notice(self._statuses.take(ScopeStatus(scope, at, reason, at + self._interval)))
            return False
        self._notice(self._statuses.take(ScopeStatus(scope, at, "" if cloud else _BY_NAME, polled=not cloud)))
        self._parts.take(part)
        return True
