"""How near an object stands to a diagnosis: its root, what proves it, what suffers, and what these lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph import EDGES, Graph, Hop, Ref, Unknown, ref_of, workload
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object

ROOT, PROOF, SUFFERER, HOP = 30, 26, 22, 20
_STEP = 6
_STEPS = 2
_HUB = 50
"""An edge that leads to more objects than this (a Node to its Pods) says nothing of nearness."""

_UNTOLD = frozenset({"events", "all_events"})


class Proximity:
    """What stands near the objects of two graphs. What an object leads to is looked up once."""

    def __init__(self, graphs: tuple[Graph, Graph]) -> None:
        self._graphs = graphs
        self._led_to: dict[tuple[int, Ref], tuple[Ref | None, tuple[Ref, ...]]] = {}

    def nearness(self, diagnosis: Diagnosis) -> dict[Ref, int]:
        """Points by object: the more, the nearer. What is gone stands in the earlier graph only."""
        points: dict[Ref, int] = {}
        for ref, worth in _starts(diagnosis):
            _raise(points, ref, worth)
        for graph in self._graphs:
            self._walk(graph, points)
        return points

    def _walk(self, graph: Graph, points: dict[Ref, int]) -> None:
        queue = sorted(points, key=lambda r: r.sort_key)
        for _ in range(_STEPS):
            reached = []
            for ref in queue:
                above, neighbours = self._of(graph, ref)
                if above is not None and _raise(points, above, points[ref]):
                    reached.append(above)
                reached += [n for n in neighbours if _raise(points, n, points[ref] - _STEP)]
            queue = reached

    def _of(self, graph: Graph, ref: Ref) -> tuple[Ref | None, tuple[Ref, ...]]:
        """The workload above an object, and what its edges lead to."""
        key = (id(graph), ref)
        if key not in self._led_to:
            item = _object(graph, ref)
            if item is None:
                self._led_to[key] = (None, ())
            else:
                above = ref_of(workload(graph, item)) if "metadata" in item else None
                self._led_to[key] = (above, tuple(dict.fromkeys(_neighbours(graph, ref, item))))
        return self._led_to[key]


def _starts(diagnosis: Diagnosis) -> Iterator[tuple[Ref, int]]:
    yield diagnosis.root, ROOT
    yield from ((proof.ref, PROOF) for proof in diagnosis.evidence)
    yield from ((consequence.ref, SUFFERER) for consequence in diagnosis.explains)
    yield from ((ref, HOP) for hop in diagnosis.path for ref in _hops(hop))


def _hops(hop: Hop) -> Iterator[Ref]:
    yield hop.ref
    for child in hop.children:
        yield from _hops(child)


def _raise(points: dict[Ref, int], ref: Ref, worth: int) -> bool:
    if points.get(ref, 0) >= worth:
        return False
    points[ref] = worth
    return True


def _object(graph: Graph, ref: Ref) -> Object | None:
    if ref.kind not in KINDS:
        return None
    if ref.project is None:
        found = graph.find(ref.kind, ref.namespace, ref.name)
        return found if isinstance(found, dict) else None
    return next((o for o in graph.all(ref.kind) if o.get("name") == ref.name and ref_of(o) == ref), None)


def _neighbours(graph: Graph, ref: Ref, item: Object) -> Iterator[Ref]:
    for kind, name in EDGES:
        if kind not in (ref.kind, "*" if "metadata" in item else ref.kind) or name in _UNTOLD:
            continue
        found = graph.follow(name, item)
        if not isinstance(found, Unknown) and len(found) <= _HUB:
            for one in found:
                yield from _named(one, 3)


def _named(value: Any, depth: int) -> Iterator[Ref]:
    """The objects in what an edge leads to: itself, or what its record holds."""
    if isinstance(value, Mapping) and ("metadata" in value or "selfLink" in value):
        yield ref_of(value)
    elif depth and isinstance(value, Mapping):
        for child in value.values():
            yield from _named(child, depth - 1)
    elif depth and isinstance(value, list | tuple):
        for child in value[:_HUB]:
            yield from _named(child, depth - 1)
