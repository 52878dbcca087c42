"""Reads gkedoctor's own format. Whatever is wrong with a file, the answer is a `SnapshotError` or the true content."""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import msgspec

from gkedoctor.errors import SnapshotError
from gkedoctor.snapshot.garbage import collecting_paused
from gkedoctor.snapshot.model import Collection, CollectionState, Manifest, Object, Snapshot
from gkedoctor.snapshot.store.layout import FORMAT, MANIFEST, SUFFIX, Entry, StoredManifest, digest_of

LARGEST_MEMBER = 4 << 30
LARGEST_MANIFEST = 64 << 20

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
_Parts = msgspec.json.Decoder(list[msgspec.Raw])
_Object = msgspec.json.Decoder(dict[str, Any])
"""One by one: a decoder holds the interpreter until it is done, and a screen has to take keys in between."""


class _Members(Protocol):
    def read(self, name: str, limit: int) -> bytes: ...


def is_stored(path: Path) -> bool:
    """Whether this claims to be a snapshot of gkedoctor's own."""
    if path.is_dir():
        return _claims(path / MANIFEST)
    if path.suffix == SUFFIX:
        return True
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError:
        return False
    return start.startswith(b"PK\x03\x04") and start[30:].startswith(MANIFEST.encode())


def read(path: Path, *, verify: bool = True) -> Snapshot:
    """The snapshot at `path`. Without `verify`, sums and counts are not compared: for what was edited by hand."""
    members: _Members = _Directory(path) if path.is_dir() else _File(path)
    stored = _manifest(path, members.read(MANIFEST, LARGEST_MANIFEST), verify)
    manifest = Manifest(
        recorded_at=stored.recorded_at,
        source=stored.source,
        cluster=stored.cluster,
        project=stored.project,
        location=stored.location,
        versions=stored.versions,
    )
    return Snapshot(
        manifest,
        [
            Collection(name, _state(entry), _objects(path, members, entry, verify) if entry.member else ())
            for name, entry in stored.collections.items()
        ],
    )


class _File:
    """The members of a ZIP; opened for each read, so that nobody has to close it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _damage(path), zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist()]
            for info in archive.infolist():
                _refuse_name(path, info.filename)
                if (info.external_attr >> 16) & 0o170000 == 0o120000:
                    raise SnapshotError(f"{path.name} holds a link: {info.filename[:80]!r}")
        if len(set(names)) != len(names):
            raise SnapshotError(f"{path.name} is damaged: a member is there twice")

    def read(self, name: str, limit: int) -> bytes:
        with _damage(self.path), zipfile.ZipFile(self.path) as archive:
            if name not in archive.namelist():
                raise SnapshotError(f"{self.path.name} is damaged: {name} is missing")
            with archive.open(name) as member:
                return member.read(limit + 1)


class _Directory:
    """The members of a directory; links are not followed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str, limit: int) -> bytes:
        file = self.path / name
        if file.is_symlink() or file.parent.is_symlink():
            raise SnapshotError(f"{self.path / name} is a link")
        if not file.is_file():
            raise SnapshotError(f"{self.path.name} is damaged: {name} is missing")
        with _damage(self.path), file.open("rb") as member:
            return member.read(limit + 1)


def _claims(manifest: Path) -> bool:
    """Whether the file names gkedoctor, or is cut off; other tools write a `manifest.json` too."""
    try:
        with manifest.open("rb") as file:
            content = file.read(LARGEST_MANIFEST)
    except OSError:
        return False
    if b"gkedoctor" in content[:4096]:
        return True
    try:
        msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return True
    return False


def _manifest(path: Path, content: bytes, verify: bool) -> StoredManifest:
    if len(content) > LARGEST_MANIFEST:
        raise SnapshotError(f"{path.name}: {MANIFEST} is absurdly large")
    try:
        claimed = msgspec.json.decode(content, type=dict[str, Any]).get("format")
        if claimed != FORMAT:
            raise _other_format(path, claimed)
        stored = msgspec.json.decode(content, type=StoredManifest)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise SnapshotError(f"{path.name} is damaged: {MANIFEST}: {error}") from error
    if stored.recorded_at.tzinfo is None:
        raise SnapshotError(f"{path.name} is damaged: recorded_at has no time zone")
    if verify and stored.digest != digest_of(stored):
        raise _changed(path, MANIFEST)
    for entry in stored.collections.values():
        _refuse_entry(path, entry)
    return stored


def _other_format(path: Path, claimed: Any) -> SnapshotError:
    version = str(claimed).removeprefix("gkedoctor/snapshot/v")
    if version.isascii() and version.isdigit() and int(version[:9]) > 1:
        return SnapshotError(
            f"{path.name} was written by a newer gkedoctor ({claimed}; this one reads {FORMAT})",
            hint="pip install --upgrade gkedoctor",
        )
    return SnapshotError(f"{path.name} is damaged: {MANIFEST} is of format {str(claimed)[:60]!r}")


def _refuse_entry(path: Path, entry: Entry) -> None:
    if not entry.member:
        if entry.count:
            raise SnapshotError(f"{path.name} is damaged: {entry.count} objects, but no member that holds them")
        return
    _refuse_name(path, entry.member)
    if not 0 <= entry.size <= LARGEST_MEMBER:
        raise SnapshotError(f"{path.name}: {entry.member} claims an absurd size of {entry.size} bytes")


def _refuse_name(path: Path, name: str) -> None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\0" in name:
        raise SnapshotError(f"{path.name} holds a member that leads out of it: {name[:80]!r}")


def _state(entry: Entry) -> CollectionState:
    return CollectionState(
        status=entry.status,
        reason=entry.reason,
        needs=entry.needs,
        namespaces=entry.namespaces,
        malformed=entry.malformed,
        unread=entry.unread,
    )


def _objects(path: Path, members: _Members, entry: Entry, verify: bool) -> Callable[[], Sequence[Object]]:
    """What reads one member when its objects are first looked at."""

    def objects() -> Sequence[Object]:
        limit = entry.size if verify else LARGEST_MEMBER
        content = members.read(entry.member, limit)
        if len(content) > limit or (verify and hashlib.sha256(content).hexdigest() != entry.sha256):
            raise _changed(path, entry.member)
        try:
            with collecting_paused():
                found = [_Object.decode(part) for part in _Parts.decode(content)]
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            raise SnapshotError(f"{path.name} is damaged: {entry.member}: {error}") from error
        if verify and len(found) != entry.count:
            raise SnapshotError(
                f"{path.name} is damaged: {entry.member} holds {len(found)} objects in place of {entry.count}"
            )
        return found

    return objects


def _changed(path: Path, member: str) -> SnapshotError:
    message = f"{path.name}: {member} is not what was written (its checksum differs)"
    if path.is_dir():
        hint = f"If it was edited on purpose: gkedoctor import {path} -o {path.resolve().name}-edited"
        return SnapshotError(message, hint=hint)
    return SnapshotError(message, hint="The file is damaged: copy or download it again.")


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """What zipfile raises for files it was not made for, as one error."""
    try:
        yield
    except SnapshotError:
        raise
    except _DAMAGED as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise SnapshotError(
            f"{path.name} is damaged or cut off: {reason}", hint="Copy or download it again."
        ) from error
