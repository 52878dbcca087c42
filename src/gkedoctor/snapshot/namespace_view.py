"""A snapshot of which only a part is read: what concerns one namespace.

The three-valued engine says what that part cannot: a look-up beyond it is unknown, and noted, so that whoever asked
a question can tell whether the part was enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Collection, Object, Snapshot, Stored

SYSTEM = "kube-system"
"""Its objects are few and all ask for them; but for its Pods, of which each Node has a dozen, and their Events."""

_BESIDE: Mapping[str, tuple[str, ...]] = MappingProxyType({"pods": (), "events": ("default",), "endpointslices": ()})
"""Other namespaces that are read. Events about objects without one are in `default` (client-go, tools/record)."""

WORTH_IT = 16 << 20
"""Bytes of a snapshot from which on reading a part pays."""

_SMALL = 1 << 20
"""Bytes of a collection up to which it is read whole."""


@dataclass
class Bounds:
    """The namespace that is read, and which collections were asked for more than was read of them."""

    namespace: str
    crossed: set[str] = field(default_factory=set)

    @contextmanager
    def aside(self) -> Iterator[set[str]]:
        """Notes what is crossed meanwhile in a set of its own."""
        before, self.crossed = self.crossed, set()
        try:
            yield self.crossed
        finally:
            self.crossed = before


def part_of(snapshot: Snapshot, bounds: Bounds, *, small: int = _SMALL) -> Snapshot:
    """The same snapshot with the part of each large collection that mentions the namespace."""
    return Snapshot(snapshot.manifest, _parts(snapshot, bounds, small))


def stored_size(snapshot: Snapshot) -> int:
    """Bytes that a part of the snapshot could be read of."""
    return sum(stored.size for c in snapshot.collections.values() if (stored := c.stored) is not None)


def _parts(snapshot: Snapshot, bounds: Bounds, small: int) -> Iterator[Collection]:
    for collection in snapshot.collections.values():
        kind, stored = COLLECTIONS.get(collection.name), collection.stored
        divided = kind is not None and kind.namespaced and stored is not None and stored.size >= small
        yield Part(collection, stored, bounds) if divided and stored is not None else collection


class Part(Collection):
    """The objects of a collection that mention one namespace. No other namespace is known to be complete."""

    def __init__(self, whole: Collection, stored: Stored, bounds: Bounds) -> None:
        super().__init__(whole.name, whole.state, stored)
        self._part, self._bounds = stored, bounds
        self._others = _BESIDE.get(whole.name, (SYSTEM,))

    @cached_property
    def objects(self) -> Sequence[Object]:
        words = [self._bounds.namespace.encode(), *(b'"namespace":"%s"' % name.encode() for name in self._others)]
        return tuple(self._part.mentioning(words))

    @property
    def everywhere(self) -> Sequence[Object]:
        self._bounds.crossed.add(self.name)
        return self.objects

    def why_incomplete(self, namespace: str | None = None, name: str | None = None) -> str | None:
        why = super().why_incomplete(namespace, name)
        if why is not None or namespace == self._bounds.namespace or namespace in self._others:
            return why
        self._bounds.crossed.add(self.name)
        return f"only namespace {self._bounds.namespace} was checked"
