"""Changes as `metadata.managedFields` records them: who owns a field, and when that owner last wrote.

One entry has one time for all its fields: the last call of that manager. Entries of subresource scale have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from gkedoctor.changes.model import RecordedChange, Source, change_source
from gkedoctor.graph import Graph, ref_of
from gkedoctor.snapshot.field_paths import Steps, element_key, is_own_key, overlap, path_text, value_at
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

SAME_MOMENT = 2.0
"""Seconds within which two records are of one call: whole seconds, and clocks of clients and server."""

_SPEC: Steps = ("spec",)
_LAST_APPLIED = "f:kubectl.kubernetes.io/last-applied-configuration"
_QUOTED_FIELDS = (_LAST_APPLIED, "f:kubernetes.io/change-cause")


class FieldEntry(NamedTuple):
    """One entry: the fields that a manager owns. `at` is None for the subresource scale."""

    manager: str
    operation: str
    at: datetime | None
    subresource: str
    fields: Mapping[str, Any]

    @property
    def is_apply(self) -> bool:
        """Whether the call had the whole of what its manager sets: what it left out is removed.

        Without --server-side kubectl apply is an Update that writes what it applied into an annotation.
        https://kubernetes.io/docs/reference/using-api/server-side-apply/#upgrading-from-client-side-apply
        """
        metadata = self.fields.get("f:metadata")
        annotations = metadata.get("f:annotations") if isinstance(metadata, Mapping) else None
        is_client_side = isinstance(annotations, Mapping) and _LAST_APPLIED in annotations
        return self.operation == "Apply" or is_client_side

    @property
    def client(self) -> str:
        """Who wrote, in words: the HorizontalPodAutoscaler controller scales as kube-controller-manager."""
        if self.subresource == "scale" and self.manager == "kube-controller-manager":
            return "HorizontalPodAutoscaler"
        return self.manager


def created_at(item: Object) -> datetime | None:
    """When the object was created."""
    return parse_timestamp(item["metadata"].get("creationTimestamp"))


def field_entries(item: Object) -> list[FieldEntry]:
    """The entries that a snapshot keeps; none where they were not recorded."""
    listed = item["metadata"].get("managedFields")
    return [_entry(one) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _entry(one: Mapping[str, Any]) -> FieldEntry:
    text = one.get("fieldsV1")
    try:
        fields = msgspec.json.decode(text) if isinstance(text, str) else None
    except msgspec.DecodeError:
        fields = None
    return FieldEntry(
        str(one.get("manager") or "unknown"), str(one.get("operation") or ""), parse_timestamp(one.get("time")),
        str(one.get("subresource") or ""), fields if isinstance(fields, dict) else {},
    )  # fmt: skip


def is_later(at: datetime | None, than: datetime | None) -> bool:
    """Whether a recorded time is after another one, such as that of the creation; after all where that is not known."""
    return at is not None and (than is None or (at - than).total_seconds() > SAME_MOMENT)


def is_same_moment(one: datetime | None, other: datetime | None) -> bool:
    """Whether two recorded times are of one call."""
    return one is not None and other is not None and abs((one - other).total_seconds()) <= SAME_MOMENT


def owned_fields(entry: FieldEntry, item: Object) -> Iterator[Steps]:
    """The fields that an entry owns, as far as the object has them."""
    yield from _leaves(entry.fields, item, ())


def _leaves(fields: Mapping[str, Any], value: Any, at: Steps) -> Iterator[Steps]:
    if not fields:
        if at:
            yield at
        return
    for key, below in fields.items():
        if key in _QUOTED_FIELDS or not isinstance(below, Mapping):
            continue
        step, child = _step(key, value)
        if step is not None and (len(fields) == 1 or below or not is_own_key(at, child)):
            yield from _leaves(below, child, (*at, step))


def _step(key: str, value: Any) -> tuple[str | None, Any]:
    if key.startswith("f:"):
        name = key[2:]
        return name, value.get(name) if isinstance(value, Mapping) else None
    element = _element(key, value)
    own = element_key(element)
    return (f"[{own}]", element) if own is not None else (None, None)


def _element(key: str, items: Any) -> Any:
    """The element of a list that `k:{"name":"shop"}` names."""
    try:
        wanted = msgspec.json.decode(key[2:]) if key.startswith("k:") else None
    except msgspec.DecodeError:
        return None
    if not isinstance(wanted, dict) or not isinstance(items, list):
        return None
    fits = (i for i in items if isinstance(i, dict) and all(i.get(k) == v for k, v in wanted.items()))
    return next(fits, None)


@change_source
def field_owners(_graph: Graph, item: Object) -> Iterator[RecordedChange]:
    """The fields that were written after the object was created, each with its owner."""
    created, ref = created_at(item), ref_of(item)
    older = {tuple(one["path"]): one.get("before") for one in item["metadata"].get("lastApplied") or ()}
    entries = field_entries(item)
    for entry in (one for one in entries if is_later(one.at, created)):
        is_spec_as_before = _is_spec_accounted_for(item, entry, entries)
        for steps in owned_fields(entry, item):
            if is_spec_as_before and steps[:1] == _SPEC:
                continue
            before = older.get(steps)
            yield RecordedChange(
                ref, path_text(item, steps), entry.at, entry.client, before, value_at(item, steps),
                Source.MANAGED_FIELDS, is_difference=before is not None, steps=steps,
            )  # fmt: skip


def _is_spec_accounted_for(item: Object, entry: FieldEntry, entries: list[FieldEntry]) -> bool:
    """Whether the other clients made every change of `spec`, so that this entry's time is of another field.

    Each change of `spec` raises `generation`, which is 1 for a new object. A client that owns fields of `spec` alone,
    and wrote after the creation, made one change at least; so did one that used the subresource scale.
    https://github.com/kubernetes/community/blob/main/contributors/devel/sig-architecture/api-conventions.md#metadata
    Kinds without generation, as Service and ConfigMap, do not show it.
    """
    generation = item["metadata"].get("generation")
    if not isinstance(generation, int):
        return False
    others = sum(_is_change_of_spec(item, one) for one in entries if one is not entry)
    return others >= generation - 1


def _is_change_of_spec(item: Object, entry: FieldEntry) -> bool:
    if entry.operation != "Update" or not entry.fields:
        return False
    is_after = entry.subresource == "scale" or is_later(entry.at, created_at(item))
    return is_after and entry.fields.keys() == {"f:spec"}


def writer_at(item: Object, steps: Steps, at: datetime | None) -> str | None:
    """Who wrote a field at a moment: its owner, else who wrote the object in that very moment; None where unrecorded.

    A field that was removed has no owner; only an Apply by its owner leaves a time.
    """
    entries = [entry for entry in field_entries(item) if entry.subresource == ""]
    owners = [e for e in entries if at is None or e.at is None or (e.at - at).total_seconds() >= -SAME_MOMENT]
    for entry in owners:
        if any(overlap(own, steps) for own in owned_fields(entry, item)):
            return entry.client
    near = [e for e in entries if is_same_moment(e.at, at)]
    return near[0].client if len(near) == 1 else None
