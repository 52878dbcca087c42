"""A comparison as other tools read it: `gkedoctor/diff/v1`. The JSON Schema is made from these structs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from gkedoctor.compare.comparison import Comparison
from gkedoctor.compare.inputs import ComparedFinding, ComparisonInput
from gkedoctor.compare.rank import RankedChange
from gkedoctor.playbook.model import Severity
from gkedoctor.report.ref_schema import ObjectRef

SCHEMA_ID: Final = "gkedoctor/diff/v1"


class SideEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two moments. `objects`: whether there were objects to compare, or findings only."""

    source: str
    cluster: str | None
    project: str | None
    location: str | None
    recorded_at: datetime
    complete: bool
    objects: bool


class FindingEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A finding. A symptom without a cause has neither playbook nor cause nor severity."""

    fingerprint: str
    playbook: str | UnsetType = UNSET
    cause: str | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    root: ObjectRef
    title: str


class ChangeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A change between the two moments, the likeliest to have broken something first.

    `path` is empty where the whole object was added or removed. `explains`: fingerprints of new findings.
    """

    object: ObjectRef
    path: str
    what: Literal["added", "removed", "changed"]
    before: Any
    after: Any
    explains: tuple[str, ...]


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """The later moment against the earlier one. `suppressed` counts findings that are in none of the lists."""

    schema: Literal["gkedoctor/diff/v1"]
    before: SideEntry
    after: SideEntry
    new: tuple[FindingEntry, ...]
    fixed: tuple[FindingEntry, ...]
    same: tuple[FindingEntry, ...]
    changes: tuple[ChangeEntry, ...]
    suppressed: int
    notes: tuple[str, ...]


def to_wire(comparison: Comparison) -> Diff:
    """The wire form of a comparison."""
    return Diff(
        schema=SCHEMA_ID,
        before=_side(comparison.before),
        after=_side(comparison.after),
        new=tuple(map(finding_entry, comparison.new)),
        fixed=tuple(map(finding_entry, comparison.fixed)),
        same=tuple(map(finding_entry, comparison.same)),
        changes=tuple(map(_change, comparison.changes)),
        suppressed=comparison.suppressed,
        notes=comparison.notes,
    )


def _side(side: ComparisonInput) -> SideEntry:
    return SideEntry(
        source=side.source,
        cluster=side.cluster,
        project=side.project,
        location=side.location,
        recorded_at=side.recorded_at.astimezone(UTC),
        complete=side.complete,
        objects=side.snapshot is not None,
    )


def finding_entry(found: ComparedFinding) -> FindingEntry:
    """The wire form of a finding."""
    return FindingEntry(
        fingerprint=found.fingerprint,
        playbook=found.playbook or UNSET,
        cause=found.cause or UNSET,
        severity=found.severity or UNSET,
        root=ObjectRef(**found.root.to_json()),
        title=found.title,
    )


def _change(suspicion: RankedChange) -> ChangeEntry:
    change = suspicion.change
    what: Any = change.what
    return ChangeEntry(
        object=ObjectRef(**change.ref.to_json()),
        path=change.path,
        what=what,
        before=change.before,
        after=change.after,
        explains=suspicion.fingerprints,
    )
