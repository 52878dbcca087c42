"""One live collection: all collectors side by side, their finds put together by one thread."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from gkedoctor.collect.deadline import CLEANUP_SECONDS, Deadline
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions, location_of_context, location_of_nodes
from gkedoctor.collect.kubeconfig import Login, context_of
from gkedoctor.collect.kubernetes import Cluster, KubernetesLister, in_time, reached
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.collect.log_schedule import LogSchedule, Result
from gkedoctor.collect.logs import MAX_LOGS, ContainerRun, LogSelection, read_log
from gkedoctor.collect.progress import Progress
from gkedoctor.collect.results import ContainerLog, Listing, OnProgress
from gkedoctor.collect.thread_pool import ThreadPool
from gkedoctor.errors import UnreachableError
from gkedoctor.snapshot.compressed import CompressedList
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.garbage import paused_garbage_collector
from gkedoctor.snapshot.intake import Gathered
from gkedoctor.snapshot.kinds import LOGS, Kind
from gkedoctor.snapshot.model import CollectionState, Status, not_asked, permission

_THREADS = 8
_FIRST = ("nodes", "pods", "events", "replicasets", "endpointslices")
"""The largest collections, and those that others wait for."""

_POLL_SECONDS = 0.2
NO_CLOUD = "Google Cloud was not read: --no-gcp is set"
_LOGS_NEED = "get pods/log"


@dataclass
class CollectRequest:
    """What to collect. `only`: record these namespaces; `fallback`: try these where the whole cluster is denied.

    `packed`: what is read waits compressed, for it is written to a file and not looked at. `alone`: Google Cloud
    alone is an answer too, where the cluster does not answer: it may be deleted.
    """

    login: Login
    kinds: Sequence[Kind]
    deadline: Deadline = field(default_factory=Deadline)
    select_logs: LogSelection | None = None
    cloud: GoogleOptions | None = None
    only: Sequence[str] = ()
    fallback: Sequence[str] = ()
    packed: bool = False
    alone: bool = False


OnCollection = Callable[[Gathered, Listing], None]
"""Told of each collection when it is in, by the thread that collects."""


@dataclass
class Collected:
    """What was collected, and whether somebody ended it early. `unreached`: why the cluster did not answer."""

    gathered: Gathered
    interrupted: bool = False
    place: GoogleLocation | None = None
    unreached: str = ""
    notes: tuple[str, ...] = ()
    """What is to be said of how it was read, a line each."""


def collect(request: CollectRequest, tell: OnProgress, taken: OnCollection | None = None) -> Collected:
    """Everything that could be read. SourceError where the cluster cannot be reached at all, and that is no answer."""
    connection = in_time(request.deadline, lambda: _connection(request))
    with paused_garbage_collector():
        return _Collector(request, connection, tell, taken).whole()


def insecure_note(host: str) -> str:
    """What is to be said where the certificate of the API server is not verified."""
    return f"the TLS certificate of {host} is not verified: insecure-skip-tls-verify is set"


class _Connection(NamedTuple):
    """The way into the cluster; without a `client`, `error` says why there is none."""

    source: str
    context: str | None
    cluster: Cluster
    client: KubernetesClient | None = None
    error: str = ""


def _connection(request: CollectRequest) -> _Connection:
    try:
        client = KubernetesClient(request.login, request.deadline)
        return _Connection(
            client.address.context or client.address.host, client.address.context, reached(client), client
        )
    except UnreachableError as error:
        cloud = request.cloud if request.alone else None
        context = context_of(request.login) if request.alone else None
        place = cloud.place(location_of_context(context)) if cloud is not None else None
        if place is None:
            raise
        return _Connection(context or place.project, context, Cluster("", datetime.now(UTC), None), error=error.message)


class _LogRead(NamedTuple):
    """What came of a request for a log."""

    run: ContainerRun
    result: Result


class _CloudDone:
    """Google Cloud's collector has said all it will say."""


_Message = Listing | _LogRead | _CloudDone


