"""Changes that the lifetime of an object shows: it was created, or created again, and fields of it were taken away."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.changes.field_owners import SAME_MOMENT, created_at, field_entries
from gkedoctor.changes.model import RecordedChange, Source, change_source
from gkedoctor.graph import Graph, ref_of
from gkedoctor.snapshot.field_paths import path_text
from gkedoctor.snapshot.model import Object


@change_source
def creation(_graph: Graph, item: Object) -> Iterator[RecordedChange]:
    """The object itself, with the manager that wrote it in that moment."""
    at = created_at(item)
    if at is None:
        return
    first = [
        entry
        for entry in field_entries(item)
        if entry.subresource == "" and entry.at is not None and abs((entry.at - at).total_seconds()) <= SAME_MOMENT
    ]
    by = first[0].client if first else None
    yield RecordedChange(ref_of(item), "", at, by, None, "created", Source.CREATION, is_difference=True)


@change_source
def lost_fields(_graph: Graph, item: Object) -> Iterator[RecordedChange]:
    """Fields that `kubectl apply` set and that the object no longer has: when and by whom is not recorded."""
    for one in item["metadata"].get("lastApplied") or ():
        if not one.get("lost"):
            continue
        steps = tuple(map(str, one["path"]))
        yield RecordedChange(
            ref_of(item), path_text(item, steps), None, None, one.get("before"), None, Source.LAST_APPLIED,
            is_difference=True, steps=steps,
        )  # fmt: skip
