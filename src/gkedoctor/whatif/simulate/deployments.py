"""Deployments and ReplicaSets: a changed template gives new Pods, a changed count more or fewer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from gkedoctor.graph import controller_ref, labels_of, name_of, namespace_of, ref_of, workload
from gkedoctor.graph.core.accessors import annotations_of
from gkedoctor.graph.objects.owners import owned, owner, template_of
from gkedoctor.graph.workloads.pods import step
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.admission import admitted
from gkedoctor.whatif.simulate.kubelet import first_status
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.revisions import (
    HASH,
    REVISION,
    new_pod,
    replicas_of,
    revision_hash,
    same_template,
    suffix_of,
    template_changed,
)
from gkedoctor.whatif.simulate.world import World
from gkedoctor.whatif.state import uid_of

_DEPLOYMENT = "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment"
_REPLICASET = "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/"


@rule(
    "deployment-rollout",
    says="A Deployment whose Pod template changed gets a ReplicaSet and Pods of it; the old Pods go as the new ones "
    "become ready, as far as its strategy allows.",
    source=_DEPLOYMENT,
    order=20,
)
def roll_out(world: World) -> None:
    """Deployments of which the change wrote the template."""
    for item in world.graph.all("Deployment"):
        if world.was_touched(item) and not (item.get("spec") or {}).get("paused"):
            _roll_out(world, item)


def pods_below(world: World, item: Object) -> list[Object]:
    """The Pods of a workload, also of one whose ReplicaSets were not recorded."""
    place = ref_of(item)
    found = world.graph.in_namespace("Pod", namespace_of(item))
    return [pod for pod in found if ref_of(workload(world.graph, pod)) == place and controller_ref(pod) is not None]


def _roll_out(world: World, item: Object) -> None:
    template = template_of(item)
    current = _current_set(world, item)
    is_new = world.recorded(item) is None or _template_counts_now(world, item) or _recreates_now(world, item)
    if current is None and is_new:
        current = _create_set(world, item, template)
    if current is None:
        return
    pods = pods_below(world, item)
    mine = [pod for pod in pods if _is_of(pod, current)]
    older = [pod for pod in pods if not _is_of(pod, current)]
    if older and is_new:
        _replace(world, item, current, mine, older)
    elif replicas_of(current) != replicas_of(item):
        world.put({**current, "spec": {**current["spec"], "replicas": replicas_of(item)}})
        world.busy |= {ref_of(current), ref_of(item)}


def _template_counts_now(world: World, item: Object) -> bool:
    """Whether the change wrote the template, or resumed a Deployment of which it was written while it was paused."""
    earlier = world.recorded(item)
    was_paused = bool(((earlier or {}).get("spec") or {}).get("paused"))
    return template_changed(world, item) or was_paused


def _recreates_now(world: World, item: Object) -> bool:
    """Whether the change set the strategy Recreate: then the old Pods go before new ones start."""
    types = [((i or {}).get("spec") or {}).get("strategy") or {} for i in (world.recorded(item), item)]
    return types[1].get("type") == "Recreate" and types[0].get("type") != "Recreate"


def _current_set(world: World, item: Object) -> Object | None:
    """The ReplicaSet of the present template; where templates were not recorded, the newest one if none changed."""
    sets = [rs for rs in owned(world.graph, item) if rs.get("kind") == "ReplicaSet"]
    same = [rs for rs in sets if template_of(rs) and same_template(template_of(rs), template_of(item))]
    if same:
        return max(same, key=_revision)
    if not sets or (_template_counts_now(world, item) and any(map(template_of, sets))):
        return None
    return max(sets, key=_revision)


def _revision(item: Object) -> int:
    text = annotations_of(item).get(REVISION, "")
    return int(text) if text.isdecimal() else 0


def _create_set(world: World, item: Object, template: Object) -> dict[str, Any]:
    value = revision_hash(template)
    given = template.get("metadata") or {}
    labels = {**(given.get("labels") or {}), HASH: value}
    number = 1 + max((_revision(rs) for rs in owned(world.graph, item)), default=0)
    selector = (item.get("spec") or {}).get("selector") or {}
    reference = {
        "apiVersion": item.get("apiVersion") or "apps/v1", "kind": "Deployment", "name": name_of(item),
        "uid": item["metadata"].get("uid") or uid_of(ref_of(item)), "controller": True, "blockOwnerDeletion": True,
    }  # fmt: skip
    metadata = {
        "name": f"{name_of(item)}-{value}", "namespace": namespace_of(item), "labels": labels,
        "annotations": {REVISION: str(number)}, "ownerReferences": [reference],
    }  # fmt: skip
    spec = {
        "replicas": replicas_of(item),
        "selector": {**selector, "matchLabels": {**(selector.get("matchLabels") or {}), HASH: value}},
        "template": {**template, "metadata": {**given, "labels": labels}},
    }
    return world.create({
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": spec, "status": {"replicas": 0},
    })  # fmt: skip


def _is_of(pod: Object, replica_set: Object) -> bool:
    above = controller_ref(pod)
    return above is not None and (above.get("kind"), above.get("name")) == ("ReplicaSet", name_of(replica_set))


def _replace(world: World, item: Object, current: Object, mine: list[Object], older: list[Object]) -> None:
    """Takes old Pods away, broken ones first, and lets new ones start; ready old ones stay until new ones are ready."""
    wanted = replicas_of(item)
    broken = [pod for pod in older if not _is_ready(world, pod)]
    ready = [pod for pod in older if _is_ready(world, pod)]
    likeness = broken[0] if broken else older[0]
    at_once, keep = _bounds(item, wanted)
    for pod in broken if ready or not keep else older:
        world.remove(pod)
    made = mine or create_pods(world, current, min(wanted, at_once), likeness)
    good = sum(_is_ready(world, pod) for pod in made)
    if made and good == len(made):
        for pod in older:
            world.remove(pod)
        create_pods(world, current, wanted - len(made), likeness, start=len(made))
        _scale_down_others(world, item, current)
    else:
        for pod in ready[keep:]:
            world.remove(pod)
        _shrink_others(world, item, current)
    world.busy |= {ref_of(item), ref_of(current)}


def _bounds(item: Object, wanted: int) -> tuple[int, int]:
    """(new Pods that are created before one is ready, ready old Pods that stay until then)."""
    strategy = (item.get("spec") or {}).get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return wanted, 0
    rolling = strategy.get("rollingUpdate") or {}
    surge = _amount(rolling.get("maxSurge", "25%"), wanted, up=True)
    missing = _amount(rolling.get("maxUnavailable", "25%"), wanted, up=False)
    return max(1, surge + missing), max(0, wanted - missing)


def _amount(value: Any, whole: int, *, up: bool) -> int:
    text = str(value)
    if not text.endswith("%"):
        return int(text) if text.isdecimal() else 0
    share = int(text[:-1]) * whole / 100 if text[:-1].isdecimal() else 0.0
    return math.ceil(share) if up else math.floor(share)


def _is_ready(world: World, pod: Object) -> bool:
    return step(world.graph.clock, pod) == "fine"


def _scale_down_others(world: World, item: Object, current: Object) -> None:
    for other in owned(world.graph, item):
        if other.get("kind") == "ReplicaSet" and name_of(other) != name_of(current):
            spec = {**(other.get("spec") or {}), "replicas": 0}
            world.put({**other, "spec": spec, "status": {"replicas": 0}})


def _shrink_others(world: World, item: Object, current: Object) -> None:
    """Older ReplicaSets keep no more Pods than they have left."""
    for other in owned(world.graph, item):
        if other.get("kind") == "ReplicaSet" and name_of(other) != name_of(current):
            left = len(_active(owned(world.graph, other)))
            if left < replicas_of(other):
                world.put({**other, "spec": {**(other.get("spec") or {}), "replicas": left}})
                world.busy.add(ref_of(other))


def create_pod(
    world: World, pod: dict[str, Any], predecessor: Object | None, template: Object | None = None
) -> dict[str, Any]:
    """Creates one Pod, with its first status; one that fails as its predecessor did says the same."""
    created = world.create(first_status(world, pod, predecessor, template))
    if predecessor is not None and not _is_ready(world, created):
        world.inherit(created, predecessor)
    return created


def create_pods(
    world: World, creator: Object, count: int, predecessor: Object | None, *, start: int = 0
) -> list[dict[str, Any]]:
    """Creates Pods of a ReplicaSet (ReplicationController, DaemonSet, Job), where the API server admits them."""
    template = template_of(creator)
    if count <= 0 or not template.get("spec") or not admitted(world, creator):
        return []
    extra = {HASH: labels_of(creator)[HASH]} if HASH in labels_of(creator) else {}
    found: list[dict[str, Any]] = []
    taken = {name_of(pod) for pod in world.graph.in_namespace("Pod", namespace_of(creator))}
    spec = made_of(world, predecessor) if predecessor is not None else None
    number = start
    while len(found) < count:
        pod = new_pod(creator, template, suffix_of(creator, number), extra)
        number += 1
        if name_of(pod) not in taken:
            found.append(create_pod(world, pod, predecessor, spec))
    return found


def made_of(world: World, pod: Object) -> Object | None:
    """The Pod spec of the template that a Pod was made of, where its owner was recorded with it."""
    graph = world.before or world.graph
    above = owner(graph, pod)
    if above is None or "spec" not in above:
        above = workload(graph, pod)
    if above.get("kind") not in ("ReplicaSet", "Deployment", "ReplicationController", "Job"):
        return None
    spec: Object | None = template_of(above).get("spec")
    return spec


@rule(
    "replicas",
    says="A ReplicaSet or ReplicationController creates the Pods that it lacks, where the API server admits them, and "
    "deletes those that are too many, not ready ones first.",
    source=_REPLICASET,
    order=30,
)
def replicas(world: World) -> None:
    """ReplicaSets of which the count, the Pods or what refused them changed."""
    for kind in ("ReplicaSet", "ReplicationController"):
        for item in world.graph.all(kind):
            wanted, pods = replicas_of(item), _active(owned(world.graph, item))
            if len(pods) > wanted and _count_changed(world, item):
                for pod in sorted(pods, key=lambda pod: (_is_ready(world, pod), name_of(pod)))[: len(pods) - wanted]:
                    world.remove(pod)
                world.busy |= {ref_of(item), ref_of(workload(world.graph, item))}
            elif len(pods) < wanted and _lost_pods(world, item, pods):
                made = create_pods(world, item, wanted - len(pods), _likeness(world, item, pods))
                if made:
                    world.busy |= {ref_of(item), ref_of(workload(world.graph, item))}


def _active(items: Iterable[Object]) -> list[Object]:
    return [
        i for i in items
        if i.get("kind") == "Pod" and (i.get("status") or {}).get("phase") not in ("Succeeded", "Failed")
        and not i["metadata"].get("deletionTimestamp")
    ]  # fmt: skip


def _count_changed(world: World, item: Object) -> bool:
    earlier = world.recorded(item)
    return earlier is None or replicas_of(earlier) != replicas_of(item)


def _lost_pods(world: World, item: Object, pods: list[Object]) -> bool:
    """Whether the ReplicaSet would create Pods now: it was scaled, lost some, or was refused and is admitted now.

    A recording that has fewer Pods than a ReplicaSet reports is no reason: not every recording has them all.
    """
    earlier = world.recorded(item)
    if _count_changed(world, item) or earlier is None or world.before is None:
        return True
    if len(_active(owned(world.before, earlier))) > len(pods):
        return True
    return replicas_of(item) > int((item.get("status") or {}).get("replicas") or 0)


def _likeness(world: World, item: Object, pods: list[Object]) -> Object | None:
    """A Pod that was made of the same template, whose failure a new one repeats."""
    if pods:
        return pods[0]
    earlier = world.recorded(item)
    if earlier is None or world.before is None:
        return None
    return next(iter(_active(owned(world.before, earlier))), None)
