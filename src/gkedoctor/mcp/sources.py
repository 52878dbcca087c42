"""Where answers come from: a recording by its path, or a cluster by its context, each read once for a while."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from gkedoctor import shipped
from gkedoctor.errors import SourceError, UsageError
from gkedoctor.live.options import LiveOptions
from gkedoctor.mcp.call import Call
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.snapshot.model import Snapshot, notes_on_values
from gkedoctor.snapshot.sources import load

if TYPE_CHECKING:
    from gkedoctor.live.parts import LiveParts

_MOST_KEPT = 4
"""Readings that are kept: each holds a whole cluster."""

_WAIT_SECONDS = 0.2


@dataclass(frozen=True)
class Recording:
    """A file or folder that was recorded."""

    path: Path
    name: str

    @property
    def version(self) -> tuple[object, ...]:
        """What changes when the recording does."""
        files = [self.path] if self.path.is_file() else sorted(self.path.rglob("*"))
        stats = [file.stat() for file in files if file.is_file()]
        return (len(stats), max((s.st_mtime_ns for s in stats), default=0), sum(s.st_size for s in stats))


@dataclass(frozen=True)
class Cluster:
    """A live cluster, as the kubeconfig and the flags of the server have it."""

    options: LiveOptions

    @property
    def name(self) -> str:
        """The context; empty: the current one."""
        return self.options.context or ""


Subject = Recording | Cluster


@dataclass(frozen=True)
class Reading:
    """A whole snapshot and how it was taken. `taken`: on the clock of the server."""

    snapshot: Snapshot
    live: bool
    taken: float
    notes: tuple[str, ...] = ()


class Sources:
    """Finds and reads them. `live`: how clusters are read; None: never. `max_age`: seconds for which one is reused."""

    def __init__(self, live: LiveOptions | None, max_age: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.live, self.max_age, self.clock = live, max_age, clock
        self._lock = threading.Lock()
        self._locks: WeakValueDictionary[object, threading.Lock] = WeakValueDictionary()
        self._kept: OrderedDict[object, Reading] = OrderedDict()

    def subject(self, source: str) -> Subject:
        """What a text means: empty (the cluster of the server), `example:NAME`, a path, or a context."""
        if source.startswith(shipped.EXAMPLE):
            hint = f"as in {shipped.EXAMPLE}{shipped.example_names()[0]}"
            return Recording(shipped.example(source, hint), source)
        path = Path(source).expanduser()
        if source and (path.exists() or "/" in source or source.startswith((".", "~"))):
            return Recording(path, source)
        if self.live is None:
            if source:
                raise SourceError(f"{source} does not exist", hint="source is the path of a recording, or example:NAME")
            raise UsageError(
                "this server reads recordings only", hint="set source to the path of a recording, or to example:NAME"
            )
        return Cluster(self.live._replace(context=source) if source else self.live)

    def reading(
        self, subject: Subject, call: Call, playbooks: Sequence[CompiledPlaybook], *, fresh: bool = False
    ) -> Reading:
        """All of a source. `fresh`: a cluster is read again, however new the last reading is. SourceError."""
        with self.one_at_a_time(subject, call):
            kept = None if fresh else self.kept(subject)
            if kept is not None:
                return kept
            made = self._read(subject, call, playbooks)
            with self._lock:
                self._kept[self.key(subject)] = made
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            return made

    def kept(self, subject: Subject) -> Reading | None:
        """A reading that is still new enough."""
        with self._lock:
            found = self._kept.get(self.key(subject))
        return None if found is None or self.is_old(found.taken, live=found.live) else found

    def is_old(self, taken: float, *, live: bool) -> bool:
        """Whether what was read then is to be read again: a recording does not age."""
        return live and self.clock() - taken > self.max_age

    @contextmanager
    def one_at_a_time(self, subject: object, call: Call) -> Iterator[None]:
        """One call at a time reads a source; the others wait for what it brings. CallCancelled."""
        with self._lock:
            lock = self._locks.setdefault(subject, threading.Lock())
        while not lock.acquire(timeout=_WAIT_SECONDS):
            call.check()
        try:
            call.check()
            yield
        finally:
            lock.release()

    def key(self, subject: Subject) -> object:
        """What stays equal until the source is another one."""
        return (subject, subject.version) if isinstance(subject, Recording) else subject

    def _read(self, subject: Subject, call: Call, playbooks: Sequence[CompiledPlaybook]) -> Reading:
        if isinstance(subject, Recording):
            call.say(f"reading {subject.name}")
            snapshot = load(subject.path)
            return Reading(snapshot, False, self.clock(), notes_on_values(snapshot.manifest))
        return read_cluster(subject, call, playbooks, self.clock)


def read_cluster(
    subject: Cluster,
    call: Call,
    playbooks: Sequence[CompiledPlaybook],
    clock: Callable[[], float],
    *,
    alone: bool = False,
) -> Reading:
    """All of a cluster as these playbooks need it, now. `alone`: Google Cloud alone is an answer."""
    from gkedoctor.live.collection import LiveCollection

    asked = subject.options.request(playbooks, alone=alone)
    asked.deadline.stopped = call.stopped
    collected = LiveCollection(asked).whole(call.collected)
    call.check()
    return Reading(collected.snapshot, True, clock(), collected.notes)


def live_parts(options: LiveOptions, call: Call) -> LiveParts:
    """A cluster of which parts are read until the call is cancelled. UnreachableError where it does not answer."""
    from gkedoctor.live.parts import LiveParts

    parts = LiveParts(options, call.collected)
    parts.deadline.stopped = call.stopped
    return parts
