"""Recorded changes as one JSON object, by the schema `gkedoctor/changes/v1`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

import msgspec

from gkedoctor.changes.model import RecordedChange
from gkedoctor.report.change_schema import ChangeEntry, change_entry
from gkedoctor.report.formats.json import encoded


class ChangesReport(msgspec.Struct, frozen=True, kw_only=True):
    """The changes between two moments, the oldest first. `notes`: what could not be read."""

    schema: Literal["gkedoctor/changes/v1"]
    begin: datetime
    end: datetime
    complete: bool
    changes: tuple[ChangeEntry, ...]
    notes: tuple[str, ...]


def render(
    changes: Sequence[RecordedChange], begin: datetime, end: datetime, *, complete: bool, notes: Sequence[str]
) -> str:
    """The object, indented, with a newline at its end."""
    report = ChangesReport(
        schema="gkedoctor/changes/v1",
        begin=begin.astimezone(UTC),
        end=end.astimezone(UTC),
        complete=complete,
        changes=tuple(map(change_entry, changes)),
        notes=tuple(notes),
    )
    return encoded(report) + "\n"
