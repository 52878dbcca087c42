"""DELETE: finalizers, what an object owns, and what protects it."""

from __future__ import annotations

from typing import Any

from gkedoctor.serve.errors import ApiError
from gkedoctor.snapshot.model import Object
from tests.fixes.api_server.requests import Write, not_found
from tests.fixes.api_server.store import Store

_SUCCESS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
_PROTECTIONS = frozenset({"kubernetes.io/pvc-protection", "kubernetes.io/pv-protection"})


def delete(store: Store, write: Write) -> dict[str, Any]:
    """Deletes one object, or all that a selector takes. ApiError 404 for one that is not there."""
    item = store.get(write.resource.collection, write.namespace, write.name)
    if item is None:
        raise not_found(write.resource, write.name)
    options = write.body() or {}
    wanted = (options.get("preconditions") or {}).get("uid")
    if wanted and item["metadata"].get("uid", wanted) != wanted:
        raise ApiError(409, f"the UID in the precondition ({wanted}) is not that of the object")
    if write.dry_run or write.request.query.get("dryRun") == "All" or options.get("dryRun"):
        return item
    policy = options.get("propagationPolicy") or write.request.query.get("propagationPolicy") or "Background"
    delete_object(store, write.resource.collection, item, policy)
    return item if item["metadata"].get("finalizers") else {**_SUCCESS, "details": {"name": write.name}}


def delete_object(store: Store, collection: str, item: dict[str, Any], policy: str) -> None:
    """One object, and what it owns by its policy."""
    metadata = item["metadata"]
    namespace, name = str(metadata.get("namespace") or ""), metadata["name"]
    protected = _protection(store, collection, item)
    finalizers = [name for name in metadata.get("finalizers") or [] if name not in _PROTECTIONS]
    finalizers += [protected] if protected else []
    if collection == "namespaces":
        _empty_namespace(store, name)
        finalizers = finalizers or _left_in(store, name)
    for owned_collection, owned in _owned_by(store, item):
        if policy == "Orphan":
            references = owned["metadata"]["ownerReferences"]
            owned["metadata"]["ownerReferences"] = [r for r in references if not _refers(r, item)]
            store.put(owned_collection, owned)
        else:
            delete_object(store, owned_collection, owned, policy)
    if finalizers:
        metadata.setdefault("deletionTimestamp", store.clock.strftime("%Y-%m-%dT%H:%M:%SZ"))
        metadata["finalizers"] = finalizers
        store.put(collection, item)
    else:
        store.remove(collection, namespace, name)


def _owned_by(store: Store, item: Object) -> list[tuple[str, dict[str, Any]]]:
    namespace = item["metadata"].get("namespace")
    return [
        (collection, store.get(collection, *_key(found)) or {})
        for collection, found in store.all()
        if (not namespace or found["metadata"].get("namespace") == namespace)
        and any(_refers(reference, item) for reference in found["metadata"].get("ownerReferences") or ())
    ]


def _refers(reference: Object, item: Object) -> bool:
    uid, own = reference.get("uid"), item["metadata"].get("uid")
    same = reference.get("kind") == item["kind"] and reference.get("name") == item["metadata"]["name"]
    return same and (not uid or not own or uid == own)


def _protection(store: Store, collection: str, item: Object) -> str:
    """The finalizer that keeps a claim while a Pod on a node uses it, and a volume while it is bound.

    Source: pkg/controller/volume/pvcprotection: a Pod that has no node yet does not count.
    """
    name = item["metadata"]["name"]
    if collection == "persistentvolumeclaims":
        pods = (pod for key, pod in store.objects.get("pods", {}).items() if key[0] == item["metadata"]["namespace"])
        used = any(
            (volume.get("persistentVolumeClaim") or {}).get("claimName") == name
            for pod in pods
            if (pod.get("spec") or {}).get("nodeName")
            and (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")
            for volume in (pod.get("spec") or {}).get("volumes") or ()
        )
        return "kubernetes.io/pvc-protection" if used else ""
    if collection == "persistentvolumes" and (item.get("status") or {}).get("phase") == "Bound":
        return "kubernetes.io/pv-protection"
    return ""


def _empty_namespace(store: Store, namespace: str) -> None:
    for collection, item in list(store.all()):
        if item["metadata"].get("namespace") == namespace:
            current = store.get(collection, *_key(item))
            if current is not None:
                delete_object(store, collection, current, "Background")


def _left_in(store: Store, namespace: str) -> list[str]:
    left = any(item["metadata"].get("namespace") == namespace for _, item in store.all())
    return ["kubernetes"] if left else []


def _key(item: Object) -> tuple[str, str]:
    return str(item["metadata"].get("namespace") or ""), str(item["metadata"]["name"])
