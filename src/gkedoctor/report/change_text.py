"""Recorded changes as sentences: how long before the fault, what, from which value to which, and by which client."""

from __future__ import annotations

from datetime import datetime

from gkedoctor.changes.model import RecordedChange, Source
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph.core.times import human_duration
from gkedoctor.report.phrases import to_second, value
from gkedoctor.snapshot.timestamps import parse_timestamp

_LONGEST = 120
_NONE = "no recorded change touches this in the last 24h"


def likeliest_change(found: Diagnosis) -> tuple[str, list[str]]:
    """`Changed 40s before` with what was changed, for where one line is all there is room for."""
    if not found.changes:
        return "Changed", change_sentences(found)
    when = _when(found.changes[0], parse_timestamp(found.since))
    return f"Changed {when}", [change_sentence(found.changes[0])]


def change_sentences(found: Diagnosis) -> list[str]:
    """The changes of a finding, the likeliest first; that there is none, where that is known; else nothing."""
    if found.changes is None:
        return []
    if not found.changes:
        unread = f" (not checked: {'; '.join(found.changes_unread)})" if found.changes_unread else ""
        return [_NONE + unread]
    first_sign = parse_timestamp(found.since)
    return [f"{_when(one, first_sign)}: {change_sentence(one)}" for one in found.changes]


def change_sentence(change: RecordedChange) -> str:
    """`Deployment/shop/cart spec.replicas: 3 → 0, by kubectl`."""
    by = f", by {change.by}" if change.by else " (client not recorded)"
    by = f"{by} ({change.note})" if change.note else by
    if change.alternatives:
        which = f"which of its {change.alternatives + 1} fields was written is not recorded"
        return f"{change.ref} {change.path} possibly set{by}: {which}"
    if change.source is Source.CREATION or not change.path:
        return f"{change.ref} {change.after}{by}"
    return f"{change.ref} {change.path}{_values(change)}{by}"


def _values(change: RecordedChange) -> str:
    if change.is_removed and not change.is_difference:
        return ": missing after an apply"
    if change.is_removed:
        return f": removed (was {value(change.before, _LONGEST)})" if change.before is not None else ": removed"
    if change.before is None and change.after is None:
        return " set (value not recorded)"
    if change.before is None:
        old = "added" if change.is_difference else "set to"
        return f" {old} {value(change.after, _LONGEST)}"
    return f": {value(change.before, _LONGEST)} → {value(change.after, _LONGEST)}"


def _when(change: RecordedChange, first_sign: datetime | None) -> str:
    if change.at is None:
        return "at an unrecorded time"
    if first_sign is None:
        return clock_time(change.at)
    seconds = max(0.0, (first_sign - change.at).total_seconds())
    return f"{human_duration(seconds)} before" if seconds >= 1 else "right before"


def clock_time(at: datetime) -> str:
    """A time to the second, in UTC."""
    return f"{to_second(at)} UTC"
