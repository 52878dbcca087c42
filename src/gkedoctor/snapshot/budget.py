"""What the reading of one recording has used of its limits."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.errors import LimitError
from gkedoctor.limits import DEFAULT, Limits, decoded_size, has_quote, shown_size

_PIECE = 1 << 20


class Budget:
    """Counts bytes, memory and objects of one recording. Every method raises LimitError where a limit is exceeded.

    `size`: bytes of the recording as it is on disk, by which ratios are judged. `name` is what errors call it.
    """

    def __init__(self, name: str, size: int, limits: Limits = DEFAULT) -> None:
        self.name, self.size, self.limits = name, size, limits
        self._expanded = self._held = self._decoded = self._objects = 0

    def grow(self, size: int) -> None:
        """One more file of `size` bytes belongs to the recording: a directory is not read before it is looked at."""
        self.size += size

    @property
    def room(self) -> int:
        """Bytes that may still come out of compressed data."""
        return max(0, self.limits.expanded_of(self.size) - self._expanded)

    def expand(self, size: int) -> None:
        """`size` bytes came out of compressed data."""
        self._expanded += size
        if self._expanded > (most := self.limits.expanded_of(self.size)):
            raise LimitError(self.name, "is too large after decompression", self._ratio(most, self.limits.ratio))

    def hold(self, size: int) -> None:
        """`size` bytes are kept in memory until `release`."""
        self._held += size
        self._check_memory()

    def release(self, size: int) -> None:
        """`size` bytes that were kept are not needed any more."""
        self._held -= size

    def decode(self, name: str, data: bytes) -> None:
        """JSON that is about to be decoded. `name`: its file."""
        for _ in self.measured(name, (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))):
            pass

    def measured(self, name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces of JSON, each counted before anybody decodes it."""
        without_end = 0
        for piece in pieces:
            without_end = 0 if has_quote(piece) else without_end + len(piece)
            if without_end > self.limits.string:
                raise LimitError(name, "has a value that is too long", shown_size(self.limits.string))
            self._decoded += decoded_size(piece)
            self._check_memory()
            yield piece

    def use(self, size: int) -> None:
        """`size` bytes of memory are taken by what was read, for good."""
        self._decoded += size
        self._check_memory()

    @property
    def memory(self) -> int:
        """Bytes of memory that may still be used."""
        return max(0, self.limits.memory_of(self.size) - self._decoded - self._held)

    def count(self, objects: int) -> None:
        """So many more objects."""
        self._objects += objects
        if self._objects > (most := self.limits.objects_of(self.size)):
            raise LimitError(self.name, "holds too many objects", f"{most:,} for a file of {shown_size(self.size)}")

    def _check_memory(self) -> None:
        if self._decoded + self._held > (most := self.limits.memory_of(self.size)):
            raise LimitError(
                self.name, "takes too much memory when it is read", self._ratio(most, self.limits.memory_ratio)
            )

    def _ratio(self, most: int, ratio: int) -> str:
        return f"{shown_size(most)}, {ratio} times its size" if ratio * self.size > most // 2 else shown_size(most)
