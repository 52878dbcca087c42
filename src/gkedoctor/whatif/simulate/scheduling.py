"""Where the scheduler puts a Pod: only what was in its way before is judged, by the facts of Nodes and Pods.

How full a node is, a recording cannot tell for certain. So a Pod that had no room gets a node only where it requests
less than before, room was freed, or a node came or was opened; and the Pods that were recorded leave room.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gkedoctor.graph import Graph, Unknown, labels_of, name_of, namespace_of
from gkedoctor.graph.core.conditions import condition, is_true
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.graph.scheduling import node_fit
from gkedoctor.graph.scheduling.unschedulable_pods import node_evaluation, scheduling_of
from gkedoctor.graph.storage.claims import claims_named, class_of, consumers_of
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.csi_addons import uses_new_driver
from gkedoctor.whatif.simulate.world import World

_PLACED = (
    "nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "schedulerName", "hostNetwork",
    "schedulingGates", "resourceClaims", "volumes", "priorityClassName",
)  # fmt: skip
_DEVICES = ("ResourceClaim", "ResourceClaimTemplate", "DeviceClass", "ResourceSlice")
_HARD = "requiredDuringSchedulingIgnoredDuringExecution"


def node_for(world: World, pod: Object, predecessor: Object | None) -> str | None:
    """The name of the node that the scheduler gives to a Pod; None where it gets none, or that cannot be told.

    A recording without any Node says nothing about room: then there is a node, unless the predecessor got none.
    """
    spec = pod.get("spec") or {}
    if spec.get("schedulingGates") or not _is_served(world.graph, pod):
        return None
    nodes = world.graph.listing("Node")
    if isinstance(nodes, Unknown) or not _claims_allow(world.graph, pod):
        return None
    kept = ((predecessor or {}).get("spec") or {}).get("nodeName")
    if predecessor is not None and kept and (not nodes or not _differs(pod, predecessor)):
        seat = world.graph.find("Node", None, str(kept))
        if not isinstance(seat, Mapping) or _is_open(pod, seat):
            return str(kept)
    if predecessor is not None and not kept and not _obstacle_changed(world, pod, predecessor):
        return None
    if not nodes:
        used = (str((p.get("spec") or {}).get("nodeName") or "") for p in world.graph.all("Pod"))
        return next(filter(None, used), "node-1")
    return next((name_of(node) for node in nodes if _fits(world, pod, node)), None)


def _is_served(graph: Graph, pod: Object) -> bool:
    scheduler = str((pod.get("spec") or {}).get("schedulerName") or "default-scheduler")
    if scheduler in ("default-scheduler", "gke.io/optimize-utilization-scheduler"):
        return True
    found = scheduling_of(graph, pod)
    return not isinstance(found, Unknown) and any(record["served"] is True for record in found)


def _is_open(pod: Object, node: Object) -> bool:
    """Whether a node that had a Pod of the workload takes another one: it is not cordoned, tainted or unready."""
    blocks = node_evaluation(pod, node, {})["blocks"]
    return not blocks and (condition(node, "Ready") is None or is_true(node, "Ready"))


def _node_of(graph: Graph, pod: Object | None) -> Object | None:
    name = ((pod or {}).get("spec") or {}).get("nodeName")
    found = graph.find("Node", None, str(name)) if name else None
    return found if isinstance(found, Mapping) else None


def _differs(pod: Object, predecessor: Object) -> bool:
    """Whether a Pod of the new template may need another node than the one of the old template."""
    new, old = pod.get("spec") or {}, predecessor.get("spec") or {}
    if any((new.get(field) or None) != (old.get(field) or None) for field in ("nodeSelector", "affinity")):
        return True
    less, more = node_fit.requests(predecessor), node_fit.requests(pod)
    return any(amount > less.get(name, 0.0) for name, amount in more.items()) or not _ports(pod) <= _ports(predecessor)


def _claims_allow(graph: Graph, pod: Object) -> bool:
    """Whether each claim is bound, or waits for its first Pod (volume binding plugin)."""
    for record in claims_named(graph, pod):
        claim = record["claim"]
        if not isinstance(claim, Mapping):
            return bool(record["via"] == "ephemeral")
        if (claim.get("status") or {}).get("phase") == "Bound":
            continue
        found = class_of(graph, claim)
        if isinstance(found, Unknown) or not found or found[0]["delayed"] is not True:
            return False
    return True


def _obstacle_changed(world: World, pod: Object, predecessor: Object) -> bool:
    """Whether something of what the scheduler named changed: the Pod, Nodes, or Pods and claims in its way."""
    before = world.before or world.graph
    found = scheduling_of(before, predecessor)
    record: Mapping[str, Any] = {} if isinstance(found, Unknown) or not found else found[0]
    kinds = set(record.get("kinds") or ())
    new, old = pod.get("spec") or {}, predecessor.get("spec") or {}
    if any((new.get(field) or None) != (old.get(field) or None) for field in _PLACED):
        return True
    if uses_new_driver(world, pod):
        return True
    if any(world.was_touched(node) for node in world.graph.all("Node")) or _claims_came(world, pod, predecessor):
        return True
    asked, wanted = node_fit.requests(predecessor), node_fit.requests(pod)
    lowered = any(wanted.get(name, 0.0) < amount for name, amount in asked.items())
    return (
        lowered
        or _ports(pod) != _ports(predecessor)
        or _room_was_freed(world, kinds)
        or claim_was_freed(world, pod, predecessor)
    )


def _claims_came(world: World, pod: Object, predecessor: Object) -> bool:
    """Whether the claims of the Pod let it be placed now and did not before, or its devices were written."""
    if any(ref.kind in _DEVICES for ref in world.touched):
        return True
    return world.before is not None and not _claims_allow(world.before, predecessor) and _claims_allow(world.graph, pod)


def claim_was_freed(world: World, pod: Object, predecessor: Object) -> bool:
    """Whether another Pod used a claim of this one, and no other does now."""
    if world.before is None:
        return False
    return any(
        _others(world.before, predecessor, r) and not _others(world.graph, pod, r)
        for r in claims_named(world.graph, pod)
    )


def _others(graph: Graph, pod: Object, record: Mapping[str, Any]) -> bool:
    claim = graph.find("PersistentVolumeClaim", namespace_of(pod), str(record["name"]))
    found = consumers_of(graph, claim) if isinstance(claim, Mapping) else []
    return isinstance(found, Unknown) or any(name_of(user) != name_of(pod) for user in found)


def _room_was_freed(world: World, kinds: set[str]) -> bool:
    """Whether Pods that had a node are gone, which may have been in the way."""
    if world.before is None or not kinds & {"resources", "ports", "affinity", "spread", "devices"}:
        return False
    now = {(namespace_of(p), name_of(p)) for p in world.graph.all("Pod")}
    return any(
        (p.get("spec") or {}).get("nodeName") and (namespace_of(p), name_of(p)) not in now
        for p in world.before.all("Pod")
    )


def _fits(world: World, pod: Object, node: Object) -> bool:
    if not is_true(node, "Ready") and condition(node, "Ready") is not None:
        return False
    wanted = node_fit.requests(pod)
    seat = node_evaluation(pod, node, wanted)
    if seat["blocks"] or seat["small"] or (node_fit.reserved(pod, node)):
        return False
    beside = _pods_on(world.graph, node)
    return (
        _has_room(node, beside, wanted)
        and not any(_ports(pod) & _ports(other) for other in beside)
        and _affinity_holds(world.graph, pod, node)
        and _spread_holds(world.graph, pod, node)
    )


def _pods_on(graph: Graph, node: Object) -> list[Object]:
    found = graph.follow("pods", node)
    pods = graph.all("Pod") if isinstance(found, Unknown) else found
    return [
        p for p in pods
        if (p.get("spec") or {}).get("nodeName") == name_of(node)
        and (p.get("status") or {}).get("phase") not in ("Succeeded", "Failed")
    ]  # fmt: skip


def _has_room(node: Object, beside: list[Object], wanted: dict[str, float]) -> bool:
    """Whether the node has what the Pod requests beside the Pods that were recorded on it."""
    has = (node.get("status") or {}).get("allocatable")
    if not has:
        return True
    used: dict[str, float] = {}
    for other in beside:
        for name, amount in node_fit.requests(other).items():
            used[name] = used.get(name, 0.0) + amount
    return all(
        used.get(name, 0.0) + amount <= (quantity(has.get(name)) or 0.0)
        for name, amount in wanted.items()
        if amount > 0 and (name in has or name not in ("pods", "ephemeral-storage"))
    )


def _ports(pod: Object) -> set[tuple[int, str]]:
    """The ports of the node that a Pod takes."""
    spec = pod.get("spec") or {}
    found = set()
    for container in spec.get("containers") or []:
        for port in container.get("ports") or []:
            number = port.get("hostPort") or (port.get("containerPort") if spec.get("hostNetwork") else None)
            if isinstance(number, int):
                found.add((number, str(port.get("protocol") or "TCP")))
    return found


def _terms(pod: Object, field: str) -> list[Any]:
    return (((pod.get("spec") or {}).get("affinity") or {}).get(field) or {}).get(_HARD) or []


def _affinity_holds(graph: Graph, pod: Object, node: Object) -> bool:
    """Required (anti-)affinity of the Pod, and the anti-affinity that Pods already there have against it."""
    placed = [p for p in graph.all("Pod") if (p.get("spec") or {}).get("nodeName") and name_of(p) != name_of(pod)]
    for term in _terms(pod, "podAffinity"):
        near = [p for p in placed if _meant(term, pod, p)]
        if not any(_same_place(graph, term, p, node) for p in near) and (near or not _meant(term, pod, pod)):
            return False
    hostile = _terms(pod, "podAntiAffinity")
    if any(_meant(term, pod, p) and _same_place(graph, term, p, node) for term in hostile for p in placed):
        return False
    return not any(
        _meant(term, other, pod) and _same_place(graph, term, other, node)
        for other in placed
        for term in _terms(other, "podAntiAffinity")
    )


def _meant(term: Any, owner: Object, other: Object) -> bool:
    """Whether a term of one Pod means another Pod."""
    spaces = term.get("namespaces") or ([] if term.get("namespaceSelector") is not None else [namespace_of(owner)])
    if spaces and namespace_of(other) not in spaces:
        return False
    return matches(term.get("labelSelector"), labels_of(other))


def _same_place(graph: Graph, term: Any, other: Object, node: Object) -> bool:
    there = _node_of(graph, other)
    key = str(term.get("topologyKey"))
    value = labels_of(node).get(key)
    return there is not None and value is not None and labels_of(there).get(key) == value


def _spread_holds(graph: Graph, pod: Object, node: Object) -> bool:
    """Hard spread constraints: the skew between the node's domain and the emptiest one."""
    for rule in (pod.get("spec") or {}).get("topologySpreadConstraints") or []:
        if rule.get("whenUnsatisfiable") == "ScheduleAnyway":
            continue
        key = str(rule.get("topologyKey"))
        if key not in labels_of(node):
            return False
        counts = {labels_of(n)[key]: 0 for n in graph.all("Node") if key in labels_of(n) and node_fit.selected(pod, n)}
        for other in graph.in_namespace("Pod", namespace_of(pod)):
            there = _node_of(graph, other)
            domain = labels_of(there).get(key) if there is not None else None
            if domain in counts and matches(rule.get("labelSelector"), labels_of(other)):
                counts[domain] += 1
        own = counts.get(labels_of(node)[key], 0)
        if own + 1 - min(counts.values(), default=0) > (rule.get("maxSkew") or 1):
            return False
    return True
