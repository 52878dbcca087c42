"""At which path a change is listed: a map that was added as a whole, or the field in it that the evidence names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from gkedoctor.changes.model import RecordedChange, Source
from gkedoctor.diagnose.stood_on import StoodOn
from gkedoctor.snapshot.field_paths import Steps, is_own_key, overlap, path_text, value_at
from gkedoctor.snapshot.model import Object


def joined(changes: Iterable[RecordedChange], found: StoodOn) -> list[RecordedChange]:
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
    return [replace(first, path=path_text(item, steps), steps=steps, after=value)]


def _is_all_of(added: Mapping[str, object], value: object, steps: Steps) -> bool:
    """Whether a map has no fields but those that were added, and the key that names it: then the whole of it was."""
    if not isinstance(value, dict):
        return False
    return added.keys() | {key for key, one in value.items() if is_own_key(steps, one)} == value.keys()


def narrowed(change: RecordedChange, item: Object | None, found: StoodOn) -> RecordedChange:
    """The change at the field that the evidence names, where only the whole above it has an owner."""
    if item is None or change.source is not Source.MANAGED_FIELDS:
        return change
    below = [
        one for one in found.named.get(change.ref, ()) if len(one) > len(change.steps) and overlap(one, change.steps)
    ]
    if len(below) != 1 or not change.steps:
        return change
    steps = below[0]
    return replace(change, path=path_text(item, steps), steps=steps, before=None, after=value_at(item, steps))


def is_one_of_many(change: RecordedChange, listed: Iterable[RecordedChange]) -> bool:
    """Whether it is a key of a ConfigMap or Secret whose owner has others: which of them was set is not recorded."""
    if change.source is not Source.MANAGED_FIELDS or change.is_removed or change.steps[:1] != ("data",):
        return False
    call = (change.at, change.by, change.source)
    same = (one for one in listed if (one.at, one.by, one.source) == call and one.steps[:1] == ("data",))
    return any(one.steps != change.steps for one in same)


def as_data(change: RecordedChange) -> RecordedChange:
    """The change as one of all data, without values."""
    return replace(change, path="data", steps=("data",), before=None, after=None)
