"""One view of real directories and of archives: a mapping of relative paths to what reads them.

Archives are read in pieces into memory and never unpacked to disk. A name that leads out of the archive refuses the
whole archive; links are left out (support bundles have many that only repeat other files), and nothing follows them.
Whatever comes out of an archive is counted by the recording's budget before it is kept.
"""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from gkedoctor.errors import LimitError, SourceError
from gkedoctor.limits import DEFAULT, Limits, shown_size
from gkedoctor.snapshot.budget import Budget
from gkedoctor.snapshot.importers.compressed import GZIP, Counted, chunks, chunks_of, expanded, is_compressed

_PIECE = 1 << 20
_BLOCK = 512
"""Bytes of a header of a tar file."""

_TEXT = (".json", ".yaml", ".yml", ".log", ".txt", ".gz", "timestamp")
_HEADERS = frozenset((*b"LKxgX",))
"""Types of members that tarfile reads into memory with the header that follows them: GNU long names, pax headers."""


@dataclass(frozen=True)
class Folder:
    """Files by their path relative to the folder, `/` between the parts; `budget` is that of the whole recording."""

    name: str
    files: Mapping[str, Callable[[], bytes]]
    budget: Budget

    def read(self, path: str) -> bytes:
        """The content of one file."""
        return self.files[path]()

    def take(self, path: str) -> bytes:
        """The content of a file that is not read again: an archive lets go of it."""
        read = self.files[path]
        data = read()
        if isinstance(read, _Kept):
            read.drop()
        return data

    def under(self, path: str) -> Folder:
        """The folder below `path`; `""` is the folder itself."""
        prefix = f"{path}/" if path else ""
        below = {name[len(prefix) :]: read for name, read in self.files.items() if name.startswith(prefix)}
        return Folder(PurePosixPath(path).name or self.name, below, self.budget)

    def has(self, path: str) -> bool:
        """Whether there is a file of that path, or one below it."""
        return path in self.files or any(name.startswith(f"{path}/") for name in self.files)

    def top(self) -> set[str]:
        """The names directly in the folder."""
        return {name.split("/", 1)[0] for name in self.files}


def real_folder(path: Path, limits: Limits = DEFAULT) -> Folder:
    """A directory. Symbolic links are left out, so nothing outside of it is read."""
    name = _sayable(path.resolve().name)
    budget = Budget(name, 0, limits)
    files: dict[str, Callable[[], bytes]] = {}
    for base, directories, names in os.walk(path, onerror=_refuse_walk):
        directories[:] = sorted(name for name in directories if name != ".git")
        for file in (Path(base, name) for name in sorted(names)):
            if not file.is_symlink() and file.is_file():
                files[_sayable(file.relative_to(path).as_posix())] = _reader(file, budget)
        if len(files) > limits.members:
            raise LimitError(str(path), "holds too many files", f"{limits.members:,}")
    return Folder(name, files, budget)


def archive_folder(path: Path, limits: Limits = DEFAULT) -> Folder | None:
    """The content of a zip or (compressed) tar file; None where the file is neither."""
    with _opened(path) as file:
        start = file.read(_BLOCK)
        budget = Budget(path.name, size_of(path, limits), limits)
        try:
            if start[:4] == b"PK\x03\x04":
                return Folder(path.name, _held(_zip_members(path, budget), budget), budget)
            if start[257:262] == b"ustar" or _is_compressed_tar(start, file):
                file.seek(0)
                pieces = expanded(chunks(file), start) if is_compressed(start) else _pieces(file)
                return Folder(path.name, _held(_tar_members(path, Counted(pieces, budget), budget), budget), budget)
        except _damages() as error:
            raise SourceError(f"{path.name} is damaged: {error}", hint="Copy or download it again.") from error
    return None


def read_file(path: Path, limits: Limits = DEFAULT) -> bytes:
    """A file's content; a file that is too large is refused unread."""
    size_of(path, limits)
    with _opened(path) as file:
        return file.read()


def size_of(path: Path, limits: Limits) -> int:
    """The size of a file in bytes. LimitError for one that is too large."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from error
    if size > limits.file:
        raise LimitError(str(path), f"is too large ({shown_size(size)})", shown_size(limits.file))
    return size


def gunzip(data: bytes, name: str, budget: Budget) -> bytes:
    """The content of a gzip file, also of several that are joined."""
    content = io.BytesIO()
    try:
        for piece in expanded(chunks_of(data), data[:6]):
            budget.expand(len(piece))
            content.write(piece)
    except (zlib.error, EOFError) as error:
        raise SourceError(f"{name} is damaged: {error}") from error
    return content.getvalue()


def is_gzip(data: bytes) -> bool:
    """Whether the data begin as gzip does."""
    return data.startswith(GZIP)


def _damages() -> tuple[type[Exception], ...]:
    """What the standard library raises for archives that are damaged, or were not made for it."""
    from lzma import LZMAError

    return (
        *(tarfile.TarError, zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError),
        *(NotImplementedError, RuntimeError, ValueError, OverflowError),
    )


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from error


def _refuse_walk(error: OSError) -> None:
    raise SourceError(f"{error.filename} cannot be read: {error.strerror}") from error


def _sayable(name: str) -> str:
    """A file's name as text that can be written down; names on disk can be any bytes."""
    return name.encode("utf-8", "replace").decode()


