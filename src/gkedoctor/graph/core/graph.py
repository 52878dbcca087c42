"""The graph over one snapshot: look-ups by name, listings, indexes and the registry of edges.

An edge is a function `(graph, object) -> list | Unknown`, registered for a kind under a short name that
playbooks use (`edge: pods`). It may return objects or *records*: plain dicts that hold objects of the snapshot
by identity, so that evidence can say where in the object a value stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from gkedoctor.graph.core.accessors import grouped, namespace_of
from gkedoctor.graph.core.ref import namespaced, ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.kinds import CUSTOM, KINDS
from gkedoctor.snapshot.model import Object, Snapshot, Status

T = TypeVar("T")
Record = dict[str, Any]
Facts = Sequence[Any] | Unknown
"""What an edge leads to: objects or records, or unknown."""

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

NameIndex = dict[tuple[str, str], Object]


class Graph:
    """Read-only view of one snapshot. Every index is built once, when it is first needed.

    `cache_edges`: each edge of an object is followed once, not only those marked so; for small graphs that many
    playbooks ask the same. `apart`: entered while an index of suspects is built, on a graph of its own, so that what
    it reads is not taken for what a question reads.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        cache_edges: bool = False,
        apart: Callable[[], AbstractContextManager[object]] | None = None,
    ) -> None:
        self.snapshot = snapshot
        self._cache_edges, self._apart = cache_edges, apart
        self._own_suspects = Graph(snapshot) if apart is not None else None
        self._clock: datetime = snapshot.clock
        self._indexes: dict[Any, Any] = {}
        self._memos: dict[Callable[..., Any], dict[Any, Any]] = {}
        self._names: dict[str, NameIndex] = {}

    @property
    def clock(self) -> datetime:
        """The moment from which ages are counted."""
        return self._clock

    def index(self, build: Callable[[Graph], T]) -> T:
        """The index that `build` makes of this graph, made at most once. O(1) afterwards."""
        found: T
        try:
            found = self._indexes[build]
        except KeyError:
            found = self._indexes[build] = build(self)
        return found

    def forget(self) -> None:
        """Lets go of all that was worked out, a piece at a time: all at once would hold up every thread for long.

        A thread that still reads the graph works it out again.
        """
        for known in (self._indexes, self._names, self._memos):
            while known:
                known.popitem()

    def each(self, kind: str, work: Callable[[Object], T]) -> Iterator[tuple[Object, T]]:
        """Every object of a kind with what `work` makes of it alone; `work` is a function of a module."""
        return ((item, work(item)) for item in self.all(kind))

    def alone(self, item: Object, work: Callable[[Object], T]) -> T:
        """What `work`, a function of a module, makes of one object and nothing else, made at most once."""
        known = self._memos.setdefault(work, {})
        entry: tuple[Object, T] | None = known.get(id(item))
        if entry is None:
            entry = known[id(item)] = (item, work(item))  # the object too, or another one may get its id
        return entry[1]

    def memo(self, work: Callable[..., Any], reads: tuple[str, ...] = ()) -> dict[Any, Any]:
        """What a function has worked out of this graph so far, by a key of its own.

        `reads`: the kinds that it stands on, if on no others and on no age: then a later graph can go on with it.
        """
        known = self._memos.get(work)
        if known is None:
            known = self._memos.setdefault(work, {})
        return known

    def all(self, kind: str) -> Sequence[Object]:
        """Every object of a kind that is in the snapshot, whether or not the listing is complete.

        Of a kind without a namespace, all are needed; of another, those of a namespace whose doubts are asked for.
        """
        if kind == CUSTOM or KINDS[kind].namespaced:
            return self.seen(kind)
        return self.everywhere(kind)

    def seen(self, kind: str) -> Sequence[Object]:
        """The same for who needs no others than those that are there."""
        if kind == CUSTOM:
            return self.index(_custom_resources)
        return self.snapshot.collection(KINDS[kind].collection).objects

    def field_of_all(self, kind: str, field: str, *keys: str) -> Iterator[Any]:
        """One field of every object of a kind, in the order of `all`: of many Events for much less than whole ones.

        `keys`: those of its value that are needed, where it is a map.
        """
        return self.snapshot.collection(KINDS[kind].collection).each(field, *keys)

    def everywhere(self, kind: str) -> Sequence[Object]:
        """The same for who looks beyond one namespace, and does not ask for doubts."""
        if kind == CUSTOM:
            return self.all(kind)
        return self.snapshot.collection(KINDS[kind].collection).everywhere

    def in_namespace(self, kind: str, namespace: str) -> list[Object]:
        """The objects of a kind in one namespace that are in the snapshot."""
        if kind != CUSTOM:
            self.snapshot.collection(KINDS[kind].collection).note_listing(namespace)
        return self._by_namespace(kind).get(namespace, [])

    def why_incomplete(
        self, kind: str, namespace: str | None = None, name: str | None = None, *, selector: str = ""
    ) -> Unknown | None:
        """Why the listing of a kind (in a namespace) cannot prove that something is absent; None if it can.

        `selector`: the field selector that all of which absence matters meet, as in `Read`.
        """
        if kind == CUSTOM:
            return self.index(_unread_custom_resources)
        collection = KINDS[kind].collection
        why = self.snapshot.collection(collection).why_incomplete(namespace, name, selector)
        return Unknown(collection, why, name or "") if why is not None else None

    def empty_or_unknown(self, kind: str, namespace: str | None = None) -> list[Object] | Unknown:
        """What a search in a listing comes to that met nothing: nothing, or unknown where more may exist."""
        if kind == CUSTOM:
            unread = self.index(_unread_custom_resources)
            return unread if unread is not None else []
        collection = KINDS[kind].collection
        why = self.snapshot.collection(collection).why_not_exhaustive(namespace)
        return Unknown(collection, why) if why is not None else []

    def find(self, kind: str, namespace: str | None, name: str) -> Object | Unknown | None:
        """The object of that name; None where it certainly does not exist."""
        place = (namespace or "", name) if namespaced(kind) else ("", name)
        found = self._by_name(kind).get(place)
        return found if found is not None else self.why_incomplete(kind, namespace, name)

    def listing(self, kind: str, namespace: str | None = None) -> list[Object] | Unknown:
        """All objects of a kind (in one namespace), or unknown where the listing is not complete."""
        doubt = self.why_incomplete(kind, namespace)
        if doubt is not None:
            return doubt
        return list(self.seen(kind)) if namespace is None else self.in_namespace(kind, namespace)

    def follow(self, edge_name: str, item: Object) -> Facts:
        """What an edge of this object leads to; nothing where its kind has no such edge."""
        kind = str(item.get("kind")) if "metadata" in item else ref_of(item).kind
        found = EDGES.get((kind, edge_name)) or EDGES.get(("*", edge_name))
        if found is None:
            return []
        if not self._cache_edges:
            return found.walk(self, item)
        known = self.memo(found.walk)
        if id(item) not in known:
            known[id(item)] = (item, found.walk(self, item))  # the object too, or another one may get its id
        facts: Facts = known[id(item)][1]
        return facts

    def candidates(self, name: str, kind: str) -> frozenset[int] | None:
        """The `id` of each object of a kind that an index of suspects names; None where it names all."""
        found = CANDIDATE_INDEXES.get((kind, name))
        if found is None:
            return None
        with self._apart() if self._apart is not None else nullcontext():
            return (self._own_suspects or self).index(found.ids)

    def _by_name(self, kind: str) -> NameIndex:
        found = self._names.get(kind)
        if found is None:
            found = self._names[kind] = _named(self.seen(kind))
        return found

    def _by_namespace(self, kind: str) -> dict[str, list[Object]]:
        key = ("by namespace", kind)
        spaces: dict[str, list[Object]] | None = self._indexes.get(key)
        if spaces is None:
            spaces = self._indexes[key] = grouped(self.seen(kind), namespace_of)
        return spaces


