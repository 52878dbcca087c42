"""Fields that the API server does not let change once an object exists, by kind.

Sources: pkg/apis/{apps,batch,core,rbac,storage}/validation (ValidateImmutableField), and for Pods
ValidatePodUpdate. A field that was not recorded, or was not set, is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from gkedoctor.snapshot.model import Object

_SELECTOR = ("spec.selector",)
_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Deployment": _SELECTOR,
        "DaemonSet": _SELECTOR,
        "ReplicaSet": _SELECTOR,
        "StatefulSet": (*_SELECTOR, "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"),
        "Job": (*_SELECTOR, "spec.template", "spec.completionMode"),
        "Secret": ("type",),
        "RoleBinding": ("roleRef",),
        "ClusterRoleBinding": ("roleRef",),
        "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
        "PersistentVolumeClaim": ("spec.storageClassName", "spec.accessModes", "spec.volumeName", "spec.selector"),
        "PriorityClass": ("value", "preemptionPolicy"),
        "Pod": ("spec.nodeName", "spec.volumes", "spec.serviceAccountName", "spec.nodeSelector"),
    }
)
_OF_CONTAINERS = ("command", "args", "env", "envFrom", "ports", "volumeMounts", "readinessProbe", "livenessProbe")
"""Of a Pod's containers, only the image may change (and resources, by the subresource `resize`)."""


def immutable_changes(before: Object, after: Object) -> Iterator[str]:
    """The immutable fields that an update changes: `spec.selector`."""
    kind = str(before.get("kind"))
    for path in _FIELDS.get(kind, ()):
        old, new = _at(before, path), _at(after, path)
        if old not in (None, "", [], {}) and old != new:
            yield path
    if before.get("immutable") is True and kind in ("Secret", "ConfigMap") and before.get("keys") != after.get("keys"):
        yield "data"
    if kind == "Pod":
        yield from _containers(before, after)


def _containers(before: Object, after: Object) -> Iterator[str]:
    held = {c.get("name"): c for c in (before.get("spec") or {}).get("containers") or []}
    for container in (after.get("spec") or {}).get("containers") or []:
        old = held.get(container.get("name"))
        if old is None:
            yield "spec.containers"
            continue
        yield from (f"spec.containers[{container.get('name')}].{f}" for f in _OF_CONTAINERS
                    if old.get(f) != container.get(f))  # fmt: skip


def _at(item: Object, path: str) -> Any:
    found: Any = item
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
