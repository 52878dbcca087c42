"""Which recorded changes count for a diagnosis: of fields that its cause stands on, from before the first sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from itertools import pairwise

from gkedoctor.changes.field_owners import SAME_MOMENT, created_at
from gkedoctor.changes.model import RecordedChange, Source
from gkedoctor.changes.revisions import TEMPLATE
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.diagnose.stood_on import StoodOn, consumers
from gkedoctor.graph import Graph
from gkedoctor.playbook.loader import shipped_causes
from gkedoctor.snapshot.field_paths import Steps, overlap, path_text, value_at
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

WINDOW = timedelta(hours=24)
"""How long before the first sign a change may be."""

_PROMPT = timedelta(minutes=2)
"""A change of a template that the evidence does not name counts if the fault began so soon after it."""

_APART = timedelta(seconds=60)
"""An object that is younger than those that use it by more than this was not installed together with them."""

_SIMILAR = 0.8
"""How similar two names are of which one was made of the other: MODE and MODES, passwd and password."""

_SLACK = timedelta(seconds=SAME_MOMENT)


@dataclass(frozen=True)
class Window:
    """Between which moments a change counts. `first_sign`: None where the recording does not show it."""

    first_sign: datetime | None
    begin: datetime
    end: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether a change of that time counts; one without a time may."""
        return at is None or self.begin <= at <= self.end

    def is_prompt(self, at: datetime | None) -> bool:
        """Whether the fault began right after."""
        if at is None or self.first_sign is None:
            return False
        return -_SLACK <= self.first_sign - at <= _PROMPT


def window_of(graph: Graph, diagnosis: Diagnosis) -> Window:
    """Before the first sign; of a cause that time alone brings about, from when that time had passed."""
    sign = parse_timestamp(diagnosis.since)
    if shipped_causes().is_by_time(diagnosis.cause):
        over = min(filter(None, (parse_timestamp(p.value) for p in diagnosis.evidence)), default=None)
        return Window(over, over - _SLACK if over is not None else graph.clock, graph.clock)
    end = sign + _SLACK if sign is not None else graph.clock
    return Window(sign, end - WINDOW, end)


def field_patterns(cause: str) -> list[re.Pattern[str]] | None:
    """The fields that a cause stands on, over `KIND path`; None where it declares none."""
    listed = shipped_causes().stands_on(cause)
    return None if listed is None else [re.compile(pattern) for pattern in listed]


def tier_of(
    change: RecordedChange,
    item: Object | None,
    found: StoodOn,
    fields: Sequence[re.Pattern[str]] | None,
    window: Window,
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
    return 1 if _is_renamed(change, item, named) or _may_count(change, named, found, window) else None


def _is_renamed(change: RecordedChange, item: Object | None, named: Iterable[Steps]) -> bool:
    """Whether a key was set that is most similar to the one that the cause misses: nobody records who removed that."""
    if item is None or change.ref.kind not in ("ConfigMap", "Secret") or len(change.steps) != 2:
        return False
    there = {*(item.get("keys") or ()), *(item.get("data") or ())}
    missing = [one[1] for one in named if one[:1] == ("data",) and len(one) == 2 and one[1] not in there]
    return change.steps[0] == "data" and bool(get_close_matches(change.steps[1], missing, 1, _SIMILAR))


def _created_later(
    change: RecordedChange, item: Object | None, found: StoodOn, fields: Sequence[re.Pattern[str]], window: Window
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


def _of_whole(change: RecordedChange, item: Object | None, found: StoodOn, window: Window) -> int | None:
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


def _may_count(change: RecordedChange, named: Iterable[Steps], found: StoodOn, window: Window) -> bool:
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