def _named(items: Iterable[Object]) -> NameIndex:
    """The items by namespace and name; as `namespace_of` and `name_of`, whose calls would be most of it."""
    found: NameIndex = {}
    for item in items:
        metadata = item.get("metadata")
        if metadata:
            found[metadata.get("namespace") or "", metadata.get("name") or ""] = item
        else:
            found["", item.get("name") or ""] = item
    return found


def _custom_resources(graph: Graph) -> tuple[Object, ...]:
    """The objects of all kinds that are not built in."""
    found = graph.snapshot.collections.values()
    return tuple(item for collection in found if is_custom(collection.name) for item in collection.objects)


def _unread_custom_resources(graph: Graph) -> Unknown | None:
    """The first kind of an operator that is there and could not be read; one that nobody recorded is not missed."""
    refused = (Status.DENIED, Status.FAILED)
    for name, collection in graph.snapshot.collections.items():
        if is_custom(name) and collection.state.status in refused:
            return Unknown(name, collection.why_incomplete() or "not read")
    return None


class Edge(NamedTuple):
    """A named relation that starts at objects of `source` (`*`: any kind) and reads the collections of `reads`.

    `cached`: what it leads to is computed once for each object. `record`: the name of the type of what it leads to,
    see `records.py`.
    """

    name: str
    source: str
    reads: tuple[str, ...]
    walk: Callable[[Graph, Object], Facts]
    cached: bool = False
    record: str = ""

    @property
    def about(self) -> str:
        """First line of the edge's docstring."""
        return (self.walk.__doc__ or "").strip().split("\n")[0]


