"""A recorded change in JSON, as the report and `gkedoctor changes` have it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from gkedoctor.changes.model import RecordedChange, Source
from gkedoctor.report.ref_schema import ObjectRef, object_ref


class ChangeEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One recorded change. `path`: empty for the object itself. `at`: null where no moment is recorded.

    `by`: a field manager, user or controller: a client, not a person; null where it is not recorded. `before`, `after`:
    null where the field was absent or its value is not recorded. `source`: what records it. `alternatives`: how many
    other fields the same write may have set in place of this one; left out where it set this one. `note`: what the
    recording says besides of the change, such as `kubernetes.io/change-cause`.
    """

    ref: ObjectRef
    path: str
    at: datetime | None
    by: str | None
    before: Any
    after: Any
    source: Source
    alternatives: int = 0
    note: str = ""


def change_entry(change: RecordedChange) -> ChangeEntry:
    """The wire form of a change."""
    return ChangeEntry(
        ref=object_ref(change.ref),
        path=change.path,
        at=change.at.astimezone(UTC) if change.at is not None else None,
        by=change.by,
        before=change.before,
        after=change.after,
        source=change.source,
        alternatives=change.alternatives,
        note=change.note,
    )


def change_entries(changes: tuple[RecordedChange, ...] | None) -> tuple[ChangeEntry, ...] | UnsetType:
    """The wire form of the changes of a diagnosis; unset where the recording holds no history."""
    return UNSET if changes is None else tuple(map(change_entry, changes))
