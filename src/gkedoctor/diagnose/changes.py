"""The recorded changes that a diagnosis stands on: those of a field that its cause names, from before its first sign.

A change in time alone proves nothing: of an object that was only labelled, or of a field that the cause does not stand
on, nothing is listed, and no change makes a cause surer. Which fields a cause stands on is `stands_on` in
`playbooks/causes.yaml`; the evidence says which of them: the container, the variable, the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import msgspec

from gkedoctor.changes.audit_logs import with_people
from gkedoctor.changes.field_owners import SAME_MOMENT, created_at, field_entries, is_later
from gkedoctor.changes.google_cloud import unread_records
from gkedoctor.changes.history import changes_of, is_recorded
from gkedoctor.changes.model import RecordedChange, Source
from gkedoctor.changes.revisions import TEMPLATE
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.diagnose.related_changes import related_changes
from gkedoctor.diagnose.stood_on import StoodOn, consumers, stood_on
from gkedoctor.graph import Graph, Ref
from gkedoctor.playbook.loader import shipped_causes
from gkedoctor.snapshot.field_paths import Steps, is_own_key, overlap, path_text, value_at
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

WINDOW = timedelta(hours=24)
"""How long before the first sign a change may be."""

_PROMPT = timedelta(minutes=2)
"""A change of a template that the evidence does not name counts if the fault began so soon after it."""

_APART = timedelta(seconds=60)
"""An object that is younger than those that use it by more than this was not installed together with them."""

_SLACK = timedelta(seconds=SAME_MOMENT)
_MOST = 5
_CONSEQUENCES = frozenset({"Pod", "ReplicaSet", "EndpointSlice", "Endpoints", "Event"})


class _Ranked(NamedTuple):
    """A change that counts; the lowest is the likeliest."""

    tier: int
    is_only_written: bool
    is_beside_root: bool
    age: float
    path: str
    change: RecordedChange


@dataclass(frozen=True)
class _Window:
    """Between which moments a change counts. `first_sign`: None where the recording does not show it."""

    first_sign: datetime | None
    begin: datetime
    end: datetime

    def holds(self, at: datetime | None) -> bool:
        return at is None or self.begin <= at <= self.end

    def is_prompt(self, at: datetime | None) -> bool:
        """Whether the fault began right after."""
        if at is None or self.first_sign is None:
            return False
        return -_SLACK <= self.first_sign - at <= _PROMPT


def with_changes(graph: Graph, diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis with the recorded changes that it stands on; None where the recording holds no history at all."""
    found = stood_on(graph, diagnosis)
    recorded = {ref: changes_of(graph, item) for ref, item in found.items.items() if ref.kind not in _CONSEQUENCES}
    for change in related_changes(graph, diagnosis, found, _patterns(diagnosis.cause) or ()):
        recorded.setdefault(change.ref, []).append(change)
    if not is_recorded(graph) and not any(_is_history(one) for changes in recorded.values() for one in changes):
        return diagnosis
    ranked = sorted(_ranked(graph, diagnosis, found, recorded), key=lambda one: one[:5])
    listed = _joined([one.change for one in ranked], found)[:_MOST]
    if listed:
        listed += _triggers(found, recorded, listed, _window(graph, diagnosis))
    if not listed and not is_recorded(graph):
        return diagnosis
    listed = with_people(graph, listed)
    shown = _shown(listed[:_MOST]) if listed else ()
    return msgspec.structs.replace(diagnosis, changes=shown, changes_unread=tuple(_unread(graph, found)))


def _shown(listed: Sequence[RecordedChange]) -> tuple[RecordedChange, ...]:
    from gkedoctor.changes.values import for_display  # with all patterns of credentials

    return tuple(map(for_display, listed))


def _unread(graph: Graph, found: StoodOn) -> Iterator[str]:
    """The collections that would record more and could not be read."""
    namespaces = {ref.namespace for ref in found.items if ref.namespace}
    kinds = ["Event", *(["ReplicaSet"] if any(ref.kind == "Deployment" for ref in found.items) else [])]
    for kind in kinds:
        for namespace in sorted(namespaces):
            doubt = graph.why_incomplete(kind, namespace)
            if doubt is not None:
                yield f"{doubt.collection}: {doubt.reason}"
                break
    yield from unread_records(graph)


def _is_history(change: RecordedChange) -> bool:
    return change.source not in (Source.CREATION, Source.MANAGED_FIELDS)


