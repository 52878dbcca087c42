"""A live cluster as a source of parts: each round of reads is sent side by side, masked and taken in.

Masked texts must not say what a later read proves to be a credential, so that what was read of a namespace is masked
again when more of it comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec

from gkedoctor.collect.collector import NO_CLOUD, insecure_note
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_location import GoogleLocation, location_of_context, location_of_nodes
from gkedoctor.collect.google_reader import GoogleReader
from gkedoctor.collect.kubernetes import connected
from gkedoctor.collect.log_schedule import LogSchedule
from gkedoctor.collect.logs import MAX_LOGS, ContainerRun, read_log
from gkedoctor.collect.parts import PartLister, RawPart
from gkedoctor.collect.results import COMPLETE, KUBERNETES, CollectorProgress, ContainerLog, OnProgress
from gkedoctor.collect.served_recording import combined_state
from gkedoctor.collect.thread_pool import run_all
from gkedoctor.live.collection import INTERRUPTED, NO_LOGS, masking_limit, placed
from gkedoctor.live.log_selection import select_logs
from gkedoctor.live.options import LiveOptions
from gkedoctor.snapshot.custom_kinds import listed_kinds
from gkedoctor.snapshot.garbage import paused_garbage_collector
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS, ON_REQUEST
from gkedoctor.snapshot.model import Collection, CollectionState, Manifest, Object, Snapshot, Status, not_asked
from gkedoctor.snapshot.part import Read, ReadResult
from gkedoctor.snapshot.redaction.redactor import LogKey

_THREADS = 8

T = TypeVar("T")


class LiveParts:
    """Parts of one live cluster. UnreachableError where it does not answer."""

    def __init__(self, options: LiveOptions, tell: OnProgress = lambda said: None) -> None:
        self._options, self._tell = options, tell
        self.deadline: Deadline = options.deadline()
        self.client, self.cluster = connected(options.login, self.deadline)
        self._lister = PartLister(self.client, self.cluster)
        self._kinds = {kind.collection: kind for kind in (*COLLECTIONS.values(), *listed_kinds())}
        self._raw: dict[str, dict[tuple[str, ...], Any]] = {}
        self._logs: dict[LogKey, str] = {}
        self._read_logs: set[ContainerRun] = set()
        self._place = options.cloud.place(location_of_context(self.client.address.context))
        self._manifest: Manifest | None = None
        self._states: dict[Read, CollectionState] = {}
        self._google: GoogleReader | None = None
        self._is_interrupted = False
        self._count = 0

    @property
    def manifest(self) -> Manifest:
        """Where and when it is read."""
        return placed(self._manifest or self._built(()).manifest, self._place)

    def read(self, reads: Sequence[Read]) -> list[ReadResult]:
        """Sends one request or listing for each read, side by side, and masks what comes back."""
        with paused_garbage_collector():
            logs = [read for read in reads if read.collection == LOGS]
            cloud = [read for read in reads if _is_cloud(read)]
            rest = [read for read in reads if read.collection != LOGS and not _is_cloud(read)]
            try:
                parts = [*self._listed(rest), *(self._of_cloud(cloud) if cloud else ())]
                parts += [RawPart(read, (), self._log_state(read)) for read in logs]
            except KeyboardInterrupt:
                self._is_interrupted = True
                self.deadline.stopped.set()
                state = CollectionState(Status.FAILED, reason="interrupted with Ctrl-C")
                parts = [RawPart(read, (), state) for read in reads]
            return self._masked(parts)

    @property
    def context_namespace(self) -> str:
        """That of the kubeconfig's context, as for kubectl."""
        return self.client.address.namespace or "default"

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of how it was read, a line each."""
        address = self.client.address
        insecure = () if address.verified else (insecure_note(address.host),)
        return (*insecure, *((INTERRUPTED,) if self._is_interrupted else ()))

    def _listed(self, reads: Sequence[Read]) -> list[RawPart]:
        found = _side_by_side([partial(self._one, read) for read in reads])
        self._count += sum(len(part.items) for part in found)
        self._tell(CollectorProgress(KUBERNETES, self._count))
        return found

    def _one(self, read: Read) -> RawPart:
        """What a read comes to; of a recording that is served, with the state that it says."""
        recorded = self.cluster.recorded.get(read.collection)
        if recorded is not None and not recorded.is_read:
            return RawPart(read, (), recorded)
        kind = self._kinds.get(read.collection)
        found = self._lister.read(kind, read) if kind is not None else RawPart(read, (), not_asked(read.collection))
        return found._replace(state=combined_state(recorded, found.state)) if recorded is not None else found

    def _log_state(self, read: Read) -> CollectionState:
        """Reads the logs of the containers of some Pods that are not well."""
        if not self._options.logs:
            return not_asked(LOGS, NO_LOGS)
        pods = [
            pod
            for pod in self._raw.get("pods", {}).values()
            if pod["metadata"].get("namespace") == read.namespace and read.name in ("", pod["metadata"].get("name"))
        ]
        runs = [run for run in select_logs(self.cluster.now, pods) if run not in self._read_logs][:MAX_LOGS]
        self._read_logs.update(runs)
        schedule = LogSchedule(runs)
        while runs := schedule.next_round():
            tasks = [lambda run=run: (run, read_log(self.client, run)) for run in runs]
            for run, result in _side_by_side(tasks):
                schedule.record(run, result)
                if isinstance(result, ContainerLog):
                    self._logs[run.namespace, run.pod, run.container, run.previous] = result.text
        return schedule.state() if self._read_logs else COMPLETE

    def _of_cloud(self, reads: Sequence[Read]) -> list[RawPart]:
        """What is needed of Google Cloud, by name where the look-ups name it; of health, only what they name."""
        if not self._options.gcp:
            return [RawPart(read, (), not_asked(read.collection, NO_CLOUD)) for read in reads]
        asked = [read for read in reads if read.collection not in ON_REQUEST - self._options.on_request]
        if self._google is None and asked:
            options = self._options.cloud._replace(now=self.cluster.now)
            self._google = GoogleReader(options, self._where(), self.deadline, self._tell)
        answered = self._google.read(asked) if self._google is not None else []
        found = [RawPart(read, list(one.items), one.state) for read, one in answered]
        return [*found, *(RawPart(read, (), not_asked(read.collection)) for read in reads if read not in asked)]

    def _where(self) -> GoogleLocation | None:
        """The project and the cluster, from the context or from one of the Nodes."""
        if self._place is None:
            nodes = self._lister.read(self._kinds["nodes"], Read("nodes")).items
            self._place = self._options.cloud.place(location_of_nodes(nodes))
        return self._place

    def _masked(self, parts: Sequence[RawPart]) -> list[ReadResult]:
        """The results of a round, and again those of earlier rounds where a namespace has more objects or logs."""
        is_more = False
        for part in parts:
            self._states[part.read] = part.state
            kept = self._raw.setdefault(part.read.collection, {})
            kept |= {key_of(item): item for item in part.items}
            is_more = is_more or part.read.collection == LOGS or any(_namespace(item) for item in part.items)
        new = {part.read.collection for part in parts}
        names = sorted({*self._raw, LOGS} if is_more else new)
        built = self._built({*names, "secrets"})
        self._manifest = _merged(self._manifest, built.manifest)
        return [result for name in names for result in self._results(built.collection(name))]

    def _results(self, collection: Collection) -> Iterator[ReadResult]:
        """All reads of a collection so far, the first of them with all objects."""
        objects: Sequence[Object] = collection.objects
        for read, state in self._states.items():
            if read.collection == collection.name:
                yield ReadResult(read, objects, with_malformed(state, collection.state))
                objects = ()

    def _built(self, names: Iterable[str]) -> Snapshot:
        """The objects of some collections, masked."""
        gathered = Gathered(self.client.address.context or self.client.address.host, recorded_at=self.cluster.now)
        if self.cluster.version:
            gathered.versions["apiServer"] = self.cluster.version
        for name in names:
            if name != LOGS:
                gathered.add(name, msgspec.json.decode(msgspec.json.encode(list(self._raw.get(name, {}).values()))))
        if LOGS in names:
            for (namespace, pod, container, previous), text in self._logs.items():
                gathered.add_log(namespace, pod, container, text, previous=previous)
        return build_snapshot(gathered, check=masking_limit(self.deadline))


def _side_by_side(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """What the tasks return, in their order."""
    found: dict[int, T] = {}

    def run(i: int, task: Callable[[], T]) -> None:
        found[i] = task()

    if tasks:
        run_all([partial(run, i, task) for i, task in enumerate(tasks)], _THREADS, "parts")
    return [found[i] for i in range(len(tasks))]


def _is_cloud(read: Read) -> bool:
    kind = COLLECTIONS.get(read.collection)
    return kind is not None and kind.cloud


def key_of(item: Any) -> tuple[str, ...]:
    """What distinguishes an object from others of its collection; the intake judges later what has no name."""
    if not isinstance(item, dict):
        return (repr(item),)
    metadata = item.get("metadata")
    if isinstance(metadata, dict):
        return (str(metadata.get("namespace") or ""), str(metadata.get("name")))
    return (str(item.get("selfLink") or ""), str(item.get("name")), str(item.get("zone") or item.get("region") or ""))


def _namespace(item: Any) -> str:
    metadata = item.get("metadata") if isinstance(item, dict) else None
    return str(metadata.get("namespace") or "") if isinstance(metadata, dict) else ""


def with_malformed(state: CollectionState, built: CollectionState) -> CollectionState:
    """The state of a read, with what could not be understood among its objects."""
    if state.status is not Status.COMPLETE or built.status is not Status.PARTIAL:
        return state
    return msgspec.structs.replace(state, status=built.status, reason=built.reason, malformed=built.malformed)


def _merged(before: Manifest | None, now: Manifest) -> Manifest:
    """What is known of the cluster: its Nodes show where it is, and they may come in late."""
    if before is None:
        return now
    return msgspec.structs.replace(
        now,
        cluster=now.cluster or before.cluster,
        project=now.project or before.project,
        location=now.location or before.location,
        versions=before.versions | now.versions,
    )
