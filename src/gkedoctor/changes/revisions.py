"""Changes between the revisions of a workload: what `kubectl rollout history` numbers.

The ReplicaSets of a Deployment and the ControllerRevisions of a StatefulSet or DaemonSet hold the template of each
revision. A rollback takes up an older one again: it keeps its creation time and gets the newest number.
https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#checking-rollout-history-of-a-deployment
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from gkedoctor.changes.field_owners import created_at, field_entries, is_later, owned_fields, writer_at
from gkedoctor.changes.model import RecordedChange, Source, change_source
from gkedoctor.changes.scaling import scaled_up_after
from gkedoctor.graph import Graph, name_of, namespace_of, ref_of
from gkedoctor.graph.core.accessors import annotations_of
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.graph.objects.owners import controller_ref, owned
from gkedoctor.snapshot.field_paths import Steps, is_empty, leaf_changes, path_text
from gkedoctor.snapshot.model import Object

TEMPLATE: Steps = ("spec", "template")
_REVISION = "deployment.kubernetes.io/revision"
_CHANGE_CAUSE = "kubernetes.io/change-cause"
_ALIAS: Steps = ("spec", "template", "spec", "serviceAccount")
"""The API server sets it with `serviceAccountName`."""

_OWN_LABELS = frozenset({"pod-template-hash", "controller-revision-hash"})


class Revision(NamedTuple):
    """One version of a template. `made`: the object that holds it."""

    number: int
    template: dict[str, Any]
    created: datetime | None
    made: Object


def revisions_of(graph: Graph, item: Object) -> list[Revision]:
    """The revisions that are recorded, in the order in which they were rolled out."""
    if item.get("kind") == "Deployment":
        found = _replica_sets(graph, item)
    elif item.get("kind") in ("StatefulSet", "DaemonSet"):
        found = _controller_revisions(graph, item)
    else:
        found = []
    return sorted(found, key=lambda revision: revision.number)


def _replica_sets(graph: Graph, item: Object) -> list[Revision]:
    return [
        Revision(number, _plain((one.get("spec") or {}).get("template")), created_at(one), one)
        for one in owned(graph, item)
        if one.get("kind") == "ReplicaSet" and (number := whole_number(annotations_of(one).get(_REVISION)))
    ]


def _controller_revisions(graph: Graph, item: Object) -> list[Revision]:
    mine = (str(item.get("kind")), name_of(item))
    listed = graph.in_namespace("ControllerRevision", namespace_of(item)) or graph.index(_of_older_snapshots)
    return [
        Revision(number, _plain(((one.get("data") or {}).get("spec") or {}).get("template")), created_at(one), one)
        for one in listed
        if namespace_of(one) == namespace_of(item)
        and (above := controller_ref(one)) is not None
        and (str(above.get("kind")), str(above.get("name"))) == mine
        and isinstance(number := one.get("revision"), int)
    ]


def _of_older_snapshots(graph: Graph) -> list[Object]:
    """Those of a snapshot that was written when the kind was not known."""
    return list(graph.snapshot.collection("controllerrevisions.apps").objects)


def _plain(template: Any) -> dict[str, Any]:
    """The template without the labels that the controller adds, and the directive of a strategic merge patch."""
    if not isinstance(template, dict):
        return {}
    plain = {key: value for key, value in template.items() if key != "$patch"}
    metadata = plain.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("labels"), dict):
        labels = {key: value for key, value in metadata["labels"].items() if key not in _OWN_LABELS}
        plain["metadata"] = {**metadata, "labels": labels}
    return plain


def has_template_history(graph: Graph, item: Object) -> bool:
    """Whether the revisions show all changes of the template that are of interest: an older one is there, or none was.

    Then an owner of a field of the template with a later time says nothing more.
    """
    found = revisions_of(graph, item)
    return len(found) > 1 or (len(found) == 1 and found[0].number == 1)


@change_source
def revisions(graph: Graph, item: Object) -> Iterator[RecordedChange]:
    """The fields in which each revision differs from the one before it."""
    found, ref = revisions_of(graph, item), ref_of(item)
    for earlier, later in pairwise(_rolled_out_in_turn(found)):
        note = _change_cause(earlier, later)
        found_here = leaf_changes(earlier.template, later.template, TEMPLATE)
        changed = [one for one in found_here if one.steps != _ALIAS]
        at = _rolled_out(graph, item, earlier, later, [one.steps for one in changed])
        holder = {"spec": {"template": later.template}}
        for steps, before, after in changed:
            shown_in = holder if after is not None else {"spec": {"template": earlier.template}}
            by = writer_at(item, steps, at)
            path = path_text(shown_in, steps)
            yield RecordedChange(
                ref, path, at, by, before, after, Source.REVISION,
                is_difference=True, steps=steps, is_removed=is_empty(after), note=note,
            )  # fmt: skip


def _change_cause(earlier: Revision, later: Revision) -> str:
    """What people wrote about a revision: not what is left of an earlier one, for rollouts copy the annotation.

    https://kubernetes.io/docs/reference/labels-annotations-taints/#change-cause
    """
    before, after = (annotations_of(one.made).get(_CHANGE_CAUSE) for one in (earlier, later))
    return f"change-cause: {after}" if after and after != before else ""


def _rolled_out_in_turn(found: list[Revision]) -> list[Revision]:
    """The revisions as they were rolled out: by creation, and those that a rollback took up once more at the end."""
    again = [one for i, one in enumerate(found) if any(_is_older(one, before) for before in found[:i])]
    return [*sorted(found, key=lambda one: (one.created is None, one.created or 0, one.number)), *again]


def _is_older(one: Revision, other: Revision) -> bool:
    return one.created is not None and other.created is not None and one.created < other.created


def _rolled_out(
    graph: Graph, item: Object, earlier: Revision, later: Revision, changed: list[Steps]
) -> datetime | None:
    """When a revision was rolled out: as it was created, unless a rollback took it up again."""
    if later.created is None or earlier.created is None or later.created >= earlier.created:
        return later.created
    for entry in field_entries(item):
        if is_later(entry.at, earlier.created) and set(owned_fields(entry, item)) & set(changed):
            return entry.at
    return scaled_up_after(graph, item, name_of(later.made), earlier.created)
