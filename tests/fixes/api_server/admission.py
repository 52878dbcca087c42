"""What admission and the disruption controller refuse of a write."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.quantities import quantity
from gkedoctor.serve.errors import ApiError
from gkedoctor.snapshot.model import Object
from tests.fixes.api_server.requests import Write
from tests.fixes.api_server.store import Store


def write_refused(store: Store, write: Write, item: Object, before: Object | None) -> None:
    """ApiError 403 for a resize that the class does not allow (admission plugin PersistentVolumeClaimResize)."""
    if item.get("kind") != "PersistentVolumeClaim" or before is None:
        return
    old, new = (_request(one) for one in (before, item))
    if old is None or new is None or old == new:
        return
    name = item["metadata"]["name"]
    has = quantity(((before.get("status") or {}).get("capacity") or {}).get("storage"))
    if new < old and (
        has is None or new <= has
    ):  # a failed expansion can be lowered: ValidatePersistentVolumeClaimUpdate
        raise ApiError(422, f'PersistentVolumeClaim "{name}" is invalid: spec.resources.requests.storage: Forbidden: '
                            "field can not be less than status.capacity")  # fmt: skip
    storage_class = store.get("storageclasses", "", str((item.get("spec") or {}).get("storageClassName")))
    if not (storage_class or {}).get("allowVolumeExpansion"):
        raise ApiError(
            403,
            f'persistentvolumeclaims "{name}" is forbidden: only dynamically provisioned pvc can be resized and the '
            "storageclass that provisions the pvc must support resize",
        )


def _request(claim: Object) -> float | None:
    requests: Any = ((claim.get("spec") or {}).get("resources") or {}).get("requests") or {}
    return quantity(requests.get("storage"))


def eviction_refused(store: Store, pod: Object) -> None:
    """ApiError 429 where a PodDisruptionBudget allows no disruption."""
    metadata = pod["metadata"]
    labels = metadata.get("labels") or {}
    for (namespace, name), budget in store.objects.get("poddisruptionbudgets", {}).items():
        selector = ((budget.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
        if namespace != metadata.get("namespace") or any(labels.get(k) != v for k, v in selector.items()):
            continue
        if (budget.get("status") or {}).get("disruptionsAllowed", 1) < 1:
            message = "Cannot evict pod as it would violate the pod's disruption budget."
            raise ApiError(429, message, causes=[{"reason": "DisruptionBudget", "message": f"budget {name}"}])
