"""What a snapshot holds, in a few lines: per state, which collections with how many objects."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.report.escaping import inert
from gkedoctor.report.phrases import at_moment, counted
from gkedoctor.report.wrap import wrapped
from gkedoctor.snapshot.kinds import COLLECTIONS, is_cloud
from gkedoctor.snapshot.model import Collection, Snapshot, Status

_WIDTH = 80
_GOOD = (Status.COMPLETE, Status.NOT_ASKED)
_NAMES_WIDTH = 13
"""The longest state and two spaces, so that the lists stand in one column."""


def inventory(snapshot: Snapshot) -> list[str]:
    """The lines: of what and when, then one paragraph per state."""
    manifest = snapshot.manifest
    objects = sum(len(c) for c in snapshot.collections.values())
    of = f" of {inert(manifest.cluster)}" if manifest.cluster else ""
    head = f"{counted(objects, 'object')}{of}, recorded {at_moment(manifest.recorded_at)}"
    return [head, *(line for status in Status for line in _paragraph(snapshot, status))]


def summary(snapshot: Snapshot) -> list[str]:
    """Two or three lines: how much, of what and when, and what could not be read."""
    first, *_ = inventory(snapshot)
    bad = [name for name, held in snapshot.collections.items() if held.state.status not in (_GOOD)]
    left_out = sum(len(held.state.malformed) for held in snapshot.collections.values())
    return [
        first,
        *([f"not recorded: {', '.join(sorted(map(inert, bad)))}"] if bad else []),
        *([f"left out: {counted(left_out, 'object')} that could not be understood"] if left_out else []),
    ]


def _paragraph(snapshot: Snapshot, status: Status) -> list[str]:
    collections = [c for name in _all_names(snapshot) if (c := snapshot.collection(name)).state.status is status]
    if not collections:
        return []
    label = f"  {status.replace('_', ' '):<{_NAMES_WIDTH - 2}}"
    return wrapped(", ".join(_entries(collections, status)), _WIDTH, label, " " * _NAMES_WIDTH)


def _all_names(snapshot: Snapshot) -> list[str]:
    return [*COLLECTIONS, *(name for name in snapshot.collections if name not in COLLECTIONS)]


def _entries(collections: list[Collection], status: Status) -> Iterator[str]:
    """Collections with objects by name; empty and cloud ones are only counted, unless something is wrong with them."""
    told = status not in (Status.COMPLETE, Status.NOT_ASKED)
    cloud = 0
    empty = 0
    alike: dict[str, list[str]] = {}
    for collection in collections:
        state = collection.state
        if told and state.reason and not len(collection) and not state.malformed:
            alike.setdefault(inert(state.reason), []).append(inert(collection.name))
        elif len(collection) or state.malformed or told:
            yield _entry(collection)
        elif status is Status.COMPLETE:
            empty += 1
        elif is_cloud(collection.name):
            cloud += 1
        else:
            yield collection.name
    for reason, names in alike.items():
        yield f"{', '.join(names)} ({reason})"
    if empty:
        yield f"and {empty} that are empty"
    if cloud:
        yield f"Google Cloud ({counted(cloud, 'collection')})"


def _entry(collection: Collection) -> str:
    state = collection.state
    reason = f" ({inert(state.reason)})" if state.reason else ""
    malformed = f" ({len(state.malformed)} could not be understood)" if state.malformed else ""
    return f"{inert(collection.name)} {len(collection):,}{reason}{malformed}"
