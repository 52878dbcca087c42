"""Namespaces that are being deleted, and the aggregated APIs that keep them."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph import Unknown, name_of
from gkedoctor.graph.admission.namespace_deletion import deletion_blockers
from gkedoctor.graph.core.conditions import condition
from gkedoctor.graph.services.service_reference import referenced_service
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.control_plane_firewall import was_opened
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_LIFECYCLE = "https://kubernetes.io/docs/concepts/architecture/garbage-collection/"


@rule(
    "namespace-deleted",
    says="A Namespace that is being deleted goes, with all that is in it, once what kept it was removed.",
    source="https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/namespace/deletion",
    order=10,
)
def deleted(world: World) -> None:
    """Namespaces with a deletionTimestamp."""
    if not world.touched:
        return
    for item in world.graph.all("Namespace"):
        if not item["metadata"].get("deletionTimestamp"):
            continue
        found = deletion_blockers(world.graph, item)
        left = [] if isinstance(found, Unknown) else [r["by"] for r in found if not _is_removed(world, item, r)]
        if not left and not isinstance(found, Unknown):
            _remove(world, item)
        elif not isinstance(found, Unknown):
            world.put({**item, "status": _reported(item, left, world.now)})


_CONDITIONS = {
    "NamespaceDeletionDiscoveryFailure": ("api",),
    "NamespaceDeletionContentFailure": ("conversion", "webhook", "content"),
    "NamespaceFinalizersRemaining": ("finalizer",),
}
"""The conditions of a Namespace that is being deleted, with the blockers that each reports."""


def _reported(item: Object, left: list[str], now: str) -> dict[str, Any]:
    """The status without conditions of which no blocker is left: the controller checks again after each change."""
    status = item.get("status") or {}
    return {
        **status,
        "conditions": [
            {**c, "status": "False", "message": "", "lastTransitionTime": now}
            if c.get("status") == "True" and not set(_CONDITIONS.get(str(c.get("type")), left)) & set(left)
            else c
            for c in status.get("conditions") or []
        ],
    }


def _is_removed(world: World, item: Object, record: Any) -> bool:
    """Whether what a condition still reports was changed: then the next try goes on."""
    by, target = record["by"], record["item"]
    if by == "own-finalizer" or (by == "finalizer" and target is not None):
        return False
    if by == "api" and target is None:
        return any(ref.kind == "APIService" for ref in world.touched)
    if by == "conversion":
        return any(ref.kind == "CustomResourceDefinition" for ref in world.touched)
    if by == "webhook" and target is None:
        return any(ref.kind.endswith("WebhookConfiguration") for ref in world.touched)
    if by == "finalizer":
        return any(ref.namespace == name_of(item) for ref in world.touched)
    return world.was_touched(target)


def _remove(world: World, item: Object) -> None:
    name = name_of(item)
    for kind in KINDS.values():
        if kind.namespaced and not kind.cloud:
            for one in world.graph.in_namespace(kind.name, name):
                if kind.name != "Event":
                    world.remove(one)
    world.remove(item)


@rule(
    "api-service",
    says="An APIService is available once the Service behind it has ready endpoints that the control plane can reach.",
    source="https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/",
    order=78,
)
def api_services(world: World) -> None:
    """APIServices that are not available and whose Service can be reached now, or that were written."""
    if not world.touched:
        return
    for item in world.graph.all("APIService"):
        state = condition(item, "Available")
        if state is None or state.get("status") == "True":
            continue
        spec = item.get("spec") or {}
        service = referenced_service(world.graph, spec.get("service") or {})
        if not isinstance(service, dict) or not _serves(world, service):
            continue
        if _served_before(world, item) and not was_opened(world, service):
            continue
        good = {**state, "status": "True", "reason": "Passed", "message": "", "lastTransitionTime": world.now}
        kept = [good if c.get("type") == "Available" else c for c in (item.get("status") or {}).get("conditions") or []]
        world.put({**item, "status": {**(item.get("status") or {}), "conditions": kept}})


def _serves(world: World, service: Object) -> bool:
    found = world.graph.follow("endpoints", service)
    return not isinstance(found, Unknown) and any(e["ready"] is not False for e in found)


def _served_before(world: World, item: Object) -> bool:
    """Whether the same Service had endpoints before: then something else is wrong with it."""
    earlier = world.recorded(item)
    if world.before is None or earlier is None or world.was_touched(item):
        return False
    service = referenced_service(world.before, (earlier.get("spec") or {}).get("service") or {})
    if not isinstance(service, dict):
        return False
    found = world.before.follow("endpoints", service)
    return not isinstance(found, Unknown) and any(e["ready"] is not False for e in found)


@rule(
    "garbage-collection",
    says="What an object controlled goes with it.",
    source=_LIFECYCLE,
    order=8,
)
def garbage(world: World) -> None:
    """Objects whose controller the change deleted."""
    gone = {
        ref
        for ref in world.touched
        if ref.kind in KINDS and world.graph.find(ref.kind, ref.namespace, ref.name) is None
    }
    if not gone:
        return
    for kind in ("ReplicaSet", "Job", "Pod"):
        for item in world.graph.all(kind):
            for reference in item["metadata"].get("ownerReferences") or ():
                place = (str(reference.get("kind")), str(reference.get("name")), item["metadata"].get("namespace"))
                if reference.get("controller") and any((r.kind, r.name, r.namespace) == place for r in gone):
                    world.remove(item)
