"""Events of an object, those that are history left out.

Events of every type count: `Killing`, `BackOff`, `FailedBinding`, `NotTriggerScaleUp` are Normal. An Event that is
older than the object's recovery says nothing about its present state.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import UTC, datetime, timedelta

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.conditions import HEALTHY_WHEN, condition
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
KEPT = timedelta(hours=1)
"""How long the API server keeps an Event after its last write (kube-apiserver --event-ttl)."""
LONGEST_RETRY = timedelta(seconds=1000)
"""The longest back-off of a controller (client-go, DefaultControllerRateLimiter)."""


@edge("events", "*", reads=("Event",), record="KubernetesObject")
def events_of(graph: Graph, item: Object) -> Facts:
    """The Events about an object since it last became healthy, the latest last."""
    doubt = _doubt(graph, item)
    if doubt is not None:
        return doubt
    since = healthy_since(item)
    found = _about(graph, item)
    if item.get("kind") == "PersistentVolumeClaim":  # which has no condition that says since when it is well
        found = recent(graph, found)
    return [e for e in found if since is None or last_seen(e) > since]


@edge("all_events", "*", reads=("Event",), record="KubernetesObject")
def all_events_of(graph: Graph, item: Object) -> Facts:
    """Every Event about an object, history included, the latest last."""
    doubt = _doubt(graph, item)
    return doubt if doubt is not None else _about(graph, item)


def _doubt(graph: Graph, item: Object) -> Unknown | None:
    """Why not all Events about an object may be there."""
    namespace = namespace_of(item)
    if namespace:
        return graph.why_incomplete("Event", namespace)
    about = f"involvedObject.kind={item.get('kind')},involvedObject.name={name_of(item)}"
    return graph.why_incomplete("Event", selector=about)


def recent(graph: Graph, events: Sequence[Object]) -> list[Object]:
    """Those that may still hold: a controller repeats its Event within LONGEST_RETRY, an older one is of a history."""
    return [e for e in events if graph.clock - last_seen(e) <= KEPT]


def events_with_reason(graph: Graph, reasons: Container[str]) -> list[Object]:
    """Every Event with one of the reasons, in the order of the recording."""
    events, known = graph.all("Event"), graph.index(_by_reason)
    return [events[i] for i in sorted(i for reason, places in known.items() if reason in reasons for i in places)]


def has_event_with_reason(graph: Graph, reasons: Container[str]) -> bool:
    """Whether there is any Event with one of the reasons."""
    return any(reason in reasons for reason in graph.index(_by_reason))


def _by_reason(graph: Graph) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for i, reason in enumerate(graph.field_of_all("Event", "reason")):
        places.setdefault(str(reason), []).append(i)
    return places


def last_seen(event: Object) -> datetime:
    """When an Event happened last, whichever of the four fields says so."""
    series = event.get("series") or {}
    texts = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    times = [t for t in map(parse_timestamp, texts) if t is not None]
    return max(times) if times else parse_timestamp(event["metadata"].get("creationTimestamp")) or _LONG_AGO


def first_seen(event: Object) -> datetime:
    """When an Event happened first: its last time says only when somebody tried again."""
    times = [t for t in map(parse_timestamp, (event.get("firstTimestamp"), event.get("eventTime"))) if t is not None]
    return min(times) if times else parse_timestamp(event["metadata"].get("creationTimestamp")) or last_seen(event)


def healthy_since(item: Object) -> datetime | None:
    """The moment the object last became healthy, if it is healthy now."""
    kind = str(item.get("kind"))
    if kind == "PersistentVolumeClaim" and (item.get("status") or {}).get("phase") == "Bound":
        return _LONG_AGO
    state = condition(item, HEALTHY_WHEN.get(kind, ""))
    if state is None or state.get("status") != "True":
        return None
    return parse_timestamp(state.get("lastTransitionTime"))


def _about(graph: Graph, item: Object) -> list[Object]:
    uid = item["metadata"].get("uid")
    place = (str(item.get("kind")), namespace_of(item), name_of(item))
    named = places_of_events(graph).get(place)
    if not named:
        return []
    known = graph.memo(_about)
    if place not in known:  # most objects are well, and nobody asks for their Events
        events = graph.all("Event")
        known[place] = sorted((events[i] for i in named), key=lambda e: (last_seen(e), name_of(e)))
    return [e for e in known[place] if _same_uid(e, uid)]


def _same_uid(event: Object, uid: str | None) -> bool:
    """Whether the Event is about this object and not an earlier one of the same name.

    The kubelet writes the Node's name where the uid belongs (pkg/kubelet/kubelet.go, nodeRef).
    """
    about = event.get("involvedObject") or {}
    told = about.get("uid")
    return not uid or not told or told == uid or told == about.get("name")


def places_of_events(graph: Graph) -> dict[tuple[str, str, str], list[int]]:
    """Which of all Events are about an object: by its kind, namespace and name, without decoding them."""
    return graph.index(_by_object)


def _by_object(graph: Graph) -> dict[tuple[str, str, str], list[int]]:
    places: dict[tuple[str, str, str], list[int]] = {}
    for i, about in enumerate(graph.field_of_all("Event", "involvedObject", "kind", "name", "namespace")):
        about = about or {}
        place = (str(about.get("kind")), about.get("namespace") or "", str(about.get("name")))
        places.setdefault(place, []).append(i)
    return places
