"""Claims, volumes, classes, Secrets and ConfigMaps. Of the last two there are key counts: values are not recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gkedoctor.serve.tables.column import AGE, NAME, UNSET, Column, Value, at, shown
from gkedoctor.snapshot.model import Object

_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def _modes(*path: str) -> Value:
    return lambda item, now: ",".join(_MODES.get(mode, str(mode)) for mode in at(item, *path) or ())


def _if_bound(path: tuple[str, ...]) -> Value:
    return lambda item, now: (at(item, *path) or "") if at(item, "spec", "volumeName") else ""


def _phase(item: Object, now: datetime) -> str:
    return "Terminating" if at(item, "metadata", "deletionTimestamp") else str(at(item, "status", "phase") or "")


def _claim(volume: Object, now: datetime) -> str:
    claim = at(volume, "spec", "claimRef")
    return f"{claim.get('namespace')}/{claim.get('name')}" if claim else ""


def _class_name(item: Object, now: datetime) -> str:
    annotations = at(item, "metadata", "annotations") or {}
    mark = " (default)" if annotations.get(_DEFAULT_CLASS) == "true" else ""
    return f"{at(item, 'metadata', 'name')}{mark}"


def _flag(*path: str) -> Value:
    return lambda item, now: bool(at(item, *path))


def _keys(item: Object, now: datetime) -> int:
    found: Any = at(item, "keys")
    return len(found) if found is not None else 0


COLUMNS: dict[str, tuple[Column, ...]] = {
    "persistentvolumeclaims": (
        NAME,
        Column("Status", _phase),
        Column("Volume", shown("spec", "volumeName")),
        Column("Capacity", _if_bound(("status", "capacity", "storage"))),
        Column(
            "Access Modes",
            lambda item, now: _modes("status", "accessModes")(item, now) if at(item, "spec", "volumeName") else "",
        ),
        Column("StorageClass", shown("spec", "storageClassName")),
        Column("VolumeAttributesClass", shown("spec", "volumeAttributesClassName", empty=UNSET)),
        AGE,
        Column("VolumeMode", shown("spec", "volumeMode", empty=UNSET), wide=True),
    ),
    "persistentvolumes": (
        NAME,
        Column("Capacity", shown("spec", "capacity", "storage")),
        Column("Access Modes", _modes("spec", "accessModes")),
        Column("Reclaim Policy", shown("spec", "persistentVolumeReclaimPolicy")),
        Column("Status", _phase),
        Column("Claim", _claim),
        Column("StorageClass", shown("spec", "storageClassName")),
        Column("VolumeAttributesClass", shown("spec", "volumeAttributesClassName", empty=UNSET)),
        Column("Reason", shown("status", "reason")),
        AGE,
        Column("VolumeMode", shown("spec", "volumeMode", empty=UNSET), wide=True),
    ),
    "storageclasses": (
        Column("Name", _class_name),
        Column("Provisioner", shown("provisioner")),
        Column("ReclaimPolicy", shown("reclaimPolicy", empty="Delete")),
        Column("VolumeBindingMode", shown("volumeBindingMode", empty="Immediate")),
        Column("AllowVolumeExpansion", _flag("allowVolumeExpansion")),
        AGE,
    ),
    "volumeattachments": (
        NAME,
        Column("Attacher", shown("spec", "attacher")),
        Column("PV", shown("spec", "source", "persistentVolumeName")),
        Column("Node", shown("spec", "nodeName")),
        Column("Attached", _flag("status", "attached"), type="boolean"),
        AGE,
    ),
    "secrets": (NAME, Column("Type", shown("type")), Column("Data", _keys), AGE),
    "configmaps": (NAME, Column("Data", _keys), AGE),
}
