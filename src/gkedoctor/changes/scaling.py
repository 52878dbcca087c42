"""Changes of replicas as Events record them: writes through the subresource scale leave no time in `managedFields`.

The Deployment controller reports each step as `Scaled down replica set shop-5d9c from 3 to 0`, equal steps as one Event
with a count; the HorizontalPodAutoscaler controller reports `New size: 4; reason: …`.
https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/deployment/sync.go (scaleReplicaSet)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from gkedoctor.changes.field_owners import SAME_MOMENT, created_at, field_entries, is_later, is_same_moment
from gkedoctor.changes.model import RecordedChange, Source, change_source
from gkedoctor.graph import Graph, Unknown, name_of, namespace_of, ref_of
from gkedoctor.graph.objects.events import last_seen
from gkedoctor.graph.objects.owners import owned
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

REPLICAS = ("spec", "replicas")
_SCALED = re.compile(r"Scaled (?:up|down) replica set (?P<name>\S+) (?:from (?P<old>\d+) )?to (?P<new>\d+)")
_COMBINED = "(combined from similar events)"
"""Of an Event that stands for others, only the last time is that of its message (EventAggregator, client-go)."""

_NEW_SIZE = re.compile(r"New size: (?P<size>\d+)")
_HPA = "HorizontalPodAutoscaler"


class _Step(NamedTuple):
    """One step of scaling a ReplicaSet."""

    at: datetime
    name: str
    old: int | None
    new: int


def _steps(graph: Graph, item: Object) -> list[_Step]:
    events = graph.follow("all_events", item)
    if isinstance(events, Unknown):
        return []
    found: list[_Step] = []
    for event in events:
        said = str(event.get("message") or "")
        match = _SCALED.search(said) if event.get("reason") == "ScalingReplicaSet" else None
        if match is None:
            continue
        old = int(match["old"]) if match["old"] is not None else None
        times = {last_seen(event)}
        if not said.startswith(_COMBINED):
            times.add(parse_timestamp(event.get("firstTimestamp")) or last_seen(event))
        found += (_Step(at, match["name"], old, int(match["new"])) for at in times)
    return sorted(found)


def scaled_up_after(graph: Graph, item: Object, replica_set: str, moment: datetime) -> datetime | None:
    """When a ReplicaSet of a Deployment was first scaled up after a moment: the start of a rollback to it."""
    times = [s.at for s in _steps(graph, item) if s.name == replica_set and s.new > (s.old or 0) and s.at >= moment]
    return min(times, default=None)


@change_source
def scaling(graph: Graph, item: Object) -> Iterator[RecordedChange]:
    """The steps that a rollout does not explain: the replicas of the Deployment were set."""
    if item.get("kind") != "Deployment":
        return
    steps, ref, created = _steps(graph, item), ref_of(item), created_at(item)
    sizes = _sizes(graph, item) if steps else []
    later = [s for s in steps if is_later(s.at, created)]
    starts = {name_of(one): created_at(one) for one in owned(graph, item)} if steps else {}
    later = [s for s in later if not is_same_moment(s.at, starts.get(s.name))]  # that is the start of a ReplicaSet
    own = [s for s in later if not _is_rollout(steps[: steps.index(s)], s)]
    for step in map(_as_one, _at_once(own)):
        by = _who(item, step, sizes, is_last=step.at == own[-1].at)
        yield RecordedChange(
            ref, "spec.replicas", step.at, by, step.old, step.new, Source.EVENT, is_difference=True, steps=REPLICAS
        )


def _at_once(steps: list[_Step]) -> Iterator[list[_Step]]:
    for _, group in groupby(steps, key=lambda step: step.at):
        yield list(group)


def _as_one(steps: list[_Step]) -> _Step:
    """Steps of one moment as one: 3 to 2 and 2 to 0, where a rollout was under way."""
    sizes = sorted({size for step in steps for size in (step.old, step.new) if size is not None})
    is_up = steps[-1].old is not None and steps[-1].new > steps[-1].old
    first, last = (sizes[0], sizes[-1]) if is_up else (sizes[-1], sizes[0])
    return steps[0] if len(steps) == 1 else _Step(steps[0].at, steps[0].name, first, last)


def _is_rollout(earlier: list[_Step], step: _Step) -> bool:
    """Whether a step belongs to a rollout: it starts another ReplicaSet, or another one still has replicas."""
    if step.old == 0 and step.new and earlier and earlier[-1].name != step.name:
        return True
    left = {one.name: one.new for one in earlier if one.name != step.name}
    return any(left.values())


def _sizes(graph: Graph, item: Object) -> list[tuple[datetime, int, str]]:
    """What HorizontalPodAutoscalers of the Deployment report to have set: time, size, name."""
    found = []
    for scaler in graph.in_namespace(_HPA, namespace_of(item)):
        target = (scaler.get("spec") or {}).get("scaleTargetRef") or {}
        events = graph.follow("all_events", scaler) if target.get("name") == name_of(item) else ()
        for event in () if isinstance(events, Unknown) else events:
            match = _NEW_SIZE.match(str(event.get("message") or ""))
            if event.get("reason") == "SuccessfulRescale" and match is not None:
                found.append((last_seen(event), int(match["size"]), name_of(scaler)))
    return found


def _who(item: Object, step: _Step, sizes: list[tuple[datetime, int, str]], *, is_last: bool) -> str | None:
    for at, size, name in sizes:
        if size == step.new and abs((at - step.at).total_seconds()) <= SAME_MOMENT * 2:
            return f"{_HPA} {name}"
    owners = [entry for entry in field_entries(item) if "f:replicas" in (entry.fields.get("f:spec") or {})]
    timed = next((e for e in owners if is_same_moment(e.at, step.at)), None)
    if timed is not None:
        return timed.client
    is_now = is_last and (item.get("spec") or {}).get("replicas") == step.new
    scale = next((e for e in owners if e.subresource == "scale"), None)
    return scale.client if is_now and scale is not None else None
