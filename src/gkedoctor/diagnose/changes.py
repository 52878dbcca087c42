"""The recorded changes that a diagnosis stands on: those of a field that its cause names, from before its first sign.

A change in time alone proves nothing: of an object that was only labelled, or of a field that the cause does not stand
on, nothing is listed, and no change makes a cause surer. Which fields a cause stands on is `stands_on` in
`playbooks/causes.yaml`; the evidence says which of them: the container, the variable, the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace

from gkedoctor.changes.audit_logs import with_people
from gkedoctor.changes.field_owners import created_at, field_entries, is_later
from gkedoctor.changes.google_cloud import unread_records
from gkedoctor.changes.history import changes_of, is_recorded
from gkedoctor.changes.model import RecordedChange, Source
from gkedoctor.diagnose.change_paths import as_data, is_one_of_many, joined, narrowed
from gkedoctor.diagnose.change_relevance import Window, field_patterns, tier_of, window_of
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.diagnose.related_changes import related_changes
from gkedoctor.diagnose.stood_on import StoodOn, consumers, stood_on
from gkedoctor.graph import Graph, Ref
from gkedoctor.snapshot.field_paths import overlap, path_text
from gkedoctor.snapshot.model import Object

_MOST = 5
_TEMPLATES = MappingProxyType(
    {"Deployment": "ReplicaSet", "StatefulSet": "ControllerRevision", "DaemonSet": "ControllerRevision"}
)
"""Where the older templates of a kind are."""

_CONSEQUENCES = frozenset({"Pod", "ReplicaSet", "EndpointSlice", "Endpoints", "Event"})


class _Ranked(NamedTuple):
    """A change that counts; the lowest is the likeliest.

    `is_coincidence`: the write may have set another field, and the fault did not begin right after it.
    """

    is_coincidence: bool
    tier: int
    is_only_written: bool
    is_beside_root: bool
    age: float
    path: str
    change: RecordedChange


def with_changes(graph: Graph, diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis with the recorded changes that it stands on; None where the recording holds no history at all."""
    found = stood_on(graph, diagnosis)
    recorded = {ref: changes_of(graph, item) for ref, item in found.items.items() if ref.kind not in _CONSEQUENCES}
    for change in related_changes(graph, diagnosis, found, field_patterns(diagnosis.cause) or ()):
        recorded.setdefault(change.ref, []).append(change)
    if not is_recorded(graph) and not any(_is_history(one) for changes in recorded.values() for one in changes):
        return diagnosis
    ranked = sorted(_ranked(graph, diagnosis, found, recorded), key=lambda one: one[:6])
    listed = joined([one.change for one in ranked], found)[:_MOST]
    if listed:
        listed += _triggers(found, recorded, listed, window_of(graph, diagnosis))
    if not listed and not is_recorded(graph):
        return diagnosis
    listed = with_people(graph, listed)
    shown = _shown(listed[:_MOST]) if listed else ()
    return replace(diagnosis, changes=shown, changes_unread=tuple(_unread(graph, found)))


def _shown(listed: Sequence[RecordedChange]) -> tuple[RecordedChange, ...]:
    from gkedoctor.changes.values import for_display  # with all patterns of credentials

    return tuple(map(for_display, listed))


def _unread(graph: Graph, found: StoodOn) -> Iterator[str]:
    """The collections that would record more and could not be read."""
    namespaces = {ref.namespace for ref in found.items if ref.namespace}
    kinds = ["Event", *sorted({_TEMPLATES[ref.kind] for ref in found.items if ref.kind in _TEMPLATES})]
    for kind in kinds:
        for namespace in sorted(namespaces):
            doubt = graph.why_incomplete(kind, namespace)
            if doubt is not None:
                yield f"{doubt.collection}: {doubt.reason}"
                break
    yield from unread_records(graph)


def _is_history(change: RecordedChange) -> bool:
    return change.source not in (Source.CREATION, Source.MANAGED_FIELDS)


