"""What becomes of a Pod: the scheduler gives it a node, the kubelet mounts, pulls, starts and probes."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.config.references import read_references
from gkedoctor.graph.workloads.pods import containers_of, has_ended, pods_at, step
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.container_failures import Failure, fails_again
from gkedoctor.whatif.simulate.csi_addons import uses_new_driver
from gkedoctor.whatif.simulate.pod_status import address_of, as_predecessor, running, unscheduled
from gkedoctor.whatif.simulate.references import (
    account_found,
    claims_bound,
    configuration_found,
    reads_what_was_touched,
    runtime_found,
)
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.scheduling import claim_was_freed, node_for
from gkedoctor.whatif.simulate.world import World

_KUBELET = "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet.go"
_HELD_UP = ("scheduling", "starting", "image", "config", "create", "init", "crash", "unready")
_MOUNT = ("MountVolume", "Unable to attach or mount", "references non-existent", "not found")


@rule(
    "kubelet-retries",
    says="A Pod that was held up goes on once what it waited for is there: its node, volumes, image, Secrets and "
    "ConfigMaps, and for a failing container a change of what it failed for.",
    source=_KUBELET,
    order=60,
)
def retry(world: World) -> None:
    """Pods that exist and do not run."""
    graph = world.graph
    for pod in pods_at(graph, _HELD_UP):
        if has_ended(pod):
            continue
        after = next_pod(world, pod, world.recorded(pod) or pod)
        if after is not None:
            world.mark_busy(pod)
            world.put(after)


def next_pod(
    world: World, pod: Object, predecessor: Object | None, template: Object | None = None
) -> dict[str, Any] | None:
    """The Pod as it is once nothing holds it up; None where it is held up as its predecessor was.

    `predecessor`: the Pod itself before the change, or the one of the older template that it takes the place of; None
    for one that never was. `template`: the Pod spec of that template, where it is known.
    """
    spec = pod.get("spec") or {}
    if not spec.get("nodeName"):
        node = node_for(world, pod, predecessor)
        if node is None:
            return None
        pod = {**pod, "spec": {**spec, "nodeName": node}}
    if not _volumes_ready(world, pod, predecessor):
        return None
    if not configuration_found(world.graph, pod, volumes=False) or not runtime_found(world.graph, pod):
        return None
    if predecessor is not None and _fails_again(world, pod, predecessor, template):
        return None
    return running(pod, world.now, address_of(pod))


def _fails_again(world: World, pod: Object, predecessor: Object, template: Object | None) -> bool:
    """Whether a container fails as before. One that never got as far as to start has shown no failure."""
    before = world.before if world.recorded(predecessor) is not None and world.before is not None else world.graph
    records = containers_of(before, predecessor)
    if isinstance(records, Unknown):
        return True
    failures = (Failure(world, pod, predecessor, record, template) for record in records if record["status"])
    return any(map(fails_again, failures))


def _volumes_ready(world: World, pod: Object, predecessor: Object | None) -> bool:
    """Whether volumes can be mounted: what they name is there, and what failed otherwise was changed."""
    graph = world.graph
    if not configuration_found(graph, pod, volumes=True) or not claims_bound(graph, pod):
        return False
    if not _account_ready(graph, pod):
        return False
    if predecessor is None or step(graph.clock, predecessor) not in ("starting", "silent"):
        return True
    old, new = (p.get("spec") or {} for p in (predecessor, pod))
    changed = old.get("volumes") != new.get("volumes") or old.get("nodeName") != new.get("nodeName")
    before = world.before
    if before is not None:
        was_missing = not (
            configuration_found(before, predecessor, volumes=True)
            and claims_bound(before, predecessor)
            and _account_ready(before, predecessor)
            and runtime_found(before, predecessor)
        )
        freed = claim_was_freed(world, pod, predecessor)
        reached = reads_what_was_touched(world, pod) or uses_new_driver(world, pod)
        return was_missing or changed or freed or reached
    return changed or _waits_for_configuration(graph, predecessor)


def _account_ready(graph: Graph, pod: Object) -> bool:
    """Whether the account is there, or nothing is known of it: `default` is in every namespace, seldom recorded."""
    name = (pod.get("spec") or {}).get("serviceAccountName") or "default"
    if account_found(graph, pod) or name == "default":
        return True
    return graph.why_incomplete("ServiceAccount", pod["metadata"].get("namespace")) is not None


def _waits_for_configuration(graph: Graph, pod: Object) -> bool:
    """Whether the last Event of a Pod that is starting names a Secret, ConfigMap or key that was missing."""
    found = graph.follow("events", pod)
    texts = [] if isinstance(found, Unknown) else [str(e.get("message") or "") for e in found]
    ids = ("kubelet/config-object-missing", "kubelet/volume-key-missing", "kubelet/account-missing")
    return bool(texts) and any(message(id).search(text) is not None for text in texts[-3:] for id in ids)


def first_status(
    world: World, pod: dict[str, Any], predecessor: Object | None, template: Object | None = None
) -> dict[str, Any]:
    """A new Pod as it will be: running, or held up as its predecessor was, or without a node."""
    bare = {**pod, "status": {"phase": "Pending"}}
    after = next_pod(world, bare, predecessor, template)
    if after is not None:
        return after
    if predecessor is not None and (predecessor.get("spec") or {}).get("nodeName"):
        node = node_for(world, bare, predecessor)
        if node is not None:
            placed = {**pod, "spec": {**pod["spec"], "nodeName": node}}
            return as_predecessor(placed, predecessor) if _was_held_up(world, predecessor) else _waiting(placed, world)
    if predecessor is not None and not (predecessor.get("spec") or {}).get("nodeName"):
        return unscheduled(pod, predecessor, world.now, "no node fits the Pod")
    return _waiting(pod, world)


def _was_held_up(world: World, pod: Object) -> bool:
    return step(world.graph.clock, pod) in _HELD_UP


def _waiting(pod: dict[str, Any], world: World) -> dict[str, Any]:
    """A Pod that newly waits: for a node, or for what it references and is not there."""
    if not pod["spec"].get("nodeName"):
        node = node_for(world, pod, None)
        if node is None:
            return unscheduled(pod, None, world.now, "0/0 nodes are available: no node of the recording fits the Pod")
        pod = {**pod, "spec": {**pod["spec"], "nodeName": node}}
    missing = _missing(world.graph, pod)
    reason, text = ("CreateContainerConfigError", missing) if missing else ("ContainerCreating", "")
    waiting = {"reason": reason, **({"message": text} if text else {})}
    statuses = [
        {"name": c.get("name"), "image": c.get("image") or "", "ready": False, "restartCount": 0, "imageID": "",
         "state": {"waiting": waiting}}
        for c in pod["spec"].get("containers") or []
    ]  # fmt: skip
    conditions = [
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": world.now},
        {"type": "Ready", "status": "False", "reason": "ContainersNotReady", "lastTransitionTime": world.now},
    ]
    return {**pod, "status": {"phase": "Pending", "startTime": world.now, "conditions": conditions,
                              "containerStatuses": statuses}}  # fmt: skip


def _missing(graph: Graph, pod: Object) -> str:
    """What the kubelet says of the first Secret or ConfigMap that a container of the Pod reads and that is missing."""
    for record in read_references(graph, pod):
        if record["optional"] or record["via"] not in ("env", "envFrom"):
            continue
        if record["found"] is False:
            return f'{record["kind"].lower()} "{record["name"]}" not found'
        if record["keyFound"] is False:
            return f"couldn't find key {record['key']} in {record['kind']} {record['namespace']}/{record['name']}"
    return ""
