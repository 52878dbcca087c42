"""All recorded changes of a cluster in the order of time: what people and their tools did, not what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from gkedoctor.changes.audit_logs import with_people
from gkedoctor.changes.google_cloud import is_robot
from gkedoctor.changes.history import changes_of
from gkedoctor.changes.model import CLUSTER_SOURCES, RecordedChange, Source
from gkedoctor.changes.values import for_display
from gkedoctor.graph import Graph, Ref, ref_of
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import Object

_LEFT_OUT = frozenset(
    {
        "Pod", "ReplicaSet", "ControllerRevision", "Endpoints", "EndpointSlice", "Event", "VolumeAttachment",
        "ServiceNetworkEndpointGroup", "Lease", "APIService",
    }
)  # fmt: skip
"""Kinds that follow from others."""

_CONTROLLERS = re.compile(
    r"(?:kube-controller-manager|kube-scheduler|kube-apiserver|kubelet|cloud-controller-manager|glbc|gke-[\w-]+"
    r"|(?:gce-|ingress-|l4-)?neg-controller|ingress-gce)"
)
"""Managers whose writes follow from what others set. HorizontalPodAutoscalers scale under a name of their own."""


def recorded_changes(
    graph: Graph, begin: datetime, is_asked: Callable[[Ref], bool] = lambda ref: True
) -> list[RecordedChange]:
    """The changes from a moment on, the oldest first. `is_asked`: of which objects."""
    found = [
        change
        for change in _all(graph, is_asked)
        if change.at is not None and begin <= change.at <= graph.clock and not _follows(change)
    ]
    found = with_people(graph, found)
    found.sort(key=lambda one: (one.at or begin, one.ref.sort_key, one.by or "", one.path))
    return [for_display(change) for change in found]


def _all(graph: Graph, is_asked: Callable[[Ref], bool]) -> Iterator[RecordedChange]:
    for item in _objects(graph):
        if is_asked(ref_of(item)):
            yield from changes_of(graph, item)
    for source in CLUSTER_SOURCES:
        yield from (change for change in source(graph) if is_asked(change.ref))


def _objects(graph: Graph) -> Iterable[Object]:
    for name, collection in graph.snapshot.collections.items():
        kind = COLLECTIONS.get(name)
        if name == LOGS or kind is None or kind.cloud or kind.name in _LEFT_OUT:
            continue
        yield from (item if "kind" in item else {"kind": kind.name, **item} for item in collection.objects)


def _follows(change: RecordedChange) -> bool:
    if is_robot(change.by):
        return True
    is_machine = change.by is not None and _CONTROLLERS.fullmatch(change.by) is not None
    return is_machine and not (change.source is Source.CREATION and change.ref.kind == "Node")
