"""The members of a stored snapshot, read in pieces; what zipfile raises for damaged files becomes one error."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from gkedoctor.errors import LimitError, SnapshotError, SourceError
from gkedoctor.snapshot.budget import Budget

_PIECE = 1 << 18
"""Bytes: enough to keep a second thread busy, and little enough to stay in the cache of a core until it is decoded."""

_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # NotImplementedError too: an unknown compression, or a member that claims to be encrypted
    ValueError,
    OverflowError,
    KeyError,
)


class Members(Protocol):
    """Where members are read from, however the snapshot is stored."""

    def pieces(self, name: str, limit: int) -> Iterator[bytes]:
        """What a member holds, piece by piece, and no more than one byte beyond `limit`."""

    def size(self, name: str) -> int:
        """Bytes that a member takes where it is stored; 0 for one that is not there."""


class File:
    """The members of a ZIP. It is opened once, for its directory may be long, and closed with the last reference."""

    def __init__(self, path: Path, budget: Budget) -> None:
        self.path = path
        with _damage(path):
            self._archive = zipfile.ZipFile(path)
            found = self._archive.infolist()
        self._names = {info.filename for info in found}
        if len(found) > (most := budget.limits.members_of(budget.size)):
            raise LimitError(path.name, "holds too many files", f"{most:,}")
        for info in found:
            refuse_name(path, info.filename)
            if (info.external_attr >> 16) & 0o170000 == 0o120000:
                raise SnapshotError(f"{path.name} holds a link: {info.filename[:80]!r}")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise SnapshotError(f"{path.name} is damaged: {info.filename[:80]!r} is not deflated")
        if len(self._names) != len(found):
            raise SnapshotError(f"{path.name} is damaged: it has a member twice")
        budget.expand(sum(info.file_size for info in found))

    def pieces(self, name: str, limit: int) -> Iterator[bytes]:
        """As `Members`."""
        if name not in self._names:
            raise SnapshotError(f"{self.path.name} is damaged: {name} is missing")
        with _damage(self.path), self._archive.open(name) as member:
            yield from _pieces(member, limit)

    def size(self, name: str) -> int:
        """As `Members`."""
        return self._archive.getinfo(name).compress_size if name in self._names else 0


class Directory:
    """The members of a directory; links are not followed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pieces(self, name: str, limit: int) -> Iterator[bytes]:
        """As `Members`."""
        file = self.path / name
        if file.is_symlink() or file.parent.is_symlink():
            raise SnapshotError(f"{self.path / name} is a link")
        if not file.is_file():
            raise SnapshotError(f"{self.path.name} is damaged: {name} is missing")
        with _damage(self.path), file.open("rb") as member:
            yield from _pieces(member, limit)

    def size(self, name: str) -> int:
        """As `Members`."""
        try:
            return (self.path / name).lstat().st_size
        except (OSError, ValueError):
            return 0  # whoever reads it says what is wrong


def _pieces(member: IO[bytes], limit: int) -> Iterator[bytes]:
    left = limit + 1
    while left and (piece := member.read(min(left, _PIECE))):
        left -= len(piece)
        yield piece


def refuse_name(path: Path, name: str) -> None:
    """SnapshotError for a member that would lead out of the snapshot."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\0" in name:
        raise SnapshotError(f"{path.name} contains a member with a path outside of it: {name[:80]!r}")


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """What zipfile raises for files it was not made for, as one error."""
    try:
        yield
    except SourceError:
        raise
    except _DAMAGED as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise SnapshotError(
            f"{path.name} is damaged or cut off: {reason}", hint="Copy or download it again."
        ) from error
