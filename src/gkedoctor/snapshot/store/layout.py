"""What stands in a stored snapshot's manifest, as one strict structure for writing and reading."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from gkedoctor.snapshot.model import Status

FORMAT = "gkedoctor/snapshot/v1"
MANIFEST = "manifest.json"
SUFFIX = ".gkesnap"


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One collection: its state, and where its objects are; a collection without objects has no member."""

    status: Status
    reason: str = ""
    needs: str = ""
    namespaces: tuple[str, ...] | None = None
    malformed: dict[str, str] = {}
    unread: dict[str, str] = {}
    count: int = 0
    member: str = ""
    size: int = 0
    sha256: str = ""


class StoredManifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first member. `digest` is the SHA-256 of the rest, for a directory has no checksum of its own."""

    format: str
    tool: str
    recorded_at: datetime
    source: str = ""
    cluster: str | None = None
    project: str | None = None
    location: str | None = None
    versions: dict[str, str] = {}
    values: str = ""
    collections: dict[str, Entry] = {}
    digest: str = ""


def digest_of(manifest: StoredManifest) -> str:
    """The sum of everything the manifest says but this sum."""
    bare = msgspec.structs.replace(manifest, digest="")
    return hashlib.sha256(msgspec.json.encode(bare, order="sorted")).hexdigest()
