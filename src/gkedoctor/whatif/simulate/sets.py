"""StatefulSets, DaemonSets, Jobs and single Pods: which are created again, and of which template."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph import Unknown, controller_ref, name_of, namespace_of, ref_of
from gkedoctor.graph.core.conditions import is_true
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.graph.objects.owners import owned, template_of
from gkedoctor.graph.scheduling import node_fit
from gkedoctor.graph.workloads.pods import step
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.admission import admitted
from gkedoctor.whatif.simulate.deployments import create_pod, create_pods
from gkedoctor.whatif.simulate.kubelet import first_status
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.revisions import new_pod, replicas_of, revision_hash, suffix_of, template_changed
from gkedoctor.whatif.simulate.world import World

_POD_NAME = "statefulset.kubernetes.io/pod-name"
_REVISION = "controller-revision-hash"
_STATEFULSET = "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/"


@rule(
    "statefulset",
    says="A StatefulSet creates the Pods that it lacks, in order, and replaces those of an older template from the "
    "last one; with OrderedReady a Pod that is not ready stops this until it is deleted.",
    source=_STATEFULSET + "#forced-rollback",
    order=30,
)
def stateful_sets(world: World) -> None:
    """StatefulSets that were written, or that lost Pods."""
    for item in world.graph.all("StatefulSet"):
        if world.was_touched(item) or _lost(world, item) or _is_refused(world, item):
            _stateful_set(world, item)


def _pods(world: World, item: Object) -> list[Object]:
    return [p for p in owned(world.graph, item) if p.get("kind") == "Pod"]


def _lost(world: World, item: Object) -> bool:
    """Whether Pods of it that were recorded are gone."""
    earlier = world.recorded(item)
    if earlier is None or world.before is None:
        return False
    now = {name_of(p) for p in _pods(world, item)}
    return any(name_of(p) not in now for p in owned(world.before, earlier))


def _stateful_set(world: World, item: Object) -> None:
    spec = item.get("spec") or {}
    pods = {name_of(pod): pod for pod in _pods(world, item)}
    start = (spec.get("ordinals") or {}).get("start") or 0
    names = [f"{name_of(item)}-{i}" for i in range(start, start + replicas_of(item))]
    for name in sorted(pods.keys() - set(names), key=_ordinal, reverse=True):
        world.remove(pods.pop(name))
        world.busy.add(ref_of(item))
    ordered = spec.get("podManagementPolicy") != "Parallel"
    if not ordered or all(_is_ready(world, pod) for pod in pods.values()):
        _replace_older(world, item, pods)
    for name in names:
        if name not in pods and admitted(world, item):
            pods[name] = _create_ordinal(world, item, name)
        if ordered and (name not in pods or not _is_ready(world, pods[name])):
            break


def _ordinal(name: str) -> int:
    return whole_number(name.rpartition("-")[2]) or 0


def _is_ready(world: World, pod: Object) -> bool:
    return step(world.graph.clock, pod) == "fine"


def _replace_older(world: World, item: Object, pods: dict[str, Object]) -> None:
    """Rolling update: takes Pods of the older template away, those below the partition stay."""
    strategy = (item.get("spec") or {}).get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete" or not template_changed(world, item):
        return
    partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
    value = revision_hash(template_of(item))
    for name, pod in list(pods.items()):
        if (pod["metadata"].get("labels") or {}).get(_REVISION) != value and _ordinal(name) >= partition:
            world.remove(pods.pop(name))
            world.busy.add(ref_of(item))


def _create_ordinal(world: World, item: Object, name: str) -> Object:
    _create_claims(world, item, name)
    revision = _revision(world, item)
    pod = new_pod(item, template_of(item), name.removeprefix(f"{name_of(item)}-"), {_POD_NAME: name, **revision})
    claims = {
        str((t.get("metadata") or {}).get("name")) for t in (item.get("spec") or {}).get("volumeClaimTemplates") or []
    }
    kept = [v for v in pod["spec"].get("volumes") or [] if v.get("name") not in claims]
    volumes = [{"name": c, "persistentVolumeClaim": {"claimName": f"{c}-{name}"}} for c in sorted(claims)]
    if kept or volumes:
        pod["spec"]["volumes"] = [*kept, *volumes]
    predecessor = _predecessor(world, item, name)
    world.busy.add(ref_of(item))
    return create_pod(world, pod, predecessor, _template_of_predecessor(world, item, predecessor))


def _revision(world: World, item: Object) -> dict[str, str]:
    if template_changed(world, item):
        return {_REVISION: revision_hash(template_of(item))}
    revision = (item.get("status") or {}).get("updateRevision")
    return {_REVISION: str(revision)} if revision else {}


def _create_claims(world: World, item: Object, name: str) -> None:
    for template in (item.get("spec") or {}).get("volumeClaimTemplates") or []:
        claim = f"{(template.get('metadata') or {}).get('name')}-{name}"
        if world.graph.find("PersistentVolumeClaim", namespace_of(item), claim) is None:
            metadata = {**(template.get("metadata") or {}), "name": claim, "namespace": namespace_of(item)}
            world.create({
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata,
                "spec": template.get("spec") or {}, "status": {"phase": "Pending"},
            })  # fmt: skip


def _predecessor(world: World, item: Object, name: str) -> Object | None:
    """The Pod of that name that was recorded, else another of the set, else one that failed alike."""
    earlier = world.recorded(item)
    if world.before is None or earlier is None:
        return None
    pods = [p for p in owned(world.before, earlier) if p.get("kind") == "Pod"]
    return next((p for p in pods if name_of(p) == name), pods[0] if pods else None)


def _template_of_predecessor(world: World, item: Object, pod: Object | None) -> Object | None:
    """The recorded template, where the Pod was made of it (its revision is the one that was to come)."""
    earlier = world.recorded(item)
    if earlier is None or pod is None:
        return None
    revision = (pod["metadata"].get("labels") or {}).get(_REVISION)
    wanted = (earlier.get("status") or {}).get("updateRevision")
    is_older = bool(revision and wanted and revision != wanted) or not template_changed(world, item)
    spec: Object | None = template_of(earlier).get("spec")
    return None if is_older else spec


@rule(
    "daemonset",
    says="A DaemonSet replaces its Pods when its template changed, unless its strategy is OnDelete, and creates one "
    "for each node that its Pods may use.",
    source="https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/",
    order=30,
)
def daemon_sets(world: World) -> None:
    """DaemonSets that were written or lost Pods, and those for which Nodes changed."""
    nodes_changed = any(ref.kind == "Node" for ref in world.touched)
    for item in world.graph.all("DaemonSet"):
        if world.was_touched(item) or _lost(world, item) or nodes_changed or _is_refused(world, item):
            _daemon_set(world, item)


def _daemon_set(world: World, item: Object) -> None:
    on_delete = ((item.get("spec") or {}).get("updateStrategy") or {}).get("type") == "OnDelete"
    value = revision_hash(template_of(item))
    pods = _pods(world, item)
    if template_changed(world, item) and not on_delete:
        for pod in pods:
            if (pod["metadata"].get("labels") or {}).get(_REVISION) != value:
                world.remove(pod)
        pods = _pods(world, item)
    used = {str((p.get("spec") or {}).get("nodeName")) for p in pods}
    wanted = _nodes_for(world, item)
    for pod in pods:
        if wanted and str((pod.get("spec") or {}).get("nodeName")) not in wanted and _was_written(world, pod):
            world.remove(pod)
    if admitted(world, item):
        for name in sorted(wanted - used):
            pod = new_pod(item, template_of(item), suffix_of(item, len(name) + ord(name[-1])), {_REVISION: value})
            pod["spec"]["nodeName"] = name
            predecessor = _of_node(world, item, name)
            create_pod(world, pod, predecessor, _template_of_predecessor(world, item, predecessor))
    world.busy.add(ref_of(item))


def _nodes_for(world: World, item: Object) -> set[str]:
    """The nodes for which a DaemonSet wants a Pod; without recorded Nodes, those where it had one."""
    nodes = world.graph.listing("Node")
    planned = {"kind": "Pod", "metadata": {"name": ""}, "spec": template_of(item).get("spec") or {}}
    if isinstance(nodes, Unknown) or not nodes:
        earlier = world.recorded(item)
        pods = owned(world.before, earlier) if world.before is not None and earlier is not None else []
        known = {str(p["spec"]["nodeName"]) for p in pods if (p.get("spec") or {}).get("nodeName")}
        wanted = int((item.get("status") or {}).get("desiredNumberScheduled") or 0)
        return known or {f"node-{number}" for number in range(1, wanted + 1)}
    return {name_of(n) for n in nodes if node_fit.selected(planned, n) and not _repels(planned, n)}


def _repels(pod: Object, node: Object) -> bool:
    """Whether a taint keeps a DaemonSet's Pod off; it tolerates what the node's own conditions put there."""
    return any(node_fit.taint_kind(t.get("key")) == "taint" for t in node_fit.untolerated(pod, node))


def _was_written(world: World, pod: Object) -> bool:
    return any(ref.kind == "Node" and ref.name == pod["spec"].get("nodeName") for ref in world.touched)


def _of_node(world: World, item: Object, name: str) -> Object | None:
    earlier = world.recorded(item)
    if world.before is None or earlier is None:
        return None
    pods = [p for p in owned(world.before, earlier) if p.get("kind") == "Pod"]
    return next((p for p in pods if (p.get("spec") or {}).get("nodeName") == name), pods[0] if pods else None)


@rule(
    "job",
    says="A Job that is new, was resumed or lost its Pods creates Pods.",
    source="https://kubernetes.io/docs/concepts/workloads/controllers/job/",
    order=30,
)
def jobs(world: World) -> None:
    """Jobs that were written or lost their Pods."""
    for item in world.graph.all("Job"):
        spec = item.get("spec") or {}
        if spec.get("suspend") or is_true(item, "Complete", "Failed") or _pods(world, item):
            continue
        if not (world.was_touched(item) or _lost(world, item) or _is_refused(world, item)):
            continue
        earlier = world.recorded(item)
        likeness = owned(world.before, earlier) if world.before is not None and earlier is not None else []
        if create_pods(world, item, int(spec.get("parallelism") or 1), next(iter(likeness), None)):
            world.busy.add(ref_of(item))


def _is_refused(world: World, item: Object) -> bool:
    found = world.graph.follow("refusals", item)
    return not isinstance(found, Unknown) and bool(found)


@rule(
    "new-pods",
    says="A Pod that was created by itself, or again, gets a node and starts.",
    source="https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/",
    order=40,
)
def new_pods(world: World) -> None:
    """Pods that the change created, and that no controller owns."""
    for ref in sorted(world.touched, key=lambda ref: ref.sort_key):
        pod = world.graph.find("Pod", ref.namespace, ref.name) if ref.kind == "Pod" else None
        if not isinstance(pod, dict) or controller_ref(pod) is not None or not _is_unreported(world, pod):
            continue
        world.put(first_status(world, pod, world.recorded(pod)))
        world.mark_busy(pod)


def _is_unreported(world: World, pod: Object) -> bool:
    """Whether the Pod is another than the recorded one, and nothing has reported on it."""
    status: Any = pod.get("status") or {}
    earlier = world.recorded(pod)
    is_new = earlier is None or earlier["metadata"].get("uid") != pod["metadata"].get("uid")
    return is_new and not status.get("containerStatuses") and status.get("phase") in (None, "Pending")
