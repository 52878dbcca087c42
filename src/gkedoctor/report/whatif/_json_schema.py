"""What a change does, as other tools read it: `gkedoctor/whatif/v1`. The JSON Schema is made from these structs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal, cast

import msgspec

from gkedoctor.graph import Ref
from gkedoctor.report.diff._json_schema import FindingEntry, finding_entry
from gkedoctor.report.ref_schema import ObjectRef
from gkedoctor.whatif.answer import WhatIf

SCHEMA_ID: Final = "gkedoctor/whatif/v1"
_What = Literal["created", "changed", "deleted"]


class WrittenEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An object that the change itself creates, changes or deletes."""

    object: ObjectRef
    what: _What


class AssumedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a controller that was simulated: the rule, what it assumes, where that is documented, the objects."""

    rule: str
    says: str
    source: str
    objects: tuple[ObjectRef, ...]


class WhatIfReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a change would do to a recorded or live state. Nothing was written.

    `complete`: whether everything could be checked after the change. `suppressed` counts findings in none of the lists.
    """

    schema: Literal["gkedoctor/whatif/v1"]
    cluster: str | None
    project: str | None
    location: str | None
    recorded_at: datetime
    complete: bool
    commands: tuple[str, ...]
    written: tuple[WrittenEntry, ...]
    fixed: tuple[FindingEntry, ...]
    new: tuple[FindingEntry, ...]
    unchanged: tuple[FindingEntry, ...]
    assumed: tuple[AssumedEntry, ...]
    suppressed: int
    notes: tuple[str, ...]


def to_wire(answer: WhatIf) -> WhatIfReport:
    """The wire form of an answer."""
    comparison, side = answer.comparison, answer.comparison.after
    return WhatIfReport(
        schema=SCHEMA_ID,
        cluster=side.cluster,
        project=side.project,
        location=side.location,
        recorded_at=side.recorded_at.astimezone(UTC),
        complete=answer.is_complete,
        commands=answer.commands,
        written=tuple(WrittenEntry(object=_ref(ref), what=cast(_What, what)) for ref, what in answer.written),
        fixed=tuple(map(finding_entry, comparison.fixed)),
        new=tuple(map(finding_entry, comparison.new)),
        unchanged=tuple(map(finding_entry, comparison.same)),
        assumed=tuple(
            AssumedEntry(rule=a.rule.name, says=a.rule.says, source=a.rule.source, objects=tuple(map(_ref, a.objects)))
            for a in answer.assumed
        ),
        suppressed=comparison.suppressed,
        notes=answer.notes,
    )


def _ref(ref: Ref) -> ObjectRef:
    return ObjectRef(**ref.to_json())
