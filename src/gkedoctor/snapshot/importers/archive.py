"""One view of real directories and of archives: a mapping of relative paths to what reads them.

Archives are read in memory and never unpacked to disk. A name that leads out of the archive refuses the whole
archive; links are left out (support bundles have many that only repeat other files), and nothing follows them.
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

from gkedoctor.errors import SourceError

LARGEST_FILE = 2 << 30
MOST_FILES = 500_000
_FREE = 64 << 20
_RATIO = 100
"""JSON of a cluster shrinks to a tenth or a thirtieth; a decompression bomb to a thousandth."""

_TEXT = (".json", ".yaml", ".yml", ".log", ".txt", ".gz", "timestamp")


@dataclass(frozen=True)
class Folder:
    """Files by their path relative to the folder, `/` between the parts."""

    name: str
    files: Mapping[str, Callable[[], bytes]]

    def read(self, path: str) -> bytes:
        """The content of one file."""
        return self.files[path]()

    def under(self, path: str) -> Folder:
        """The folder below `path`; `""` is the folder itself."""
        prefix = f"{path}/" if path else ""
        below = {name[len(prefix) :]: read for name, read in self.files.items() if name.startswith(prefix)}
        return Folder(PurePosixPath(path).name or self.name, below)

    def has(self, path: str) -> bool:
        """Whether there is a file of that path, or one below it."""
        return path in self.files or any(name.startswith(f"{path}/") for name in self.files)

    def top(self) -> set[str]:
        """The names directly in the folder."""
        return {name.split("/", 1)[0] for name in self.files}


def real_folder(path: Path) -> Folder:
    """A directory. Symbolic links are left out, so nothing outside of it is read."""
    files: dict[str, Callable[[], bytes]] = {}
    for base, directories, names in os.walk(path, onerror=_refuse_walk):
        directories[:] = sorted(name for name in directories if name != ".git")
        for name in sorted(names):
            file = Path(base, name)
            if not file.is_symlink() and file.is_file():
                files[_sayable(file.relative_to(path).as_posix())] = _reader(file)
        if len(files) > MOST_FILES:
            raise SourceError(f"{path} holds more than {MOST_FILES:,} files")
    return Folder(_sayable(path.resolve().name), files)


def archive_folder(path: Path) -> Folder | None:
    """The content of a zip or (compressed) tar file; None where the file is neither."""
    data = read_file(path)
    try:
        if data[:4] == b"PK\x03\x04":
            return Folder(path.name, _held(path, _zip_members(path, data)))
        if is_gzip(data) and _is_compressed_tar(data):
            return Folder(path.name, _held(path, _tar_members(path, gunzip(data, path.name))))
        if data[257:262] == b"ustar" or _is_compressed_tar(data):
            return Folder(path.name, _held(path, _tar_members(path, data)))
    except _DAMAGED as error:
        raise SourceError(f"{path.name} is damaged: {error}", hint="Copy or download it again.") from error
    return None


def read_file(path: Path) -> bytes:
    """A file's content; a file that cannot be a recording, by its size, is refused unread."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise SourceError(f"{path} is too large: {size >> 20:,} MiB")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from error


def gunzip(data: bytes, name: str) -> bytes:
    """The content of a gzip file, also of several that are joined."""
    limit = _limit(len(data))
    parts: list[bytes] = []
    total = 0
    try:
        while data:
            stream = zlib.decompressobj(wbits=31)
            part = stream.decompress(data, limit - total + 1)
            total += len(part)
            if total > limit:
                raise SourceError(f"{name} grows beyond {limit >> 20:,} MiB when it is decompressed")
            if not stream.eof:
                raise SourceError(f"{name} is damaged: the gzip data ends early")
            parts.append(part)
            data = stream.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise SourceError(f"{name} is damaged: {error}") from error
    return b"".join(parts)


def is_gzip(data: bytes) -> bool:
    """Whether the data begin as gzip does."""
    return data[:2] == b"\x1f\x8b"


_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def _refuse_walk(error: OSError) -> None:
    raise SourceError(f"{error.filename} cannot be read: {error.strerror}") from error


def _sayable(name: str) -> str:
    """A file's name as text that can be written down; names on disk can be any bytes."""
    return name.encode("utf-8", "replace").decode()


def _reader(path: Path) -> Callable[[], bytes]:
    return lambda: read_file(path)


def _limit(size: int) -> int:
    return min(LARGEST_FILE, _FREE + _RATIO * size)


def _is_compressed_tar(data: bytes) -> bool:
    if data[:3] == b"BZh" or data[:6] == b"\xfd7zXZ\0":
        return True
    if not is_gzip(data):
        return False
    try:
        start = zlib.decompressobj(wbits=31).decompress(data, 512)
    except zlib.error:
        return False
    return start[257:262] == b"ustar"


def _held(path: Path, members: Iterator[tuple[str, bytes]]) -> dict[str, Callable[[], bytes]]:
    """The members in memory, without a folder that encloses all of them, within the limits of a bomb."""
    limit = _limit(path.stat().st_size)
    held: dict[str, bytes] = {}
    total = 0
    for name, content in members:
        total += len(content)
        if total > limit or len(held) >= MOST_FILES:
            raise SourceError(f"{path.name} grows beyond {limit >> 20:,} MiB when it is decompressed")
        held[name] = content
    tops = {name.split("/", 1)[0] for name in held}
    cut = len(tops.pop()) + 1 if len(tops) == 1 and all("/" in name for name in held) else 0
    return {name[cut:]: _constant(content) for name, content in held.items()}


def _constant(content: bytes) -> Callable[[], bytes]:
    return lambda: content


def _zip_members(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    limit = _limit(len(data))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            name = _inner_name(path, member.filename)
            is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
            if member.is_dir() or is_link or not name.endswith(_TEXT):
                continue
            if member.file_size > limit:
                raise SourceError(f"{path.name} grows beyond {limit >> 20:,} MiB when it is decompressed")
            yield name, archive.read(member)


def _tar_members(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    limit = _limit(path.stat().st_size)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r|*") as archive:
        seen = 0
        for member in archive:
            name = _inner_name(path, member.name)
            seen += max(member.size, 0)
            if seen > limit:
                raise SourceError(f"{path.name} grows beyond {limit >> 20:,} MiB when it is decompressed")
            if member.isdev():
                raise SourceError(f"{path.name} holds a device: {member.name}")
            content = archive.extractfile(member) if member.isreg() and name.endswith(_TEXT) else None
            if content is not None:
                yield name, content.read()


def _inner_name(path: Path, name: str) -> str:
    """The member's name; one that leads out of the archive is never an accident."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or (parts and parts[0].endswith(":")) or "\0" in name:
        raise SourceError(f"{path.name} holds a member that leads out of it: {name[:80]!r}")
    return _sayable("/".join(part for part in parts if part != "."))
