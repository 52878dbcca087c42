"""Expansion of volumes: retried by the driver after the requested size or the StorageClass was changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.graph.storage.claims import class_of
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_RESIZING = frozenset({
    "Resizing", "FileSystemResizePending", "ControllerResizeError", "NodeResizeError", "ModifyVolumeError",
})  # fmt: skip
_REFUSALS = ("google-cloud/quota-exceeded", "google-cloud/quota", "storage/no-cloud-permission")
_FAILED = frozenset({"VolumeResizeFailed", "FileSystemResizeFailed", "VolumeResizeFailedInUse"})


@rule(
    "volume-expansion",
    says="A volume is expanded once its StorageClass allows it. After a failed expansion, a size between the present "
    "one and the one that failed is tried; the driver is assumed to support it.",
    source="https://kubernetes.io/docs/concepts/storage/persistent-volumes/"
    "#recovering-from-failure-when-expanding-volumes",
    order=16,
)
def expanded(world: World) -> None:
    """Bound claims that request more than they have, and of which the size or the class was changed."""
    if not world.touched:
        return
    for claim in world.graph.all("PersistentVolumeClaim"):
        if (claim.get("status") or {}).get("phase") == "Bound" and _is_tried(world, claim):
            _expand(world, claim)


def _is_tried(world: World, claim: Object) -> bool:
    """Whether the change reached what kept the volume at its size."""
    has, wanted = _has(claim), _wanted(claim)
    if has is None or wanted is None or wanted <= has or not _allows(world.graph, claim):
        return False
    earlier = world.recorded(claim)
    if earlier is None:
        return False
    before = _wanted(earlier)
    if _has_failed(world, claim):
        return before is not None and wanted < before and not _is_refused(world, claim)
    return before != wanted or (world.before is not None and not _allows(world.before, earlier))


def _has_failed(world: World, claim: Object) -> bool:
    """Whether an expansion of the claim failed: a condition, its recorded state, or an Event reports it."""
    status = claim.get("status") or {}
    state = str((status.get("allocatedResourceStatuses") or {}).get("storage") or "")
    if state.endswith(("Infeasible", "Failed")):
        return True
    if any(c.get("type") in ("ControllerResizeError", "NodeResizeError") for c in status.get("conditions") or []):
        return True
    return bool(_failures(world, claim))


def _is_refused(world: World, claim: Object) -> bool:
    """Whether the expansion failed for a quota or a permission, which another size does not give."""
    texts = [str(c.get("message") or "") for c in (claim.get("status") or {}).get("conditions") or []]
    texts += [str(event.get("message") or "") for event in _failures(world, claim)]
    return any(message(id).search(text) is not None for id in _REFUSALS for text in texts)


def _failures(world: World, claim: Object) -> list[Object]:
    found = world.graph.follow("all_events", claim)
    return [] if isinstance(found, Unknown) else [event for event in found if event.get("reason") in _FAILED]


def _allows(graph: Graph, claim: Object) -> bool:
    """Whether the StorageClass of the claim certainly allows expansion."""
    found = class_of(graph, claim)
    items = [] if isinstance(found, Unknown) else [record["item"] for record in found]
    return any(isinstance(item, Mapping) and item.get("allowVolumeExpansion") is True for item in items)


def _has(claim: Object) -> float | None:
    return quantity(((claim.get("status") or {}).get("capacity") or {}).get("storage"))


def _wanted(claim: Object) -> float | None:
    return quantity((((claim.get("spec") or {}).get("resources") or {}).get("requests") or {}).get("storage"))


def _expand(world: World, claim: Object) -> None:
    """Writes the new size, without the conditions and failures of the expansion."""
    for event in _failures(world, claim):
        world.remove(event)
    size = claim["spec"]["resources"]["requests"]["storage"]
    status: dict[str, Any] = dict(claim.get("status") or {})
    status.pop("allocatedResourceStatuses", None)
    status.pop("allocatedResources", None)
    kept = [c for c in status.pop("conditions", None) or [] if c.get("type") not in _RESIZING]
    capacity = {**(status.get("capacity") or {}), "storage": size}
    world.put({**claim, "status": {**status, "capacity": capacity, **({"conditions": kept} if kept else {})}})
    volume = world.graph.find("PersistentVolume", None, str(claim["spec"].get("volumeName")))
    if isinstance(volume, Mapping):
        spec = volume.get("spec") or {}
        world.put({**volume, "spec": {**spec, "capacity": {**(spec.get("capacity") or {}), "storage": size}}})