def _ranked(
    graph: Graph, diagnosis: Diagnosis, found: StoodOn, recorded: dict[Ref, list[RecordedChange]]
) -> Iterator[_Ranked]:
    window, fields = window_of(graph, diagnosis), field_patterns(diagnosis.cause)
    for ref, changes in recorded.items():
        item = found.items.get(ref)
        listed = [*changes, *_removed_keys(item, ref, found, recorded)] if item is not None else changes
        tiers = [tier_of(one, item, found, fields, window) if window.holds(one.at) else None for one in listed]
        for change, tier in zip(listed, tiers, strict=True):
            if tier is not None:
                age = -change.at.timestamp() if change.at is not None else 0.0
                is_whole = change.ref in found.whole_data and is_one_of_many(change, listed)
                shown = as_data(change) if is_whole else narrowed(change, item, found)
                shown = replace(shown, alternatives=_alternatives(change, listed, tiers))
                is_known = change.is_difference and (change.before, change.after) != (None, None)
                is_coincidence = shown.alternatives > 0 and not window.is_prompt(change.at)
                yield _Ranked(is_coincidence, tier, not is_known, ref != diagnosis.root, age, shown.path, shown)


def _alternatives(change: RecordedChange, listed: Sequence[RecordedChange], tiers: Sequence[int | None]) -> int:
    """How many other fields the same write may have set, on which the diagnosis does not stand.

    An entry of managedFields has one time for all fields of its owner.
    """
    if change.source is not Source.MANAGED_FIELDS or change.is_difference or change.is_removed:
        return 0
    call = (change.at, change.by)
    return sum(
        tier is None and one.source is Source.MANAGED_FIELDS and (one.at, one.by) == call
        for one, tier in zip(listed, tiers, strict=True)
    )


def _removed_keys(
    item: Object, ref: Ref, found: StoodOn, recorded: dict[Ref, list[RecordedChange]]
) -> Iterator[RecordedChange]:
    """Keys that the cause misses in an object that was applied later than the reference to them was there.

    A removed field has no owner; only an apply by its owner leaves a time.
    """
    if ref.kind not in ("ConfigMap", "Secret"):
        return
    missing = [s for s in found.named.get(ref, ()) if s[:1] == ("data",) and len(s) == 2 and s[1] not in _keys(item)]
    applied = [e for e in field_entries(item) if e.is_apply and "f:data" in e.fields]
    for steps in missing:
        for entry in applied:
            if is_later(entry.at, created_at(item)) and not _is_newer_reference(entry.at, found, recorded):
                yield RecordedChange(
                    ref, path_text(item, steps), entry.at, entry.client, None, None, Source.MANAGED_FIELDS,
                    steps=steps, is_removed=True,
                )  # fmt: skip


def _keys(item: Object) -> Iterable[str]:
    return {*(item.get("keys") or ()), *(item.get("data") or ())}


def _is_newer_reference(at: datetime | None, found: StoodOn, recorded: dict[Ref, list[RecordedChange]]) -> bool:
    """Whether a workload came to refer to what the evidence names only afterwards."""
    for ref, item in consumers(found):
        later = [c for c in recorded.get(ref, ()) if c.steps and _is_after(c.at, at)]
        named = found.named.get(ref, ())
        if _is_after(created_at(item), at) or any(overlap(change.steps, one) for change in later for one in named):
            return True
    return False


def _is_after(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one > other


def _triggers(
    found: StoodOn, recorded: dict[Ref, list[RecordedChange]], listed: Sequence[RecordedChange], window: Window
) -> list[RecordedChange]:
    """The rollout that brought the change to the Pods: a restart, after the change and right before the first sign."""
    first = listed[0].at
    return [
        change
        for ref, _ in consumers(found)
        for change in recorded.get(ref, ())
        if change not in listed
        and change.source is Source.REVISION
        and change.at is not None
        and first is not None
        and change.at >= first
        and window.is_prompt(change.at)
    ][:1]
