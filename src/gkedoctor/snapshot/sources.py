"""Reads a recorded cluster state of any format that is known.

A snapshot of gkedoctor's own needs nothing but the store; the importers, with YAML and archives, take 60 ms to
import and are loaded for foreign formats only.
"""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import msgspec

from gkedoctor.errors import SourceError
from gkedoctor.limits import DEFAULT, Limits
from gkedoctor.snapshot import store
from gkedoctor.snapshot.garbage import paused_garbage_collector
from gkedoctor.snapshot.model import KEPT, MASKED, Snapshot


def load(
    path: Path,
    *,
    config_values: bool = False,
    recorded_at: datetime | None = None,
    verify: bool = True,
    limits: Limits = DEFAULT,
    keep_values: bool | None = None,
) -> Snapshot:
    """The snapshot of a file or directory, without credentials.

    `recorded_at` wins over what the source says. `config_values` keeps the values of ConfigMaps beside their
    facts. Without `verify`, a snapshot of gkedoctor's own that was edited by hand is taken in like a foreign one.
    `keep_values` leaves what is no value of a Secret, False masks it; either takes a snapshot of gkedoctor's own in
    like a foreign one, which None leaves as it is. LimitError for a recording beyond the `limits`.
    """
    _refuse_unreadable(path)
    if store.is_stored(path):
        return _own(path, limits, config_values, recorded_at, verify=verify, keep_values=keep_values)
    from gkedoctor.snapshot.importers.formats import gather
    from gkedoctor.snapshot.intake import build_snapshot

    with paused_garbage_collector():
        gathered = gather(path, limits)
        return build_snapshot(
            gathered, config_values=config_values, recorded_at=recorded_at, keep_values=bool(keep_values)
        )


def _refuse_unreadable(path: Path) -> None:
    """A pipe or a device would be waited for without end."""
    try:
        if not path.exists():
            raise SourceError(f"{path} does not exist", hint=_meant(path))
        if not path.is_dir() and not path.is_file():
            raise SourceError(f"{path} is neither a file nor a directory")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from error


def _meant(path: Path) -> str | None:
    """What is beside a path that does not exist and is called almost the same."""
    try:
        beside = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f"folder {path.parent} does not exist"
    near = get_close_matches(path.name, beside, 1)
    return f"did you mean `{path.with_name(near[0])}`?" if near else None


def _own(
    path: Path,
    limits: Limits,
    config_values: bool,
    recorded_at: datetime | None,
    *,
    verify: bool,
    keep_values: bool | None,
) -> Snapshot:
    snapshot = store.read(path, verify=verify, limits=limits)
    said = snapshot.manifest.values
    if not verify or keep_values is not None:
        from gkedoctor.snapshot.intake import Gathered, build_snapshot

        gathered = Gathered(source=snapshot.manifest.source)
        gathered.add_snapshot(snapshot)
        kept = said == KEPT if keep_values is None else keep_values and said != MASKED
        snapshot = build_snapshot(gathered, config_values=config_values, manifest=snapshot.manifest, keep_values=kept)
    if recorded_at is None:
        return snapshot
    manifest = msgspec.structs.replace(snapshot.manifest, recorded_at=recorded_at)
    return Snapshot(manifest, snapshot.collections.values())