def _window(graph: Graph, diagnosis: Diagnosis) -> _Window:
    sign = parse_timestamp(diagnosis.since)
    if shipped_causes().is_by_time(diagnosis.cause):
        over = min(filter(None, (parse_timestamp(p.value) for p in diagnosis.evidence)), default=None)
        return _Window(over, over - _SLACK if over is not None else graph.clock, graph.clock)
    end = sign + _SLACK if sign is not None else graph.clock
    return _Window(sign, end - WINDOW, end)


def _ranked(
    graph: Graph, diagnosis: Diagnosis, found: StoodOn, recorded: dict[Ref, list[RecordedChange]]
) -> Iterator[_Ranked]:
    window, fields = _window(graph, diagnosis), _patterns(diagnosis.cause)
    for ref, changes in recorded.items():
        item = found.items.get(ref)
        listed = [*changes, *_removed_keys(item, ref, found, recorded)] if item is not None else changes
        for change in listed:
            tier = _tier(change, item, found, fields, window) if window.holds(change.at) else None
            if tier is not None:
                age = -change.at.timestamp() if change.at is not None else 0.0
                is_whole = change.ref in found.whole_data and _is_one_of_many(change, listed)
                told = _as_data(change) if is_whole else _narrowed(change, item, found)
                is_known = change.is_difference and (change.before, change.after) != (None, None)
                yield _Ranked(tier, not is_known, ref != diagnosis.root, age, told.path, told)


def _joined(changes: Iterable[RecordedChange], found: StoodOn) -> list[RecordedChange]:
    """Fields that were added to one map at once, as one change of that map: a whole probe, a port of a Service."""
    together: dict[tuple[object, ...], list[RecordedChange]] = {}
    for change in changes:
        is_added = change.before is None and change.after is not None and change.is_difference and change.steps
        is_part = is_added or _is_of_element(change)
        key = (change.ref, change.at, change.by, change.source, change.steps[:-1] if is_part else change.path)
        together.setdefault(key, []).append(change)
    return [change for group in together.values() for change in _as_one(group, found)]


def _is_of_element(change: RecordedChange) -> bool:
    """Whether it is the owner of a field of an element of a list: who owns all of its fields has added it."""
    is_owner = change.source is Source.MANAGED_FIELDS and not change.is_difference and not change.is_removed
    return is_owner and len(change.steps) > 1 and change.steps[-2].startswith("[")


def _as_one(group: Sequence[RecordedChange], found: StoodOn) -> Sequence[RecordedChange]:
    first, item = group[0], found.items.get(group[0].ref)
    steps = first.steps[:-1]
    after = {one.steps[-1]: one.after for one in group if one.steps}
    value = value_at(item, steps) if item is not None and len(group) > 1 else None
    if not _is_all_of(after, value, steps):
        return group if _is_of_element(first) else [first]
    return [msgspec.structs.replace(first, path=path_text(item, steps), steps=steps, after=value)]


def _is_all_of(added: Mapping[str, object], value: object, steps: Steps) -> bool:
    """Whether a map has no fields but those that were added, and the key that names it: then the whole of it was."""
    if not isinstance(value, dict):
        return False
    return added.keys() | {key for key, one in value.items() if is_own_key(steps, one)} == value.keys()


def _patterns(cause: str) -> list[re.Pattern[str]] | None:
    listed = shipped_causes().stands_on(cause)
    return None if listed is None else [re.compile(pattern) for pattern in listed]


def _tier(
    change: RecordedChange,
    item: Object | None,
    found: StoodOn,
    fields: Sequence[re.Pattern[str]] | None,
    window: _Window,
) -> int | None:
    """0: a field that the evidence names; 1: another one that the cause stands on; None: the change does not count."""
    named = found.named.get(change.ref, set())
    is_named = bool(change.steps) and any(overlap(change.steps, one) for one in named)
    if fields is None:
        return 0 if is_named else None
    if not any(pattern.search(f"{change.ref.kind} {change.path}") for pattern in fields):
        return 1 if _created_later(change, item, found, fields, window) else None
    if not change.steps:
        return _of_whole(change, item, found, window)
    if _ran_well(change, found):
        return None
    if is_named:
        return 0
    return 1 if _may_count(change, named, found, window) else None


