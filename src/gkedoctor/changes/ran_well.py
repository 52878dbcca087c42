"""Templates of a workload with which Pods ran well: a field that has the same value there did not break it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.changes.revisions import revisions_of
from gkedoctor.graph import Graph, Unknown, labels_of, name_of, namespace_of, workload
from gkedoctor.graph.core.conditions import is_true
from gkedoctor.graph.objects.events import places_of_events
from gkedoctor.snapshot.model import Object

_REVISION_LABELS = ("pod-template-hash", "controller-revision-hash")


def ready_of_other_revisions(graph: Graph, pod: Object) -> list[Object]:
    """The ready Pods of the same workload that have another revision than a Pod."""
    own = _revision(pod)
    pods = graph.follow("pods", workload(graph, pod)) if own is not None else []
    if isinstance(pods, Unknown):
        return []
    return [one for one in pods if _revision(one) != own and is_true(one, "Ready")]


def _revision(pod: Object) -> str | None:
    labels = labels_of(pod)
    return next((labels[name] for name in _REVISION_LABELS if name in labels), None)


def templates_that_ran_well(graph: Graph, pod: Object) -> Iterator[dict[str, Any]]:
    """The templates of the other revisions than that of a failing Pod, each in its place in the workload.

    Of a Pod that is gone, the Events show it: its containers were started once, and nothing was reported.
    """
    for ready in ready_of_other_revisions(graph, pod):
        yield {"spec": {"template": {"metadata": ready["metadata"], "spec": ready.get("spec")}}}
    top, own = workload(graph, pod), _revision(pod)
    older = revisions_of(graph, top) if top.get("kind") == "Deployment" and own is not None else []
    if len(older) < 2:
        return
    for one in older:
        if labels_of(one.made).get(_REVISION_LABELS[0]) != own and _started_without_warning(graph, one.made):
            yield {"spec": {"template": one.template}}


def _started_without_warning(graph: Graph, replica_set: Object) -> bool:
    """Whether Events of Pods of a ReplicaSet are recorded, and all are of a good start."""
    place = (namespace_of(replica_set), name_of(replica_set))
    events = graph.all("Event")
    found = [events[i] for i in graph.index(_pod_events_by_replica_set).get(place, ())]
    return bool(found) and not any(_is_bad(event) for event in found) and any(map(_is_start, found))


def _is_start(event: Object) -> bool:
    return event.get("reason") == "Started"


def _is_bad(event: Object) -> bool:
    is_again = _is_start(event) and (event.get("count") or 1) > 1
    return is_again or event.get("type") == "Warning" or event.get("reason") == "BackOff"


def _pod_events_by_replica_set(graph: Graph) -> dict[tuple[str, str], list[int]]:
    """Which of all Events are about its Pods, without decoding the others.

    By the name of the Pod, which is that of its ReplicaSet and five characters.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for (kind, namespace, name), places in places_of_events(graph).items():
        if kind == "Pod":
            found.setdefault((namespace, name.rpartition("-")[0]), []).extend(places)
    return {place: sorted(places) for place, places in found.items()}