EDGES: dict[tuple[str, str], Edge] = {}
"""Every edge by source kind and name; filled while the package is imported, read-only afterwards."""

Walk = Callable[[Graph, Any], Facts]


def edge(
    name: str, *sources: str, reads: Iterable[str] = (), cached: bool = False, record: str = ""
) -> Callable[[Walk], Walk]:
    """Registers a function as the edge `name` of objects of the given kinds. `reads`: kinds it looks at.

    `cached`: for what is costly, and followed by several playbooks; see `once_per_object`. `record`: the name of the
    TypedDict in the `records.py` of its package that says what its records hold, or of a marker in `core/records.py`.
    """

    def register(walk: Walk) -> Walk:
        found = once_per_object(walk) if cached else walk
        for source in sources:
            EDGES[(source, name)] = Edge(name, source, tuple(reads), found, cached, record)
        return found

    return register


def once_per_object(function: Callable[[Graph, Object], T]) -> Callable[[Graph, Object], T]:
    """Makes a function of a graph and an object that is computed once for each object of a graph."""

    @wraps(function)
    def once(graph: Graph, item: Object) -> T:
        known = graph.memo(function)
        entry: tuple[Object, T] | None = known.get(id(item))
        if entry is None:
            entry = known[id(item)] = (item, function(graph, item))  # the object too, or another may get its id
        return entry[1]

    return once


class CandidateIndex(NamedTuple):
    """A named index of the only objects of a kind for which some playbooks can have anything to say."""

    name: str
    source: str
    reads: tuple[str, ...]
    pick: Callable[[Graph], Iterable[Object]]

    @property
    def about(self) -> str:
        """First line of the docstring."""
        return (self.pick.__doc__ or "").strip().split("\n")[0]

    def ids(self, graph: Graph) -> frozenset[int]:
        """The suspects of one graph by `id`, for no object of a snapshot is ever copied."""
        return frozenset(map(id, self.pick(graph)))


CANDIDATE_INDEXES: dict[tuple[str, str], CandidateIndex] = {}
"""Every index of suspects by kind and name; filled while the package is imported, read-only afterwards."""


def candidate_index(name: str, source: str, reads: Iterable[str] = ()) -> Callable[[FunctionT], FunctionT]:
    """Registers a function `graph -> objects` as the index `name` of suspects among the objects of a kind.

    It must name every object for which a playbook that asks for it would find something, or meet something unknown.
    """

    def register(pick: FunctionT) -> FunctionT:
        CANDIDATE_INDEXES[(source, name)] = CandidateIndex(name, source, tuple(reads), pick)
        return pick

    return register