def _reader(path: Path, budget: Budget) -> Callable[[], bytes]:
    def read() -> bytes:
        data = read_file(path, budget.limits)
        budget.grow(len(data))
        return data

    return read


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(_PIECE), b"")


def _is_compressed_tar(start: bytes, file: IO[bytes]) -> bool:
    """Whether a tar file is in compressed data. What bzip2 and xz hold is taken for one."""
    if not is_gzip(start):
        return is_compressed(start)
    file.seek(0)
    try:
        first = b""
        for piece in expanded(chunks(file), start):
            first += piece
            if len(first) >= _BLOCK:
                break
    except (zlib.error, EOFError):
        return False
    return first[257:262] == b"ustar"


def _held(members: Iterator[tuple[str, bytes]], budget: Budget) -> dict[str, Callable[[], bytes]]:
    """The members in memory, without a folder that encloses all of them."""
    held: dict[str, bytes] = {}
    for name, content in members:
        budget.hold(len(content))
        held[name] = content
    tops = {name.split("/", 1)[0] for name in held}
    cut = len(tops.pop()) + 1 if len(tops) == 1 and all("/" in name for name in held) else 0
    return {name[cut:]: _Kept(content, budget) for name, content in held.items()}


class _Kept:
    """The content of a member of an archive."""

    def __init__(self, content: bytes, budget: Budget) -> None:
        self._content, self._budget = content, budget

    def __call__(self) -> bytes:
        return self._content

    def drop(self) -> None:
        """Lets go of it: it is not read again."""
        self._budget.release(len(self._content))
        self._content = b""


def _refuse_many(budget: Budget, members: int) -> None:
    if members > (most := budget.limits.members_of(budget.size)):
        raise LimitError(budget.name, "holds too many files", f"{most:,}")


def _zip_members(path: Path, budget: Budget) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        found = archive.infolist()
        _refuse_many(budget, len(found))
        for member in found:
            name = _inner_name(path, member.filename)
            is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
            if member.is_dir() or is_link or not name.endswith(_TEXT):
                continue
            if member.compress_type == zipfile.ZIP_LZMA:
                raise SourceError(f"{path.name} is compressed with LZMA, which is not supported in a zip file")
            if member.file_size > budget.room:
                budget.expand(member.file_size)
            with archive.open(member) as file:
                yield name, _whole(file, budget)


def _whole(file: IO[bytes], budget: Budget) -> bytes:
    content = io.BytesIO()
    for piece in _pieces(file):
        budget.expand(len(piece))
        content.write(piece)
    return content.getvalue()


def _tar_members(path: Path, file: io.RawIOBase, budget: Budget) -> Iterator[tuple[str, bytes]]:
    count = 0
    with tarfile.open(fileobj=file, mode="r|", tarinfo=_member_class(path, budget.limits)) as archive:
        while (member := archive.next()) is not None:
            count += 1
            _refuse_many(budget, count)
            archive.members = []  # type: ignore[attr-defined]  # tarfile keeps them all, at 1 KB each
            name = _inner_name(path, member.name)
            if member.isdev():
                raise SourceError(f"{path.name} holds a device: {member.name}")
            if not member.isreg() or member.issparse() or not name.endswith(_TEXT):
                continue
            if member.size > budget.room + 2 * _PIECE:  # what was read ahead is counted already
                budget.expand(member.size)
            content = archive.extractfile(member)
            if content is not None:
                yield name, content.read()
    while file.read(_PIECE):  # behind the end of the tar file are the sums of what it was compressed with
        pass


def _member_class(path: Path, limits: Limits) -> type[tarfile.TarInfo]:
    """A header of a tar file that refuses names and attributes beyond any sense before tarfile reads them."""

    class Member(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Member:
            found = super().frombuf(buf, encoding, errors)
            if found.size < 0:
                raise SourceError(f"{path.name} is damaged: a member of negative size")
            if found.type[0] in _HEADERS and found.size > limits.name:
                raise LimitError(path.name, "has a member with a name that is too long", shown_size(limits.name))
            return found

    return Member


def _inner_name(path: Path, name: str) -> str:
    """The member's name; one that leads out of the archive is never an accident."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or (parts and parts[0].endswith(":")) or "\0" in name:
        raise SourceError(f"{path.name} contains a member with a path outside of it: {name[:80]!r}")
    return _sayable("/".join(part for part in parts if part != "."))
