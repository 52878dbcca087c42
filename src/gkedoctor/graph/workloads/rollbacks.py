"""What `kubectl rollout undo` would go back to: the revision before the one that a Deployment has now.

The ReplicaSets of a Deployment are its revisions, numbered by an annotation
(https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment).
"""

from __future__ import annotations

from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.graph.objects.owners import WORKLOADS, controller_ref, template_of
from gkedoctor.graph.workloads.older_template import template_changes
from gkedoctor.snapshot.model import Object

_REVISION = "deployment.kubernetes.io/revision"


@edge("rollback", "Pod", *WORKLOADS, reads=("ReplicaSet",), record="RollbackRecord")
def rollback_of(graph: Graph, item: Object) -> Facts:
    """The revision that `rollout undo` of a Deployment goes back to: at most one record {revision, serves, image, …}.

    Only a revision whose template differs from the one of now counts.
    """
    if item.get("kind") != "Deployment":
        return []
    doubt = graph.why_incomplete("ReplicaSet", namespace_of(item))
    if doubt is not None:
        return doubt
    mine = [rs for rs in graph.in_namespace("ReplicaSet", namespace_of(item)) if _is_of(rs, item)]
    revisions = sorted(((number, rs) for rs in mine if (number := _revision(rs))), key=lambda found: -found[0])
    record = _record(item, revisions[1]) if len(revisions) > 1 else None
    return [record] if record is not None else []


def _record(deployment: Object, before: tuple[int, Object]) -> Record | None:
    number, older = before
    then, now = template_of(older).get("spec") or {}, template_of(deployment).get("spec") or {}
    changed = {field: None for field, _ in (*template_changes(then, now), *template_changes(now, then))}
    if not changed:
        return None
    undo = f"kubectl -n {namespace_of(deployment)} rollout undo deployment/{name_of(deployment)}"
    images = [str(c.get("image")) for c in then.get("containers") or [] if c.get("image")]
    return {
        "revision": number,
        "item": older,
        "image": ", ".join(images),
        "changed": list(changed),
        "serves": int((older.get("status") or {}).get("readyReplicas") or 0) > 0,
        "command": f"{undo} --to-revision={number}",
    }


def _is_of(replica_set: Object, deployment: Object) -> bool:
    owner = controller_ref(replica_set) or {}
    return owner.get("kind") == "Deployment" and owner.get("name") == name_of(deployment)


def _revision(replica_set: Object) -> int | None:
    return whole_number(annotations_of(replica_set).get(_REVISION))
