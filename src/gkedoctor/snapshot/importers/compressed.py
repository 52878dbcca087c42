"""Compressed data in pieces, in linear time and little memory: gzip, bzip2 and xz, also streams that are joined."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, Protocol

from gkedoctor.snapshot.budget import Budget

_CHUNK = 16 << 10
"""Bytes that are decompressed at a time. What follows the end of a stream is copied, so few: a file of 10 MB may be
500,000 streams."""
_PIECE = 1 << 20
_XZ_MEMORY = 128 << 20
"""Bytes of memory for xz, whose header names the size of its dictionary: `xz -9` needs 65 MiB."""

GZIP, BZIP2, XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"


class _Stream(Protocol):
    """What `bz2` and `lzma` have in common, and `_Gzip` too."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's decompressor as those of bz2 and lzma are."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self._rest = b""
        self.needs_input = True

    def decompress(self, data: bytes, /, max_length: int = -1) -> bytes:
        """At most `max_length` bytes."""
        found = self._inner.decompress(self._rest + data, max(0, max_length))
        self._rest = self._inner.unconsumed_tail
        self.needs_input = not self._rest
        return found

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


def is_compressed(start: bytes) -> bool:
    """Whether data begin as gzip, bzip2 or xz do."""
    return start.startswith((GZIP, BZIP2, XZ))


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """A file in the small pieces that `expanded` takes."""
    return iter(lambda: file.read(_CHUNK), b"")


def chunks_of(data: bytes) -> Iterator[bytes]:
    """The same of data in memory."""
    view = memoryview(data)
    return (bytes(view[at : at + _CHUNK]) for at in range(0, len(data), _CHUNK))


def expanded(source: Iterable[bytes], start: bytes) -> Iterator[bytes]:
    """What compressed data hold, in pieces. `start`: their first bytes.

    Raises EOFError where they end early, else what zlib, bz2 and lzma raise for damaged data.
    """
    make = _decompressor(start)
    stream = make()
    begun = False
    for chunk in source:
        if not begun:  # zero bytes may stand between streams, and at the end of a tape
            chunk = chunk.lstrip(b"\0")
        while chunk or not stream.needs_input:
            begun = True
            found = stream.decompress(chunk, _PIECE)
            if found:
                yield found
            chunk = b""
            if stream.eof:
                chunk, stream, begun = stream.unused_data.lstrip(b"\0"), make(), False
    if begun:
        raise EOFError("the compressed data end early")


def _decompressor(start: bytes) -> Callable[[], _Stream]:
    if start.startswith(GZIP):
        return _Gzip
    if start.startswith(BZIP2):
        from bz2 import BZ2Decompressor

        return BZ2Decompressor
    from lzma import FORMAT_XZ, LZMADecompressor

    return lambda: LZMADecompressor(FORMAT_XZ, memlimit=_XZ_MEMORY)


class Counted(io.RawIOBase):
    """A file for `tarfile` made of pieces, all of which are counted by a budget."""

    def __init__(self, pieces: Iterator[bytes], budget: Budget) -> None:
        super().__init__()
        self._pieces, self._budget = pieces, budget
        self._rest: memoryview[Any] = memoryview(b"")

    def readable(self) -> bool:
        """As `io.RawIOBase`."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As `io.RawIOBase`."""
        while not self._rest:
            piece = next(self._pieces, b"")
            if not piece:
                return 0
            self._budget.expand(len(piece))
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
