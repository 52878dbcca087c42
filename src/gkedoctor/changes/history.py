"""All recorded changes of one object, each once: what two sources record is taken from the one that knows more."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gkedoctor.changes import audit_logs, deliveries, field_owners, google_cloud, lifetime, revisions, scaling
from gkedoctor.changes.model import OBJECT_SOURCES, RecordedChange, Source
from gkedoctor.graph import Graph
from gkedoctor.snapshot.model import Object

_SOURCES = (field_owners, lifetime, revisions, scaling, google_cloud, audit_logs, deliveries)
"""Importing them registers what they hold."""


def changes_of(graph: Graph, item: Object) -> list[RecordedChange]:
    """The recorded changes of an object, in no order."""
    found = [change for source in OBJECT_SOURCES for change in source(graph, item)]
    if revisions.has_template_history(graph, item):
        found = [one for one in found if not _is_of_template(one)]
    return deliveries.with_deliveries(graph, item, _with_scaling(found))


def _is_of_template(change: RecordedChange) -> bool:
    return change.source is Source.MANAGED_FIELDS and change.steps[:2] == revisions.TEMPLATE


def _with_scaling(found: list[RecordedChange]) -> list[RecordedChange]:
    """An owner of `spec.replicas` and the Event of the same moment are one change."""
    steps = [one for one in found if one.source is Source.EVENT]
    kept: list[RecordedChange] = []
    for change in found:
        if change.source is not Source.MANAGED_FIELDS or change.steps != scaling.REPLICAS:
            kept.append(change)
            continue
        same = _at_once(change, steps)
        if same is not None:
            steps.remove(same)
            kept.remove(same) if same in kept else None
            kept.append(replace(change, before=same.before, is_difference=True))
        elif not steps:
            kept.append(change)
    return [one for one in kept if one.source is not Source.EVENT or one in steps]


def _at_once(change: RecordedChange, steps: Iterable[RecordedChange]) -> RecordedChange | None:
    same = (s for s in steps if s.after == change.after and field_owners.is_same_moment(s.at, change.at))
    return next(same, None)


def is_recorded(graph: Graph) -> bool:
    """Whether the recording has `managedFields`: older ones, and dumps without `--show-managed-fields`, have none."""
    return bool(graph.index(_has_field_entries))


def _has_field_entries(graph: Graph) -> bool:
    kinds = ("Deployment", "Service", "ConfigMap", "Namespace", "Node", "StatefulSet", "DaemonSet", "Ingress")
    return any("managedFields" in item["metadata"] for kind in kinds for item in graph.seen(kind))