def _created_later(
    change: RecordedChange, item: Object | None, found: StoodOn, fields: Sequence[re.Pattern[str]], window: _Window
) -> bool:
    """Whether a workload was created right before the first sign, with the field that the evidence names.

    Not one that was installed together with what it reads, unless one of its name was there before.
    """
    is_start = change.source is Source.CREATION and change.ref == next(iter(found.items), None)
    if not is_start or item is None or "template" not in (item.get("spec") or {}):
        return False
    sign = window.first_sign
    if sign is None or change.at is None or not -_SLACK <= sign - change.at <= _APART:
        return False
    paths = [f"{change.ref.kind} {path_text(item, steps)}" for steps in found.named.get(change.ref, ())]
    read = [at for ref in found.only_read if (at := created_at(found.items[ref])) is not None]
    is_later = change.ref in found.created_again or any(change.at - at > _APART for at in read)
    return is_later and any(pattern.search(path) for pattern in fields for path in paths)


def _ran_well(change: RecordedChange, found: StoodOn) -> bool:
    """Whether Pods of another revision run, or ran, well with the value that the change set."""
    is_recorded = change.source is Source.REVISION
    return is_recorded and any(
        value_at(one, change.steps) == change.after for one in found.ran_well.get(change.ref, ())
    )


def _of_whole(change: RecordedChange, item: Object | None, found: StoodOn, window: _Window) -> int | None:
    """Of an object that was created: it is younger than what uses it, or the fault is as old as the object."""
    if change.ref in found.only_read:
        return None
    if change.source is not Source.CREATION or change.at is None:
        return 1
    sign = window.first_sign
    if sign is not None and -_SLACK <= sign - change.at <= _APART:
        return 1
    used = [created_at(other) for ref, other in consumers(found) if ref != change.ref]
    older = [at for at in used if at is not None]
    return 1 if older and change.at - max(older) > _APART else None


def _may_count(change: RecordedChange, named: Iterable[Steps], found: StoodOn, window: _Window) -> bool:
    """A field that no evidence shows: not one of another container or key, and of a template only if it broke at once.

    What ran for hours and then fails was not broken by its template, unless the Pods of the older one still run well.
    A variable that was added seldom breaks a program: it counts if the diagnosis speaks of it.
    """
    containers = found.containers.get(change.ref)
    own = next((b for a, b in pairwise(change.steps) if a.endswith("ontainers")), None)
    if containers and own is not None and own not in containers:
        return False
    if change.ref.kind in ("ConfigMap", "Secret"):
        is_other = any(one[:1] == ("data",) and len(one) > 1 for one in named)
        return not is_other and found.says(change.steps[-1])
    if change.steps[:2] not in (TEMPLATE, ("spec", "jobTemplate")):
        return True
    variable = next((b for a, b in pairwise(change.steps) if a == "env"), None)
    if variable is not None and found.says(variable[1:-1]):
        return True
    is_new_variable = variable is not None and change.before is None
    return not is_new_variable and (window.is_prompt(change.at) or change.ref in found.half_rolled_out)


def _narrowed(change: RecordedChange, item: Object | None, found: StoodOn) -> RecordedChange:
    """The change at the field that the evidence names, where only the whole above it has an owner."""
    if item is None or change.source is not Source.MANAGED_FIELDS:
        return change
    below = [
        one for one in found.named.get(change.ref, ()) if len(one) > len(change.steps) and overlap(one, change.steps)
    ]
    if len(below) != 1 or not change.steps:
        return change
    steps = below[0]
    return msgspec.structs.replace(
        change, path=path_text(item, steps), steps=steps, before=None, after=value_at(item, steps)
    )


def _is_one_of_many(change: RecordedChange, listed: Iterable[RecordedChange]) -> bool:
    """Whether it is a key of a ConfigMap or Secret whose owner has others: which of them was set is not recorded."""
    if change.source is not Source.MANAGED_FIELDS or change.is_removed or change.steps[:1] != ("data",):
        return False
    call = (change.at, change.by, change.source)
    same = (one for one in listed if (one.at, one.by, one.source) == call and one.steps[:1] == ("data",))
    return any(one.steps != change.steps for one in same)


def _as_data(change: RecordedChange) -> RecordedChange:
    return msgspec.structs.replace(change, path="data", steps=("data",), before=None, after=None)


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
    found: StoodOn, recorded: dict[Ref, list[RecordedChange]], listed: Sequence[RecordedChange], window: _Window
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
