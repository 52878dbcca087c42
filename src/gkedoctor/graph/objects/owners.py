"""Owner chains: Pod → ReplicaSet → Deployment, Pod → Job → CronJob, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from gkedoctor.graph.core.accessors import labels_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.kinds import is_built_in
from gkedoctor.snapshot.model import Object

K = TypeVar("K")

WORKLOADS = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
)
_OWNED = ("Pod", "ReplicaSet", "Job")


def controller_ref(item: Object) -> dict[str, Any] | None:
    """The owner reference with `controller: true`, else the first one."""
    references = item["metadata"].get("ownerReferences")
    if not references:
        return None
    for reference in references:  # a generator takes twice as long
        if reference.get("controller"):
            found: dict[str, Any] = reference
            return found
    first: dict[str, Any] = references[0]
    return first


def owner(graph: Graph, item: Object) -> Object | None:
    """The controlling owner; a stub with only its name where it is not in the snapshot."""
    reference = controller_ref(item)
    if reference is None:
        return None
    kind, name, namespace = str(reference.get("kind")), str(reference.get("name")), namespace_of(item)
    found = graph.find(kind, namespace, name) if is_built_in(kind) else None
    return found if found is not None and not isinstance(found, Unknown) else stub(kind, namespace, name)


def stub(kind: str, namespace: str, name: str) -> Object:
    """An object of which only the name is known."""
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return {"kind": kind, "metadata": metadata}


def workload(graph: Graph, item: Object) -> Object:
    """The top of the owner chain: Deployment, StatefulSet, DaemonSet, CronJob, Job, or the object itself."""
    reference = controller_ref(item)
    if reference is None:
        return item
    known = graph.memo(workload, WORKLOADS)
    place = (namespace_of(item), reference.get("kind"), reference.get("name"))
    found: Object | None = known.get(place)
    if found is None:
        found = _top(graph, item)
        if "spec" in found and reference.get("kind") in WORKLOADS:  # a stub differs from Pod to Pod
            known[place] = found
    return found


def _top(graph: Graph, item: Object) -> Object:
    seen = {id(item)}
    current = item
    while (above := owner(graph, current)) is not None and id(above) not in seen and len(seen) < 8:
        if above["kind"] == "Node":  # static pods belong to their Node; the pod is what has to be mended
            break
        seen.add(id(above))
        current = above
    return _deployment_of_unseen_replicaset(item, current)


def _deployment_of_unseen_replicaset(pod: Object, top: Object) -> Object:
    """`web-5d9c` with the pod label pod-template-hash=5d9c is Deployment web, also where ReplicaSets are not seen."""
    if "spec" in top or top.get("kind") != "ReplicaSet":
        return top
    suffix, name = labels_of(pod).get("pod-template-hash"), name_of(top)
    if suffix and name.endswith("-" + suffix):
        return stub("Deployment", namespace_of(pod), name.removesuffix("-" + suffix))
    return top


@edge("workload", "*", reads=("ReplicaSet", "Job", "Deployment", "CronJob"), record="KubernetesObject")
def workload_of(graph: Graph, item: Object) -> Facts:
    """The workload that the object belongs to: the top of its owner chain."""
    return [workload(graph, item)]


@edge("owner", "*", record="KubernetesObject")
def owner_of(graph: Graph, item: Object) -> Facts:
    """The object that controls this one."""
    above = owner(graph, item)
    return [above] if above is not None else []


@edge("children", *WORKLOADS, reads=_OWNED, record="KubernetesObject")
def children_of(graph: Graph, item: Object) -> Facts:
    """What the object controls directly: ReplicaSets of a Deployment, Jobs of a CronJob, Pods of the rest."""
    kind = {"Deployment": "ReplicaSet", "CronJob": "Job"}.get(str(item.get("kind")), "Pod")
    doubt = graph.why_incomplete(kind, namespace_of(item))
    if doubt is not None:
        return doubt
    return [c for c in owned(graph, item) if c.get("kind") == kind]


def owned(graph: Graph, item: Object) -> list[Object]:
    """The objects in the snapshot that this one controls directly. O(children)."""
    return graph.index(_by_owner).get((str(item.get("kind")), namespace_of(item), name_of(item)), [])


def _by_owner(graph: Graph) -> dict[tuple[str, str, str], list[Object]]:
    children: dict[tuple[str, str, str], list[Object]] = {}
    for kind in _OWNED:
        for item in graph.all(kind):
            reference = controller_ref(item)
            if reference is not None:
                place = (str(reference.get("kind")), namespace_of(item), str(reference.get("name")))
                children.setdefault(place, []).append(item)
    return children


@edge("pods", *WORKLOADS, reads=_OWNED, record="KubernetesObject")
def pods_of(graph: Graph, item: Object) -> Facts:
    """All Pods below a workload, through ReplicaSets and Jobs."""
    doubt = graph.why_incomplete("Pod", namespace_of(item))
    if doubt is not None:
        return doubt
    if item.get("kind") == "Deployment" and graph.why_incomplete("ReplicaSet", namespace_of(item)) is not None:
        return [p for p in graph.in_namespace("Pod", namespace_of(item)) if _top_is(graph, p, item)]
    pods: list[Object] = []
    queue, seen = [item], set[int]()
    while queue:
        current = queue.pop()
        for child in owned(graph, current):
            if id(child) not in seen:
                seen.add(id(child))
                (pods if child.get("kind") == "Pod" else queue).append(child)
    return sorted(pods, key=name_of)


def _top_is(graph: Graph, pod: Object, item: Object) -> bool:
    top = workload(graph, pod)
    return (top.get("kind"), name_of(top)) == (item.get("kind"), name_of(item))


def workloads_by(graph: Graph, found: Iterable[tuple[K, Object]]) -> dict[K, list[Object]]:
    """The workloads of the objects that stand beside each key, each once, in the order of their names."""
    tops: dict[K, dict[str, Object]] = {}
    for key, item in found:
        top = workload(graph, item)
        tops.setdefault(key, {})[str(ref_of(top))] = top
    return {key: [named[name] for name in sorted(named)] for key, named in tops.items()}


def template_of(item: Object) -> Object:
    """The pod template of a workload: {metadata, spec}; a Pod is its own template."""
    spec = item.get("spec") or {}
    if item.get("kind") == "Pod":
        return item
    if item.get("kind") == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    return spec.get("template") or {}
