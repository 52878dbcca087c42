"""Claims and volumes: a claim is bound once a volume fits or its class can provision one."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph import Graph, Unknown, name_of, namespace_of, ref_of
from gkedoctor.graph.storage.claims import class_of
from gkedoctor.graph.storage.volume_matching import near_volumes
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.csi_addons import enabled_drivers
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.resync import is_overtaken
from gkedoctor.whatif.simulate.world import World
from gkedoctor.whatif.state import uid_of

_BINDING = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding"
_NO_PROVISIONER = "kubernetes.io/no-provisioner"


@rule(
    "volume-released",
    says="A volume whose claim reference was removed is available again.",
    source=_BINDING,
    order=10,
)
def released(world: World) -> None:
    """Volumes that were written."""
    for item in world.graph.all("PersistentVolume"):
        status = item.get("status") or {}
        holder = (item.get("spec") or {}).get("claimRef") or {}
        is_free = not holder.get("uid")
        if (world.was_touched(item) and is_free and status.get("phase") in ("Released", "Failed")) or (
            is_free and not status.get("phase")
        ):
            world.put({**item, "status": {**status, "phase": "Available"}})


@rule(
    "claim-bound",
    says="A claim is bound to a free volume that fits, or to a new one if its class exists, has a provisioner (an "
    "add-on of GKE runs once it is enabled), and provisioning did not fail for what is unchanged.",
    source=_BINDING,
    order=15,
)
def bound(world: World) -> None:
    """Claims that are not bound."""
    for claim in world.graph.all("PersistentVolumeClaim"):
        if (claim.get("status") or {}).get("phase") in ("Bound", "Lost") or claim["metadata"].get("deletionTimestamp"):
            continue
        if not _something_changed(world, claim):
            continue
        volume = _fitting(world.graph, claim)
        if volume is not None:
            _bind(world, claim, volume)
        elif _is_provisioned(world, claim):
            _bind(world, claim, _new_volume(world, claim))


def _something_changed(world: World, claim: Object) -> bool:
    """Whether the change wrote the claim, volumes or classes; a claim that waits for its first Pod is bound by it."""
    if world.was_touched(claim) or world.recorded(claim) is None:
        return True
    if any(ref.kind in ("PersistentVolume", "StorageClass") for ref in world.touched):
        return True
    kind = _class(world.graph, claim)
    if kind is not None and kind.get("provisioner") in enabled_drivers(world):
        return True
    found = class_of(world.graph, claim)
    delayed = not isinstance(found, Unknown) and any(record["delayed"] is True for record in found)
    return bool(world.touched) and delayed and bool(world.graph.follow("consumers", claim))


def _fitting(graph: Graph, claim: Object) -> Object | None:
    found = near_volumes(graph, claim)
    if isinstance(found, Unknown):
        return None
    return next((r["volume"] for r in found if not r["differs"] and r["phase"] in (None, "Available", "Bound")), None)


def _class(graph: Graph, claim: Object) -> Object | None:
    found = class_of(graph, claim)
    if isinstance(found, Unknown) or not found or not isinstance(found[0]["item"], dict):
        return None
    item: Object = found[0]["item"]
    return item


def _is_provisioned(world: World, claim: Object) -> bool:
    kind = _class(world.graph, claim)
    if kind is None or kind.get("provisioner") in (None, _NO_PROVISIONER):
        return False
    if (claim.get("spec") or {}).get("volumeName") or (claim.get("spec") or {}).get("selector"):
        return False
    found = world.graph.follow("events", claim)
    failed = [] if isinstance(found, Unknown) else [e for e in found if e.get("reason") == "ProvisioningFailed"]
    return all(is_overtaken(world, claim, str(e.get("message") or ""), beside=[kind]) for e in failed)


def _new_volume(world: World, claim: Object) -> Object:
    spec = claim.get("spec") or {}
    kind = _class(world.graph, claim) or {}
    name = f"pvc-{claim['metadata'].get('uid') or uid_of(ref_of(claim))}"
    return world.create({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name, "annotations": {
            "pv.kubernetes.io/provisioned-by": str(kind.get("provisioner"))}},
        "spec": {
            "capacity": {"storage": ((spec.get("resources") or {}).get("requests") or {}).get("storage")},
            "accessModes": spec.get("accessModes") or ["ReadWriteOnce"],
            "storageClassName": name_of(kind) if kind else "",
            **({"volumeMode": spec["volumeMode"]} if "volumeMode" in spec else {}),
            "persistentVolumeReclaimPolicy": kind.get("reclaimPolicy") or "Delete",
        },
        "status": {"phase": "Available"},
    })  # fmt: skip


def _bind(world: World, claim: Object, volume: Object) -> None:
    reference = {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": name_of(claim), "namespace": namespace_of(claim),
        "uid": claim["metadata"].get("uid"),
    }  # fmt: skip
    spec: dict[str, Any] = dict(volume.get("spec") or {})
    world.put({**volume, "spec": {**spec, "claimRef": reference}, "status": {"phase": "Bound"}})
    own = {**(claim.get("spec") or {}), "volumeName": name_of(volume)}
    if "storageClassName" not in own and spec.get("storageClassName") is not None:
        own["storageClassName"] = spec["storageClassName"]
    world.put({
        **claim, "spec": own,
        "status": {"phase": "Bound", "accessModes": spec.get("accessModes"), "capacity": spec.get("capacity")},
    })  # fmt: skip
