"""Changes that the lifetime of an object shows: it was created, or created again, and fields of it were taken away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from gkedoctor.changes.field_owners import created_at, field_entries, is_later, is_same_moment
from gkedoctor.changes.model import RecordedChange, Source, change_source
from gkedoctor.graph import Graph, Unknown, labels_of, ref_of
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.graph.objects.events import last_seen
from gkedoctor.snapshot.field_paths import path_text
from gkedoctor.snapshot.model import Object

_LAST = 2**33
"""Seconds since 1970 after which no label can be meant."""


@change_source
def helm_release(_graph: Graph, item: Object) -> Iterator[RecordedChange]:
    """A revision of a Helm release, by the labels of the Secret or ConfigMap that stores it; its body is not read.

    https://helm.sh/docs/topics/advanced/#storage-backends
    """
    labels = labels_of(item)
    if not _is_release(item):
        return
    seconds = whole_number(labels.get("modifiedAt") or labels.get("createdAt"))
    at = datetime.fromtimestamp(seconds, UTC) if seconds is not None and seconds < _LAST else created_at(item)
    what = f"revision {labels.get('version')} of release {labels.get('name')}: {labels.get('status')}"
    yield RecordedChange(ref_of(item), "", at, "helm", None, what, Source.CREATION, is_difference=True)


def _is_release(item: Object) -> bool:
    return item.get("kind") in ("Secret", "ConfigMap") and labels_of(item).get("owner") == "helm"


@change_source
def creation(_graph: Graph, item: Object) -> Iterator[RecordedChange]:
    """The object itself, with the manager that wrote it in that moment."""
    at = created_at(item)
    if at is None or _is_release(item):
        return
    first = [one for one in field_entries(item) if one.subresource == "" and is_same_moment(one.at, at)]
    by = first[0].client if first else None
    yield RecordedChange(ref_of(item), "", at, by, None, "created", Source.CREATION, is_difference=True)


def was_there_before(graph: Graph, item: Object) -> bool:
    """Whether an Event about an object of this name is older than the object: it was deleted and created again."""
    of_any_uid = {**item, "metadata": {**item["metadata"], "uid": None}}
    events, at = graph.follow("all_events", of_any_uid), created_at(item)
    if isinstance(events, Unknown) or at is None:
        return False
    return any(is_later(at, last_seen(event)) for event in events)


@change_source
def lost_fields(_graph: Graph, item: Object) -> Iterator[RecordedChange]:
    """Fields that `kubectl apply` set and that the object no longer has: when and by whom is not recorded."""
    for one in item["metadata"].get("lastApplied") or ():
        if not one.get("lost"):
            continue
        steps = tuple(map(str, one["path"]))
        yield RecordedChange(
            ref_of(item), path_text(item, steps), None, None, one.get("before"), None, Source.LAST_APPLIED,
            is_difference=True, steps=steps, is_removed=True,
        )  # fmt: skip
