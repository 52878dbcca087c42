"""Objects that wait as compressed JSON, a chunk at a time: what is recorded need not fit into memory as objects.

Nothing of this is written to a disk: until it is masked it may hold the values of Secrets.
"""

from __future__ import annotations

import heapq
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import msgspec

from gkedoctor.snapshot.model import Object

_CHUNK_BYTES = 128 << 10
"""Four windows of deflate: larger chunks are hardly smaller when compressed, and cost more to hold open."""

_LEVEL = 6
_encode = msgspec.json.Encoder(order="sorted").encode

Identity = tuple[str, str, str]


class IterableObjects(Protocol):
    """Objects that can be counted, and gone through as often as wanted."""

    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...


class AppendableObjects(IterableObjects, Protocol):
    """What collectors and importers put objects into: a list, or this list that is compressed."""

    def append(self, item: Any, /) -> None: ...
    def extend(self, items: Iterable[Any], /) -> None: ...


class CompressedList:
    """A list that can be appended to, read from front to back, and emptied while it is read."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._chunks: deque[bytes] = deque()
        self._lines: list[bytes] = []
        self._size = 0
        self._count = 0
        self.extend(items)

    def append(self, item: Any) -> None:
        """Puts a JSON value at the end."""
        line = msgspec.json.encode(item)
        self._lines.append(line)
        self._size += len(line)
        self._count += 1
        if self._size >= _CHUNK_BYTES:
            self._close()

    def extend(self, items: Iterable[Any]) -> None:
        """Puts many at the end."""
        for item in items:
            self.append(item)

    def _close(self) -> None:
        self._chunks.append(_deflated(self._lines))
        self._lines, self._size = [], 0

    def __iter__(self) -> Iterator[Any]:
        for chunk in self._chunks:
            yield from map(msgspec.json.decode, _inflated(chunk))
        yield from map(msgspec.json.decode, self._lines)

    def __len__(self) -> int:
        return self._count

    def drained(self) -> Iterator[Any]:
        """All of it, each chunk given back to the system before the next is opened."""
        self._close()
        while self._chunks:
            yield from map(msgspec.json.decode, _inflated(self._chunks.popleft()))
        self._count = 0


class ObjectBuffer(Protocol):
    """Objects by their identity, the last of several copies, to be gone through in order."""

    def put(self, identity: Identity, item: Object | None) -> None:
        """Adds an object; None takes an earlier copy back."""
        ...

    def __iter__(self) -> Iterator[Object]: ...
    def __len__(self) -> int: ...


class ListBuffer:
    """They are kept as they are."""

    def __init__(self) -> None:
        self._objects: dict[Identity, Object] = {}

    def put(self, identity: Identity, item: Object | None) -> None:
        """Adds an object; None takes an earlier copy back."""
        if item is None:
            self._objects.pop(identity, None)
        else:
            self._objects[identity] = item

    def __iter__(self) -> Iterator[Object]:
        return (self._objects[identity] for identity in sorted(self._objects))

    def __len__(self) -> int:
        return len(self._objects)


class SortedBuffer:
    """They are kept compressed: an external sort over runs.

    An API server lists in an order that is almost this one, so that only a few runs are open at a time.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Identity, bytes]] = []
        self._open: dict[Identity, bytes] = {}
        self._size = 0
        self._count: int | None = None

    def put(self, identity: Identity, item: Object | None) -> None:
        """Adds an object; None takes an earlier copy back."""
        line = _encode(item)
        self._open[identity] = line
        self._size += len(line)
        self._count = None
        if self._size >= _CHUNK_BYTES:
            self._close()

    def _close(self) -> None:
        if self._open:
            run = sorted(self._open.items())
            self._runs.append((run[0][0], _deflated([_encode(identity) + b"\t" + line for identity, line in run])))
            self._open, self._size = {}, 0

    def encoded(self) -> Iterator[bytes]:
        """Each object as JSON with sorted keys."""
        self._close()
        count = 0
        for _, copies in groupby(_merged(self._runs), key=itemgetter(0)):
            *_, (_, _, line) = copies
            if line != b"null":
                count += 1
                yield line
        self._count = count

    def __iter__(self) -> Iterator[Object]:
        return map(msgspec.json.decode, self.encoded())

    def __len__(self) -> int:
        if self._count is None:
            return sum(1 for _ in self.encoded())
        return self._count


def _merged(runs: Sequence[tuple[Identity, bytes]]) -> Iterator[tuple[Identity, int, bytes]]:
    """The entries of all runs in order, of equal ones the oldest first; a run is opened when it is its turn."""
    waiting = deque(sorted((first, number) for number, (first, _) in enumerate(runs)))
    heap: list[tuple[Identity, int, bytes, Iterator[tuple[Identity, int, bytes]]]] = []
    while waiting or heap:
        while waiting and (not heap or waiting[0][0] <= heap[0][0]):
            _, number = waiting.popleft()
            entries = _entries(number, runs[number][1])
            heapq.heappush(heap, (*next(entries), entries))
        identity, number, line, entries = heap[0]
        yield identity, number, line
        following = next(entries, None)
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (*following, entries))


def _entries(number: int, run: bytes) -> Iterator[tuple[Identity, int, bytes]]:
    for line in _inflated(run):
        identity, _, content = line.partition(b"\t")
        namespace, name, place = msgspec.json.decode(identity)
        yield (namespace, name, place), number, content


def changed(items: AppendableObjects, change: Callable[[Any], Any]) -> AppendableObjects:
    """The items, each of them changed: a list in its place, a packed one chunk by chunk."""
    if isinstance(items, CompressedList):
        return CompressedList(map(change, items.drained()))
    if isinstance(items, list):
        items[:] = map(change, items)
    return items


def _deflated(lines: Sequence[bytes]) -> bytes:
    return zlib.compress(b"\n".join(lines), _LEVEL)


def _inflated(chunk: bytes) -> list[bytes]:
    content = zlib.decompress(chunk)
    return content.split(b"\n") if content else []