class _Collector:
    """The state of one collection; only the thread that runs `whole` touches it."""

    def __init__(
        self, request: CollectRequest, connection: _Connection, tell: OnProgress, taken: OnCollection | None
    ) -> None:
        self.request, self.connection, self.tell, self.taken = request, connection, tell, taken
        self.cluster = connection.cluster
        self.gathered = Gathered(source=connection.source, recorded_at=self.cluster.now, packed=request.packed)
        if self.cluster.version:
            self.gathered.versions["apiServer"] = self.cluster.version
        self.progress = Progress(tell, self.gathered)
        self.messages: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self.pool = ThreadPool(_THREADS, "kubernetes")
        self.lister: KubernetesLister | None = None
        self.waiting: dict[str, Kind] = {}
        self.logs: LogSchedule | None = None
        self.cloud_waiting = False
        self.place: GoogleLocation | None = None
        self.google: ThreadPool | None = None

    def whole(self) -> Collected:
        """Starts all, and takes in what comes until nothing is waited for."""
        interrupted = False
        try:
            self._start()
            self._take_in()
        except KeyboardInterrupt:
            interrupted = True
            self.request.deadline.stopped.set()
            self._drain()
        self.pool.close()
        self._close(
            "interrupted with Ctrl-C" if interrupted else f"not done within {self.request.deadline.overall:g} s"
        )
        self._pass_over_cloud()
        place = self.place or location_of_context(self.connection.context)
        return Collected(self.gathered, interrupted, place, self.connection.error, self._notes())

    def _start(self) -> None:
        order = {name: i for i, name in enumerate(_FIRST)}
        kinds = [kind for kind in self.request.kinds if not kind.cloud]
        kinds.sort(key=lambda kind: order.get(kind.collection, len(order)))
        if self.connection.client is None:
            self._pass_over_kubernetes(kinds)
        else:
            self._start_kubernetes(self.connection.client, kinds)
        self._start_cloud(location_of_context(self.connection.context))

    def _start_kubernetes(self, client: KubernetesClient, kinds: Sequence[Kind]) -> None:
        request = self.request
        lister = KubernetesLister(
            client,
            self.cluster,
            CompressedList if request.packed else list,
            only=request.only,
            fallback=request.fallback,
        )
        self.lister = lister
        kinds = [kind for kind in kinds if lister.serves(kind)]
        self.waiting = {kind.collection: kind for kind in kinds}
        for kind in kinds:
            self.pool.submit(lambda kind: self.messages.put(lister.collection(kind)), kind)
        self.progress.started()

    def _pass_over_kubernetes(self, kinds: Sequence[Kind]) -> None:
        """A cluster that does not answer makes all of it unknown: it is not proved to be gone."""
        state = CollectionState(Status.FAILED, reason=self.connection.error)
        for name in [*(kind.collection for kind in kinds), LOGS]:
            self.gathered.mark(name, state)
        self.progress.unreached(state)

    def _start_cloud(self, place: GoogleLocation | None) -> None:
        """Google Cloud is asked as soon as it is known where: from the context at once, else from the Nodes."""
        only = tuple(self.request.only)
        options = self.request.cloud and self.request.cloud._replace(now=self.cluster.now, only=only)
        if options is None or self.cloud_waiting or self.place is not None:
            return
        place = options.place(place)
        if (place is None or options.lacks_name(place)) and "nodes" in self.waiting:
            return
        self.place = place
        self.cloud_waiting = True
        kinds = [kind for kind in self.request.kinds if kind.cloud]

        def work() -> None:
            from gkedoctor.collect.google_cloud import collect_google

            collect_google(options, place, kinds, self.request.deadline, self.messages.put, self.tell)
            self.messages.put(_CloudDone())

        self.google = ThreadPool(1, "google")
        self.google.submit(work)

    def _is_waiting(self) -> bool:
        return bool(self.waiting or self.cloud_waiting or (self.logs is not None and self.logs.is_open))

    def _take_in(self) -> None:
        last = time.monotonic() + self.request.deadline.remaining + CLEANUP_SECONDS
        while self._is_waiting():
            self._fail_on_fault()
            if self.request.deadline.stopped.is_set():
                raise KeyboardInterrupt
            if time.monotonic() > last:
                return
            with suppress(queue.Empty):
                self._take(self.messages.get(timeout=_POLL_SECONDS))
        self._fail_on_fault()

    def _drain(self) -> None:
        """What had come in before Ctrl-C counts."""
        with suppress(queue.Empty):
            while True:
                self._take(self.messages.get_nowait())

    def _fail_on_fault(self) -> None:
        """A fault of ours in a thread is a fault of the whole: it must not look like an empty collection."""
        for pool in (self.pool, self.google):
            if pool is not None and not pool.errors.empty():
                raise pool.errors.get()

    def _take(self, message: _Message) -> None:
        match message:
            case Listing():
                self._take_listing(message)
            case _LogRead(run, result):
                self._take_log(run, result)
            case _CloudDone():
                self.cloud_waiting = False

    def _take_listing(self, find: Listing) -> None:
        # a group may serve some of the kinds of an operator only: nobody misses the others
        if not is_custom(find.collection) or find.state.status is not Status.DISABLED:
            self.gathered.add(find.collection, find.items, find.state)
            if self.taken is not None:
                self.taken(self.gathered, find)
        if self.waiting.pop(find.collection, None) is None:
            return
        self.progress.listed(find, done=not self.waiting)
        if find.collection == "pods":
            self._start_logs(find)
        elif find.collection == "nodes":
            self._start_cloud(location_of_nodes(find.items))

    def _start_logs(self, pods: Listing) -> None:
        """Pods tell whose logs to read."""
        if self.request.select_logs is None:
            return
        if not pods.state.is_read:
            reason = "Pods could not be listed, so their logs are not known"
            state = CollectionState(pods.state.status, reason=reason, needs=pods.state.needs)
            self.gathered.mark(LOGS, state)
            self.progress.logs(state)
            return
        self.logs = LogSchedule(list(self.request.select_logs(self.cluster.now, pods.items))[:MAX_LOGS])
        self._next_logs(self.logs)

    def _next_logs(self, logs: LogSchedule) -> None:
        """Requests the next logs; where there are none, says how it went."""
        client = self.connection.client
        runs = logs.next_round()
        if client is None or not runs:
            state = logs.state()
            self.gathered.mark(LOGS, state)
            self.progress.logs(state)
            return
        for run in runs:
            self.pool.submit(lambda run: self.messages.put(_LogRead(run, read_log(client, run))), run)
        self.progress.logs(None)

    def _take_log(self, run: ContainerRun, result: Result) -> None:
        if isinstance(result, ContainerLog):
            self.gathered.add_log(result.namespace, result.pod, result.container, result.text, previous=result.previous)
        if self.logs is None:
            return
        self.logs.record(run, result)
        if not self.logs.is_open:
            self._next_logs(self.logs)
        else:
            self.progress.logs(None)

    def _close(self, reason: str) -> None:
        """What is still waited for was not read, and says so."""
        for name in self.waiting:
            self.gathered.mark(name, CollectionState(Status.FAILED, reason=reason))
        if self.waiting:
            self.progress.ended(self.waiting, reason)
        if self.cloud_waiting:
            self.progress.cloud_ended(reason)
            for kind in self.request.kinds:
                if kind.cloud and kind.collection not in self.gathered.states:
                    state = CollectionState(Status.FAILED, reason=reason, needs=permission(kind.collection))
                    self.gathered.mark(kind.collection, state)
        if self.logs is not None and self.logs.is_open:
            state = CollectionState(Status.PARTIAL, reason=reason, needs=_LOGS_NEED)
            self.gathered.mark(LOGS, state)
            self.progress.logs(state)

    def _pass_over_cloud(self) -> None:
        """Google Cloud that nobody asked for says so, each collection by itself."""
        for kind in self.request.kinds if self.request.cloud is None else ():
            if kind.cloud:
                self.gathered.mark(kind.collection, not_asked(kind.collection, NO_CLOUD))

    def _notes(self) -> tuple[str, ...]:
        client, lister = self.connection.client, self.lister
        if client is None or lister is None:
            return ()
        insecure = insecure_note(client.address.host)
        narrow = lister.account.summary(self.gathered.states)
        return (*(() if client.address.verified else (insecure,)), *((narrow,) if narrow else ()))
