"""A recording as a source of parts."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import Manifest, Object, Snapshot, Stored
from gkedoctor.snapshot.part import Read, ReadResult

_SMALL = 1 << 20

WORTH_A_PART = 16 << 20
"""Bytes of a snapshot from which on reading a part pays."""


def stored_size(snapshot: Snapshot) -> int:
    """Bytes that a part of the snapshot could be read of."""
    return sum(stored.size for c in snapshot.collections.values() if (stored := c.stored) is not None)


class RecordedParts:
    """Parts of a snapshot: of a large stored collection, the lines that mention what is read.

    `small`: bytes of a stored collection up to which it is read whole.
    """

    def __init__(self, snapshot: Snapshot, *, small: int = _SMALL) -> None:
        self._snapshot, self._small = snapshot, small

    @property
    def manifest(self) -> Manifest:
        """That of the snapshot."""
        return self._snapshot.manifest

    @property
    def context_namespace(self) -> None:
        """None: objects are looked up in all namespaces."""
        return

    @property
    def notes(self) -> Sequence[str]:
        """Nothing: what is to be said of a recording is said where it is loaded."""
        return ()

    def read(self, reads: Sequence[Read]) -> list[ReadResult]:
        """The objects of each read, or the whole collection where that is small, with its state."""
        found: dict[Read, ReadResult] = {}
        for read in reads:
            result = self._result(read)
            found[result.read] = result
            found.setdefault(read, ReadResult(read, (), result.state))
        return list(found.values())

    def _result(self, read: Read) -> ReadResult:
        collection = self._snapshot.collection(read.collection)
        kind, stored = COLLECTIONS.get(read.collection), collection.stored
        is_listed = read.is_whole or (kind is not None and kind.cloud and not read.name)
        if is_listed or not collection.state.is_read or _size(stored) < self._small:
            return ReadResult(Read(read.collection), collection.objects, collection.state)
        items = collection.objects if stored is None else stored.mentioning(_words(read))
        return ReadResult(read, [item for item in items if _is_read(item, read)], collection.state)


def _size(stored: Stored | None) -> int:
    return stored.size if stored is not None else 0


def _words(read: Read) -> list[bytes]:
    """What stands in the JSON of each object that a read has."""
    words = [b'"namespace":"%s"' % read.namespace.encode()] if read.namespace else []
    if read.name and not words:
        words = [b'"%s"' % read.name.encode()]
    return words or [b'"%s"' % read.selector.rpartition("=")[2].encode()]


def _is_read(item: Object, read: Read) -> bool:
    metadata = item.get("metadata") or {}
    if read.collection == LOGS:
        return item.get("namespace") == read.namespace and read.name in ("", item.get("pod"))
    if read.namespace and metadata.get("namespace") != read.namespace:
        return False
    if read.name and read.name != metadata.get("name", item.get("name")):
        return False
    return all(_meets(item, *term.split("=", 1)) for term in read.selector.split(",") if term)


def _meets(item: Object, path: str, value: str) -> bool:
    """Whether a field of an object has a value, which is empty where it has none."""
    found: object = item
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return (found or "") == value
