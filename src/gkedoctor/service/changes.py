"""What was changed in a cluster, by whom and when, as far as the cluster itself records it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gkedoctor.changes.google_cloud import unread_records
from gkedoctor.changes.history import is_recorded
from gkedoctor.changes.model import RecordedChange
from gkedoctor.changes.whole_cluster import recorded_changes
from gkedoctor.graph import Graph, Ref
from gkedoctor.report.object_argument import ObjectArgument, named_object, parse_target, target_doubts
from gkedoctor.snapshot.model import Snapshot

NOT_RECORDED = (
    "this recording has no metadata.managedFields: rollouts, scaling and creations only. Record it with "
    "`gkedoctor snapshot`, or with kubectl get --show-managed-fields"
)


@dataclass(frozen=True, kw_only=True)
class ChangesOptions:
    """Of which objects, and for how long before the moment of the recording. Empty: of all."""

    target: str | None = None
    namespaces: tuple[str, ...] = ()
    since: float = 24 * 3600
    """Seconds."""


@dataclass(frozen=True)
class RecordedHistory:
    """The changes from `begin` to `end`, the oldest first. `notes`: what could not be read."""

    begin: datetime
    end: datetime
    changes: tuple[RecordedChange, ...]
    notes: tuple[str, ...]
    complete: bool


def changes(snapshot: Snapshot, options: ChangesOptions) -> RecordedHistory:
    """The recorded changes that were asked for. UsageError for an object that does not exist."""
    target = _target(snapshot, options)
    graph = Graph(snapshot)
    begin = graph.clock - timedelta(seconds=options.since)

    def is_asked(ref: Ref) -> bool:
        return (target is None or target.is_at(ref)) and (
            not options.namespaces or (ref.namespace or ref.name) in options.namespaces
        )

    found = recorded_changes(graph, begin, is_asked)
    doubts = list(target_doubts(target, options.namespaces, snapshot)) if target is not None else []
    missing = [doubt for kind in _NEEDED if (doubt := graph.why_incomplete(kind)) is not None]
    unread = [f"{doubt.collection}: {doubt.reason}" for doubt in missing]
    recorded = [] if is_recorded(graph) else [NOT_RECORDED]
    return RecordedHistory(
        begin, graph.clock, tuple(found), (*doubts, *unread, *unread_records(graph), *recorded), not (doubts or unread)
    )


_NEEDED = ("Deployment", "ReplicaSet", "Event", "ConfigMap", "Secret", "Service")
"""Kinds without which changes of the most common causes are not seen."""


def _target(snapshot: Snapshot, options: ChangesOptions) -> ObjectArgument | None:
    if not options.target:
        return None
    return parse_target(options.target) if "/" in options.target else named_object(
        options.target, options.namespaces, snapshot
    )  # fmt: skip
