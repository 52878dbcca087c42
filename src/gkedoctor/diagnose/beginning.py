"""When a fault began: the earliest sign of it, never the last retry.

A condition says when its status changed. A repeated Event says when it happened first (firstTimestamp, eventTime of a
series), and its last time only when somebody tried again. The API server keeps an Event for an hour after it was last
written, so the first one that is still there may not have been the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from gkedoctor.diagnose.evaluate import Finding
from gkedoctor.diagnose.model import ResolvedEvidence
from gkedoctor.graph import Graph, Ref
from gkedoctor.graph.core.times import stamp
from gkedoctor.graph.objects.events import KEPT, LONGEST_RETRY, first_seen, places_of_events
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_AT_ONCE = timedelta(minutes=1)
"""A fault that is as old as its object: nothing can have come before."""


def beginning(
    graph: Graph, group: Sequence[Finding], proofs: Sequence[ResolvedEvidence], below: Sequence[Finding] = ()
) -> tuple[str | None, bool]:
    """The earliest time at which the symptom stood, and whether it may have begun before: earlier Events are gone.

    Where the finding itself shows no time, that of the first symptom that follows from it (`below`): it began no later.
    """
    events = list(_events(graph, proofs))
    times = [*_stated(group), *(stamp(first_seen(event)) for event in events)]
    earliest = min(times, default=None)
    if earliest is None:
        follows = min(_stated(below), default=None)
        return follows, follows is not None
    return earliest, any(_may_be_later(graph, event, earliest) for event in events)


def _stated(group: Sequence[Finding]) -> Iterator[str]:
    for finding in group:
        if finding.playbook.since is None:
            continue
        found = finding.scope.evaluate(finding.playbook.since)
        yield from (time for time in (found if isinstance(found, list) else [found]) if isinstance(time, str) and time)


def _events(graph: Graph, proofs: Sequence[ResolvedEvidence]) -> Iterator[Object]:
    for ref in dict.fromkeys(proof.ref for proof in proofs if proof.ref.kind == "Event"):
        event = _event_about(graph, ref)
        if event is not None:
            yield event
            continue
        place = graph.index(_places_of_events).get((ref.namespace or "", ref.name))
        if place is not None:
            yield graph.all("Event")[place]


def _event_about(graph: Graph, ref: Ref) -> Object | None:
    """The Event of that name among those about the object that its name begins with, as client-go makes names."""
    events = graph.all("Event")
    for place in graph.index(_places_by_object_name).get(ref.name.rpartition(".")[0], ()):
        metadata = events[place]["metadata"]
        if (metadata.get("namespace") or "", metadata.get("name")) == (ref.namespace or "", ref.name):
            return events[place]
    return None


def _places_by_object_name(graph: Graph) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for (_, _, name), places in places_of_events(graph).items():
        found.setdefault(name, []).extend(places)
    return found


def _places_of_events(graph: Graph) -> dict[tuple[str, str], int]:
    """Where each Event stands by its name, without decoding the others."""
    found = enumerate(graph.field_of_all("Event", "metadata", "name", "namespace"))
    return {(data.get("namespace") or "", data.get("name") or ""): i for i, data in found if data}


def _may_be_later(graph: Graph, event: Object, earliest: str) -> bool:
    """Whether the time is known by an Event alone, at the edge of what the API server keeps, of an older object."""
    first, began = first_seen(event), parse_timestamp(earliest)
    if began is None or began < first or graph.clock - first < KEPT - LONGEST_RETRY:
        return False
    about = event.get("involvedObject") or {}
    kind = str(about.get("kind"))
    item = graph.find(kind, about.get("namespace"), str(about.get("name"))) if kind in KINDS else None
    created = parse_timestamp(item["metadata"].get("creationTimestamp")) if isinstance(item, dict) else None
    return created is None or first - created > _AT_ONCE
