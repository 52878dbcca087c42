"""Reads gkedoctor's own format. Whatever is wrong with a file, the answer is a `SnapshotError` or the true content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from gkedoctor.errors import LimitError, SnapshotError
from gkedoctor.limits import DEFAULT, Limits, shown_size
from gkedoctor.snapshot.budget import Budget
from gkedoctor.snapshot.lazy_objects import OnDemand
from gkedoctor.snapshot.model import Collection, CollectionState, Manifest, Object, Snapshot
from gkedoctor.snapshot.store.decoding import MANY, decoded, texts
from gkedoctor.snapshot.store.layout import FORMAT, MANIFEST, SUFFIX, Entry, StoredManifest, digest_of
from gkedoctor.snapshot.store.members import Directory, File, Members, refuse_name
from gkedoctor.snapshot.store.sharing import Place, Places
from gkedoctor.snapshot.timestamps import is_plausible

_ON_DEMAND = "kubernetes/events.json"
"""The member with the most objects, of which the fewest are looked at."""

_UNREADABLE = (msgspec.DecodeError, RecursionError, ValueError)


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


def read(path: Path, *, verify: bool = True, limits: Limits = DEFAULT) -> Snapshot:
    """The snapshot at `path`. Without `verify`, sums and counts are not compared: for what was edited by hand.

    LimitError for one beyond the `limits`, here or when its objects are first looked at.
    """
    budget = Budget(path.name, _size(path, limits), limits)
    members: Members = Directory(path) if path.is_dir() else File(path, budget)
    stored = _manifest(path, b"".join(members.pieces(MANIFEST, limits.manifest)), verify, limits)
    if path.is_dir():
        budget.grow(sum(members.size(entry.member) for entry in stored.collections.values() if entry.member))
    budget.count(sum(entry.count for entry in stored.collections.values()))
    places = Places()
    manifest = Manifest(
        recorded_at=stored.recorded_at,
        source=stored.source,
        cluster=stored.cluster,
        project=stored.project,
        location=stored.location,
        versions=stored.versions,
        values=stored.values,
    )
    return Snapshot(
        manifest,
        [
            Collection(
                name,
                _state(entry),
                _Member(path, members, entry, verify, budget, partial(places.of, name)) if entry.member else (),
            )
            for name, entry in stored.collections.items()
        ],
    )


def _size(path: Path, limits: Limits) -> int:
    if path.is_dir():
        return 0  # what its members have, once it is known which they are
    size = path.stat().st_size
    if size > limits.file:
        raise LimitError(str(path), f"is too large ({shown_size(size)})", shown_size(limits.file))
    return size


def _claims(manifest: Path) -> bool:
    """Whether the file names gkedoctor, or is cut off; other tools write a `manifest.json` too."""
    try:
        with manifest.open("rb") as file:
            content = file.read(DEFAULT.manifest)
    except OSError:
        return False
    if b"gkedoctor" in content[:4096]:
        return True
    try:
        msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return True
    return False


class _Claim(msgspec.Struct, frozen=True):
    """What a manifest says first, whatever its format."""

    format: Any = None


def _manifest(path: Path, content: bytes, verify: bool, limits: Limits) -> StoredManifest:
    if len(content) > limits.manifest:
        raise LimitError(path.name, f"has a {MANIFEST} that is too large", shown_size(limits.manifest))
    try:
        claimed = msgspec.json.decode(content, type=_Claim).format
        if claimed != FORMAT:
            raise _other_format(path, claimed)
        stored = msgspec.json.decode(content, type=StoredManifest)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise SnapshotError(f"{path.name} is damaged: {MANIFEST}: {error}") from error
    if stored.recorded_at.tzinfo is None:
        raise SnapshotError(f"{path.name} is damaged: recorded_at has no time zone")
    if not is_plausible(stored.recorded_at):
        raise SnapshotError(f"{path.name} is damaged: recorded_at is in the year {stored.recorded_at.year}")
    if verify and stored.digest != digest_of(stored):
        raise _changed(path, MANIFEST)
    for entry in stored.collections.values():
        _refuse_entry(path, entry, limits)
    return stored


def _other_format(path: Path, claimed: Any) -> SnapshotError:
    version = str(claimed).removeprefix("gkedoctor/snapshot/v")
    if version.isascii() and version.isdigit() and int(version[:9]) > 1:
        return SnapshotError(
            f"{path.name} was written by a newer gkedoctor ({claimed}; this one reads {FORMAT})",
            hint="pip install --upgrade gkedoctor",
        )
    return SnapshotError(f"{path.name} is damaged: {MANIFEST} is of format {str(claimed)[:60]!r}")


def _refuse_entry(path: Path, entry: Entry, limits: Limits) -> None:
    if entry.count < 0:
        raise SnapshotError(f"{path.name} is damaged: it claims {entry.count} objects")
    if not entry.member:
        if entry.count:
            raise SnapshotError(f"{path.name} is damaged: {entry.count} objects, but no member that holds them")
        return
    refuse_name(path, entry.member)
    if entry.size < 0:
        raise SnapshotError(f"{path.name} is damaged: {entry.member} claims a size of {entry.size} bytes")
    if entry.size > limits.expanded:
        raise LimitError(path.name, f"holds too much in {entry.member}", shown_size(limits.expanded))


def _state(entry: Entry) -> CollectionState:
    return CollectionState(
        status=entry.status,
        reason=entry.reason,
        needs=entry.needs,
        namespaces=entry.namespaces,
        malformed=entry.malformed,
        unread=entry.unread,
    )


class _Member:
    """What reads one member when its objects are first looked at: all of them, or (`Stored`) a part."""

    def __init__(
        self,
        path: Path,
        members: Members,
        entry: Entry,
        verify: bool,
        budget: Budget,
        place: Callable[[], Place],
    ) -> None:
        self.count, self.size = entry.count, entry.size
        self._path, self._members, self._entry, self._verify, self._place = path, members, entry, verify, place
        self._budget, self._measured = budget, False

    def __call__(self) -> Sequence[Object]:
        found = self._read(())
        if self._verify and len(found) != self.count:
            raise SnapshotError(
                f"{self._path.name} is damaged: {self._entry.member} holds {len(found)} objects"
                f" in place of {self.count}"
            )
        return found

    def mentioning(self, words: Sequence[bytes]) -> Sequence[Object]:
        return self._read(words)

    def _read(self, words: Sequence[bytes]) -> Sequence[Object]:
        root = self._place() if self.size >= MANY else None
        try:
            if root is not None and not words and self._entry.member == _ON_DEMAND:
                return OnDemand(texts(self._pieces()), partial(_one, self._path, self._entry, root))
            return decoded(self._pieces(), root, words)
        except _UNREADABLE:
            return _whole(self._path, self._pieces(), self._entry)

    def _pieces(self) -> Iterator[bytes]:
        name = self._entry.member
        limit = self.size if self._verify else self._budget.limits.expanded
        pieces = self._members.pieces(name, limit)
        if not self._measured:  # who reads it again, in parts or after a mistake, takes no more memory
            self._measured = True
            pieces = self._budget.measured(f"{self._path.name}: {name}", pieces)
        return _checked(self._path, pieces, self._entry, self._verify)


def _one(path: Path, entry: Entry, root: Place, text: bytes) -> Object:
    """An object of a member whose sum was right; SnapshotError where it is none nevertheless."""
    try:
        found: Object = root.how(root, text)
    except _UNREADABLE as error:
        raise _damaged(path, entry, error) from error
    return found


def _damaged(path: Path, entry: Entry, error: Exception) -> SnapshotError:
    return SnapshotError(f"{path.name} is damaged: {entry.member}: {error}")


def _whole(path: Path, pieces: Iterator[bytes], entry: Entry) -> list[Object]:
    """Once more and in one: a sum that differs says more than what came of it, and lines prove nothing."""
    try:
        return decoded([b"".join(pieces)], None)
    except _UNREADABLE as error:
        raise _damaged(path, entry, error) from error


def _checked(path: Path, pieces: Iterator[bytes], entry: Entry, verify: bool) -> Iterator[bytes]:
    """The pieces of a member; SnapshotError at the end of one that is not what was written."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        yield piece
    if verify and (size > entry.size or digest.hexdigest() != entry.sha256):
        raise _changed(path, entry.member)


def _changed(path: Path, member: str) -> SnapshotError:
    message = f"{path.name}: {member} is not what was written (its checksum differs)"
    if path.is_dir():
        hint = f"If it was edited on purpose: gkedoctor import {path} -o {path.resolve().name}-edited"
        return SnapshotError(message, hint=hint)
    return SnapshotError(message, hint="The file is damaged: copy or download it again.")
