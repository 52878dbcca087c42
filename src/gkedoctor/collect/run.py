"""One live collection: all collectors side by side, their finds put together by one thread."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from gkedoctor.collect.crew import Crew
from gkedoctor.collect.found import COMPUTE, KUBERNETES, LOG_LINES, Found, Log, Said, Tell
from gkedoctor.collect.kubeconfig import Login, context_of
from gkedoctor.collect.kubernetes import Cluster, Lister, reached
from gkedoctor.collect.logs import MOST, Run, Unwell, read_log
from gkedoctor.collect.patience import Patience, Refused, Stopped
from gkedoctor.collect.place import CloudWish, GooglePlace, place_of_context, place_of_nodes
from gkedoctor.collect.wire import Wire
from gkedoctor.errors import UnreachableError
from gkedoctor.snapshot.garbage import paused_garbage_collector
from gkedoctor.snapshot.intake import LOGS_STATE, Gathered
from gkedoctor.snapshot.kinds import LOGS, Kind
from gkedoctor.snapshot.model import CollectionState, Status, not_asked, permission
from gkedoctor.snapshot.packed import Packed

_AT_ONCE = 8
_FIRST = ("nodes", "pods", "events", "replicasets", "endpointslices")
"""The largest collections, and those that others wait for."""

_GRACE = 3.0
NO_CLOUD = "Google Cloud was not asked: --no-gcp was given"
_CLOUD = ("compute.", "container.", "monitoring.", "logging.")


@dataclass
class Asked:
    """What to collect. `only`: record these namespaces; `fallback`: try these where the whole cluster is denied.

    `packed`: what is read waits compressed, for it is written to a file and not looked at. `alone`: Google Cloud
    alone is an answer too, where the cluster does not answer: it may be deleted.
    """

    login: Login
    kinds: Sequence[Kind]
    patience: Patience = field(default_factory=Patience)
    unwell: Unwell | None = None
    cloud: CloudWish | None = None
    only: Sequence[str] = ()
    fallback: Sequence[str] = ()
    packed: bool = False
    alone: bool = False


Taken = Callable[[Gathered, Found], None]
"""Told of each collection when it is in, by the thread that collects."""


@dataclass
class Collected:
    """What was collected, and whether somebody ended it early. `unreached`: why the cluster did not answer."""

    gathered: Gathered
    interrupted: bool = False
    place: GooglePlace | None = None
    unreached: str = ""


def collect(asked: Asked, tell: Tell, taken: Taken | None = None) -> Collected:
    """Everything that could be read. SourceError where the cluster cannot be reached at all, and that is no answer."""
    run = _Run(asked, _door(asked), tell, taken)
    with paused_garbage_collector():
        return run.whole()


class _Door(NamedTuple):
    """The way into the cluster; without a `wire`, `shut` says why there is none."""

    source: str
    context: str | None
    cluster: Cluster
    wire: Wire | None = None
    shut: str = ""


def _door(asked: Asked) -> _Door:
    try:
        wire = Wire(asked.login, asked.patience)
        return _Door(wire.place.context or wire.place.host, wire.place.context, reached(wire), wire)
    except UnreachableError as error:
        context = context_of(asked.login) if asked.alone else None
        place = asked.cloud.place(place_of_context(context)) if asked.alone and asked.cloud is not None else None
        if place is None:
            raise
        return _Door(context or place.project, context, Cluster("", datetime.now(UTC), None), shut=error.message)


class _Run:
    """The state of one collection; only the thread that runs `whole` touches it."""

    def __init__(self, asked: Asked, door: _Door, tell: Tell, taken: Taken | None) -> None:
        self.asked, self.door, self.tell, self.taken = asked, door, tell, taken
        self.cluster = door.cluster
        self.gathered = Gathered(source=door.source, recorded_at=self.cluster.now, packed=asked.packed)
        if self.cluster.version:
            self.gathered.versions["apiServer"] = self.cluster.version
        self.finds: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.crew = Crew(_AT_ONCE, "kubernetes")
        self.waiting: dict[str, Kind] = {}
        self.logs_waiting = 0
        self.logs_refused: list[Refused | Stopped] = []
        self.cloud_waiting = False
        self.place: GooglePlace | None = None
        self.google: Crew | None = None

    def whole(self) -> Collected:
        """Starts all, and takes in what comes until nothing is waited for."""
        interrupted = False
        try:
            self._start()
            self._take_in()
        except KeyboardInterrupt:
            interrupted = True
            self.asked.patience.stopped.set()
            self._drain()
        self.crew.dismiss()
        self._close("interrupted with Ctrl-C" if interrupted else f"not done within {self.asked.patience.overall:g} s")
        self._pass_over_cloud()
        place = self.place or place_of_context(self.door.context)
        return Collected(self.gathered, interrupted, place, self.door.shut)

    def _start(self) -> None:
        order = {name: i for i, name in enumerate(_FIRST)}
        kinds = [kind for kind in self.asked.kinds if not kind.cloud]
        kinds.sort(key=lambda kind: order.get(kind.collection, len(order)))
        if self.door.wire is None:
            self._pass_over_kubernetes(kinds)
        else:
            self._start_kubernetes(self.door.wire, kinds)
        self._start_cloud(place_of_context(self.door.context))

    def _start_kubernetes(self, wire: Wire, kinds: Sequence[Kind]) -> None:
        asked = self.asked
        lister = Lister(wire, self.cluster, Packed if asked.packed else list, only=asked.only, fallback=asked.fallback)
        self.waiting = {kind.collection: kind for kind in kinds}
        for kind in kinds:
            self.crew.do(self._list, lister, kind)
        self._tell_kubernetes()

    def _pass_over_kubernetes(self, kinds: Sequence[Kind]) -> None:
        """A cluster that does not answer makes all of it unknown: it is not proved to be gone."""
        state = CollectionState(Status.FAILED, reason=self.door.shut)
        for name in [*(kind.collection for kind in kinds), LOGS]:
            self.gathered.mark(name, state)
        self.tell(Said(KUBERNETES, 0, str(state.status), state.reason))

    def _list(self, lister: Lister, kind: Kind) -> None:
        self.finds.put(lister.collection(kind))

    def _read_log(self, wire: Wire, run: Run) -> None:
        self.finds.put((run, read_log(wire, run)))

    def _start_cloud(self, place: GooglePlace | None) -> None:
        """Google Cloud is asked as soon as it is known where: from the context at once, else from the Nodes."""
        wish = self.asked.cloud and self.asked.cloud._replace(now=self.cluster.now)
        if wish is None or self.cloud_waiting or self.place is not None:
            return
        place = wish.place(place)
        if (place is None or wish.lacks_name(place)) and "nodes" in self.waiting:
            return
        self.place = place
        self.cloud_waiting = True
        kinds = [kind for kind in self.asked.kinds if kind.cloud]

        def work() -> None:
            from gkedoctor.collect.google import collect_google

            collect_google(wish, place, kinds, self.asked.patience, self.finds.put, self.tell)
            self.finds.put(_CloudDone())

        self.google = Crew(1, "google")
        self.google.do(work)

    def _take_in(self) -> None:
        last = time.monotonic() + self.asked.patience.overall + _GRACE
        while self.waiting or self.logs_waiting or self.cloud_waiting:
            self._fail_on_fault()
            if self.asked.patience.stopped.is_set():
                raise KeyboardInterrupt
            if time.monotonic() > last:
                return
            with suppress(queue.Empty):
                self._take(self.finds.get(timeout=0.2))
        self._fail_on_fault()

    def _drain(self) -> None:
        """What had come in before Ctrl-C counts."""
        try:
            while True:
                self._take(self.finds.get_nowait())
        except queue.Empty:
            return

    def _fail_on_fault(self) -> None:
        """A fault of ours in a thread is a fault of the whole: it must not look like an empty collection."""
        for crew in (self.crew, self.google):
            if crew is not None and not crew.errors.empty():
                raise crew.errors.get()

    def _take(self, find: Any) -> None:
        if isinstance(find, Found):
            self.gathered.add(find.collection, find.items, find.state)
            if self.taken is not None:
                self.taken(self.gathered, find)
            if self.waiting.pop(find.collection, None) is not None:
                self._tell_kubernetes(find)
                self._follow(find)
        elif isinstance(find, _CloudDone):
            self.cloud_waiting = False
        else:
            self._take_log(find)

    def _follow(self, find: Found) -> None:
        """Pods tell whose logs to read, Nodes tell where in Google Cloud they run."""
        wire = self.door.wire
        if find.collection == "pods" and self.asked.unwell is not None and wire is not None:
            runs = list(self.asked.unwell(self.cluster.now, find.items))[:MOST]
            self.logs_waiting = len(runs)
            for run in runs:
                self.crew.do(self._read_log, wire, run)
            self._tell_logs()
        elif find.collection == "nodes":
            self._start_cloud(place_of_nodes(find.items))

    def _take_log(self, find: tuple[Run, Log | Refused | Stopped | None]) -> None:
        self.logs_waiting -= 1
        answer = find[1]
        if isinstance(answer, Log):
            self.gathered.add_log(answer.namespace, answer.pod, answer.container, answer.text, previous=answer.previous)
        elif answer is not None:
            self.logs_refused.append(answer)
        self._tell_logs()

    def _tell_kubernetes(self, find: Found | None = None) -> None:
        count, done = self._count(), not self.waiting
        trouble = ""
        if find is not None and find.state.status not in (Status.COMPLETE, Status.DISABLED):
            trouble = f"{find.collection}: {str(find.state.status).replace('_', ' ')}: {_why(find.state)}"
        self.tell(Said(KUBERNETES, count, _overall(self.gathered) if done else "", trouble))

    def _count(self, *, cloud: bool = False) -> int:
        """Objects that were read, of Kubernetes or of Google Cloud."""
        return sum(len(items) for name, items in self.gathered.objects.items() if name.startswith(_CLOUD) is cloud)

    def _tell_logs(self) -> None:
        if self.logs_waiting:
            self.tell(Said(LOG_LINES, len(self.gathered.logs)))
            return
        state = self._logs_state()
        self.gathered.mark(LOGS, state)
        word = "complete" if state is LOGS_STATE else str(state.status)
        self.tell(Said(LOG_LINES, len(self.gathered.logs), word, "" if state is LOGS_STATE else state.reason))

    def _logs_state(self) -> CollectionState:
        if not self.logs_refused:
            return LOGS_STATE
        first = self.logs_refused[0]
        denied = isinstance(first, Refused) and first.code == 403
        if self.gathered.logs:
            reason = f"{len(self.logs_refused)} logs could not be read: {first.reason}"
            return CollectionState(Status.PARTIAL, reason=reason, needs="get pods/log")
        status = Status.DENIED if denied else Status.FAILED
        return CollectionState(status, reason=first.reason, needs="get pods/log")

    def _close(self, reason: str) -> None:
        """What is still waited for was not read, and says so."""
        for name in self.waiting:
            self.gathered.mark(name, CollectionState(Status.FAILED, reason=reason))
        if self.waiting:
            self.tell(Said(KUBERNETES, self._count(), "partial", f"{_some(self.waiting)}: {reason}"))
        if self.cloud_waiting:
            self.tell(Said(COMPUTE, self._count(cloud=True), "partial", reason))
        if self.logs_waiting:
            self.tell(Said(LOG_LINES, len(self.gathered.logs), "partial", reason))
            self.gathered.mark(LOGS, CollectionState(Status.PARTIAL, reason=reason, needs="get pods/log"))
        if self.cloud_waiting:
            for kind in self.asked.kinds:
                if kind.cloud and kind.collection not in self.gathered.states:
                    state = CollectionState(Status.FAILED, reason=reason, needs=permission(kind.collection))
                    self.gathered.mark(kind.collection, state)

    def _pass_over_cloud(self) -> None:
        """Google Cloud that nobody asked for says so, each collection by itself."""
        for kind in self.asked.kinds if self.asked.cloud is None else ():
            if kind.cloud:
                self.gathered.mark(kind.collection, not_asked(kind.collection, NO_CLOUD))


class _CloudDone:
    """Google Cloud's collector has said all it will say."""


def _why(state: CollectionState) -> str:
    if state.reason:
        return state.reason
    return f"namespaces {_some(state.unread)} could not be read" if state.unread else ""


def _some(found: Iterable[str]) -> str:
    """The first three names, and how many more there are."""
    names = sorted(found)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _overall(gathered: Gathered) -> str:
    statuses = {s.status for n, s in gathered.states.items() if n != LOGS and not n.startswith(_CLOUD)}
    if statuses <= {Status.COMPLETE, Status.DISABLED}:
        return "complete"
    if Status.COMPLETE in statuses or Status.PARTIAL in statuses:
        return "partial"
    return str(min(statuses))
