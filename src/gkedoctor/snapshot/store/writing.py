"""Writes a snapshot whole or not at all, the same bytes for the same snapshot."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import msgspec

from gkedoctor import __version__
from gkedoctor.errors import SourceError, UsageError
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import Collection, Snapshot
from gkedoctor.snapshot.store.layout import FORMAT, MANIFEST, SUFFIX, Entry, StoredManifest, digest_of

_HARMLESS = re.compile(r"[A-Za-z0-9][-._A-Za-z0-9]{0,199}")
_BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)
_encode = msgspec.json.Encoder(order="sorted").encode


def write(snapshot: Snapshot, path: Path) -> None:
    """Writes a file where the name ends in `.gkesnap`, else a directory; whole or not at all."""
    if path.suffix == SUFFIX:
        write_file(snapshot, path)
    else:
        write_directory(snapshot, path)


def write_file(snapshot: Snapshot, path: Path) -> None:
    """Writes the snapshot as one file, replacing an older snapshot but no other file."""
    if path.is_dir():
        raise UsageError(f"{path} is a directory", hint=f"Choose a file: {path / ('cluster' + SUFFIX)}")
    if path.exists() and not _may_replace(path):
        raise UsageError(f"{path} exists and is not a snapshot", hint="Choose another file, or remove this one.")
    with _writing(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                _write_zip(snapshot, file)
                _flush(file)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _flush_directory(path.parent)


def write_directory(snapshot: Snapshot, path: Path) -> None:
    """Writes the snapshot as a directory to look at and to keep in git, replacing an older one of its own."""
    if path.exists() and not _is_only_a_snapshot(path):
        raise UsageError(
            f"{path} exists and is not a snapshot, or holds more than one",
            hint="Choose another directory, or empty this one.",
        )
    with _writing(path):
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent))
        try:
            _write_members(snapshot, temporary)
            _swap(temporary, path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        _flush_directory(path.parent)


def _write_zip(snapshot: Snapshot, file: BinaryIO) -> None:
    """Encodes every member twice, for the manifest stands first and holds their sums; deflating costs far more."""
    entries = _entries(snapshot, _lines)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=True) as archive:
        archive.writestr(_zip_info(MANIFEST), _manifest(snapshot, entries))
        for name, entry in sorted(entries.items()):
            if entry.member:
                with archive.open(_zip_info(entry.member), "w", force_zip64=entry.size >= 1 << 31) as member:
                    for line in _lines(snapshot.collections[name]):
                        member.write(line)


def _write_members(snapshot: Snapshot, directory: Path) -> None:
    entries = _entries(snapshot, _indented)
    contents: dict[str, Callable[[], Iterator[bytes]]] = {
        entry.member: _content_of(snapshot.collections[name]) for name, entry in entries.items() if entry.member
    }
    for member, content in contents.items():
        (directory / member).parent.mkdir(mode=stat.S_IRWXU, exist_ok=True)
        with _private(directory / member) as file:
            file.writelines(content())
            _flush(file)
    with _private(directory / MANIFEST) as file:
        file.write(_manifest(snapshot, entries))
        _flush(file)


def _private(path: Path) -> BinaryIO:
    """A new file that only this user can read, whatever the umask."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR), "wb")


def _content_of(collection: Collection) -> Callable[[], Iterator[bytes]]:
    return lambda: _indented(collection)


def _entries(snapshot: Snapshot, content: Callable[[Collection], Iterator[bytes]]) -> dict[str, Entry]:
    """The collections' entries; where two names fall together on some file system, one is told by its sum."""
    entries: dict[str, Entry] = {}
    taken: set[str] = set()
    for name, collection in sorted(snapshot.collections.items()):
        member = _member(name)
        if member.lower() in taken:
            member = f"{PurePosixPath(member).parent}/{_sum_of(name)}.json"
        taken.add(member.lower())
        entries[name] = _entry(collection, member, content)
    return entries


def _entry(collection: Collection, member: str, content: Callable[[Collection], Iterator[bytes]]) -> Entry:
    state = collection.state
    known = {field: getattr(state, field) for field in state.__struct_fields__}
    if not len(collection):
        return Entry(**known)
    digest, size = hashlib.sha256(), 0
    for part in content(collection):
        digest.update(part)
        size += len(part)
    return Entry(
        **known,
        count=len(collection),
        member=member,
        size=size,
        sha256=digest.hexdigest(),
    )


def _manifest(snapshot: Snapshot, entries: dict[str, Entry]) -> bytes:
    known = snapshot.manifest
    manifest = StoredManifest(
        format=FORMAT,
        tool=f"gkedoctor {__version__}",
        recorded_at=known.recorded_at,
        source=known.source,
        cluster=known.cluster,
        project=known.project,
        location=known.location,
        versions=dict(sorted(known.versions.items())),
        values=known.values,
        collections=dict(sorted(entries.items())),
    )
    manifest = msgspec.structs.replace(manifest, digest=digest_of(manifest))
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def _member(collection: str) -> str:
    """Where a collection lies; the name comes from a file or an object, so it is made harmless."""
    kind = COLLECTIONS.get(collection)
    if collection == LOGS:
        return "logs.json"
    if (kind is not None and kind.cloud) or collection.startswith("compute."):
        return f"gcp/{_harmless(collection.partition('.')[2])}.json"
    return f"kubernetes/{_harmless(collection)}.json"


def _harmless(name: str) -> str:
    return name if _HARMLESS.fullmatch(name) else _sum_of(name)


def _sum_of(name: str) -> str:
    return f"_{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _lines(collection: Collection) -> Iterator[bytes]:
    """One object a line, so that `head`, `grep` and `diff` are of use."""
    before = b"[\n"
    for item in _encoded(collection):
        yield before + item
        before = b",\n"
    yield b"\n]\n"


def _encoded(collection: Collection) -> Iterator[bytes]:
    if collection.compressed is not None:
        return collection.compressed.encoded()
    return map(_encode, collection.objects)


def _indented(collection: Collection) -> Iterator[bytes]:
    """One field a line, in the order of the alphabet, so that a change is reviewed in git."""
    yield msgspec.json.format(b"[" + b",".join(_encoded(collection)) + b"]", indent=1) + b"\n"


def _zip_info(member: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member, date_time=_BEGINNING_OF_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror or error}") from error


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _flush_directory(path: Path) -> None:
    """Makes a rename last through a power cut; not every file system lets a directory be opened."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _may_replace(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(64)
    return not start or (start.startswith(b"PK\x03\x04") and MANIFEST.encode() in start)


def _is_only_a_snapshot(path: Path) -> bool:
    if not path.is_dir() or path.is_symlink():
        return False
    names = {entry.name for entry in path.iterdir()}
    return not names or (MANIFEST in names and names <= {MANIFEST, "kubernetes", "gcp", "logs.json"})


def _swap(new: Path, path: Path) -> None:
    """Puts the new directory in place; the old one is out of the way for two renames, and then removed."""
    if not path.exists():
        new.rename(path)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".old", dir=path.parent))
    path.rename(old / path.name)
    try:
        new.rename(path)
    except OSError:
        (old / path.name).rename(path)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
