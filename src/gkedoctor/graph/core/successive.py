"""The graph over the next snapshot of a cluster that is followed: indexes of what did not change are kept.

Which collections an index was made of is noted while it is made, and whether it asked for the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from gkedoctor.graph.core.graph import Graph, NameIndex
from gkedoctor.snapshot.kinds import CUSTOM, KINDS
from gkedoctor.snapshot.model import Collection, Object, Snapshot

T = TypeVar("T")

_ANYTHING = "*"
"""Stands in the place of what cannot be noted: an index that was made of it is made again."""

_CLOCK = "clock"
"""Stands for the clock among the collections that an index was made of."""

_ALONE = tuple[Object, Any]
"""An object, and what a function made of it alone."""


class _Notes:
    """Which collections are read for the indexes that are being made, the innermost last.

    A value of its own: a snapshot that held its graph would be a ring, which only the garbage collector ends.
    """

    def __init__(self) -> None:
        self.frames: list[set[str]] = []

    def note(self, collection: str) -> None:
        """Notes that a collection is read."""
        if self.frames:
            self.frames[-1].add(collection)


class _NotedSnapshot(Snapshot):
    """A snapshot that notes which of its collections are read."""

    def __init__(self, snapshot: Snapshot, note: Callable[[str], None]) -> None:
        self._note, self._all = note, snapshot.collections
        self.manifest = snapshot.manifest

    @property
    def collections(self) -> Mapping[str, Collection]:  # type: ignore[override]
        """All of them."""
        self._note(_ANYTHING)
        return self._all

    def collection(self, name: str) -> Collection:
        """The collection of that name."""
        self._note(name)
        found = self._all.get(name)
        return found if found is not None else super().collection(name)


class SuccessiveGraph(Graph):
    """A graph that takes over from the one before what still holds. The objects of both are the same values."""

    def __init__(self, snapshot: Snapshot, before: SuccessiveGraph | None = None) -> None:
        notes = _Notes()
        super().__init__(_NotedSnapshot(snapshot, notes.note))
        self.whole = snapshot
        self._frames, self._note = notes.frames, notes.note
        self._reads: dict[Any, frozenset[str]] = {}
        self._alone: dict[Any, dict[int, _ALONE]] = {}
        self._alone_before: dict[Any, dict[int, _ALONE]] = {}
        self._memo_reads: dict[Callable[..., Any], frozenset[str]] = {}
        if before is not None:
            self._take_over(before, changed_collections(before.whole.collections, snapshot.collections))

    def _take_over(self, before: SuccessiveGraph, changed: frozenset[str]) -> None:
        self._alone_before = before._alone_before | before._alone
        stale = changed | {_ANYTHING, *([_CLOCK] if before.whole.clock != self.whole.clock else ())}
        for key, reads in list(before._reads.items()):
            if reads and not reads & stale and key in before._indexes:  # one made of nothing is filled later
                self._indexes[key], self._reads[key] = before._indexes[key], reads
        for work, reads in list(before._memo_reads.items()):
            if not reads & changed and work in before._memos:
                self._memos[work], self._memo_reads[work] = before._memos[work], reads
        for kind, names in list(before._names.items()):
            if kind != CUSTOM and KINDS[kind].collection not in changed:
                self._names[kind] = names

    @property
    def clock(self) -> datetime:
        """The same, which is noted."""
        self._note(_CLOCK)
        return self._clock

    def index(self, build: Callable[[Graph], T]) -> T:
        """The index that `build` makes of this graph, made at most once, and of the one before where it still holds."""
        found: T
        try:
            found = self._indexes[build]
        except KeyError:
            found = self._built(build)
        if self._frames:
            self._frames[-1] |= self._reads[build]
        return found

    def _built(self, build: Callable[[Graph], T]) -> T:
        self._frames.append(set())
        try:
            found = self._indexes[build] = build(self)
        finally:
            self._reads[build] = frozenset(self._frames.pop())
        return found

    def each(self, kind: str, work: Callable[[Object], T]) -> Iterator[tuple[Object, T]]:
        """The same; asked only of objects that are new or changed since the graph before."""
        key = kind, work
        known: dict[int, tuple[Object, T]] = self._alone.get(key) or self._alone_before.get(key, {})
        made = {id(item): known.get(id(item)) or (item, work(item)) for item in self.all(kind)}
        self._alone[key] = made
        return iter(made.values())

    def alone(self, item: Object, work: Callable[[Object], T]) -> T:
        """The same; what is not used any more is forgotten after one graph."""
        known = self._alone.get(work)
        if known is None:
            known = self._alone.setdefault(work, {})
        entry: tuple[Object, T] | None = known.get(id(item))
        if entry is None:
            entry = self._alone_before.get(work, {}).get(id(item)) or (item, work(item))
            known[id(item)] = entry
        return entry[1]

    def memo(self, work: Callable[..., Any], reads: tuple[str, ...] = ()) -> dict[Any, Any]:
        """The same; where no kinds are stated, it is not known of which collections it is made."""
        if not reads:
            self._note(_ANYTHING)
            return super().memo(work)
        stated = self._memo_reads.get(work)
        if stated is None:
            stated = self._memo_reads[work] = frozenset(KINDS[kind].collection for kind in reads)
        if self._frames:
            self._frames[-1] |= stated
        return super().memo(work)

    def _by_name(self, kind: str) -> NameIndex:
        self._note(KINDS[kind].collection if kind != CUSTOM else _ANYTHING)
        return super()._by_name(kind)

    def _by_namespace(self, kind: str) -> dict[str, list[Object]]:
        self._note(KINDS[kind].collection if kind != CUSTOM else _ANYTHING)
        return super()._by_namespace(kind)


def changed_collections(before: Mapping[str, Collection], after: Mapping[str, Collection]) -> frozenset[str]:
    """The collections that are not the same value as before."""
    return frozenset(name for name in before.keys() | after.keys() if before.get(name) is not after.get(name))
