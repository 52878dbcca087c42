"""The verbs that write: create, update, patch, delete, and the parts scale, status and eviction."""

from __future__ import annotations

import copy
import json
import secrets
import uuid
from typing import Any

import yaml

from gkedoctor.serve.errors import ApiError, bad_request
from gkedoctor.serve.request import Response, answer
from gkedoctor.serve.resources import Resource
from gkedoctor.whatif.patches import json_patch, merge_patch, strategic_merge
from tests.fixes.api_server.admission import eviction_refused, write_refused
from tests.fixes.api_server.defaults import defaulted, without_old_type
from tests.fixes.api_server.deletion import delete
from tests.fixes.api_server.requests import Write, conflict, invalid, not_found
from tests.fixes.api_server.store import Store
from tests.fixes.api_server.validation import problems_of

_JSON, _MERGE = "application/json-patch+json", "application/merge-patch+json"
_STRATEGIC, _APPLY = "application/strategic-merge-patch+json", "application/apply-patch+yaml"
_OWN_STATUS = frozenset(
    {"Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Service", "Ingress", "Node",
     "PersistentVolumeClaim", "PersistentVolume", "HorizontalPodAutoscaler", "PodDisruptionBudget", "ResourceQuota"}
)  # fmt: skip
"""Kinds whose status only controllers write: what a client sends of it is dropped."""


def written(store: Store, write: Write) -> Response:
    """The answer to a write. ApiError says why it is refused."""
    with store.lock:
        match write.request.method, write.subresource:
            case "POST", "eviction":
                return _evicted(store, write)
            case _, "scale":
                return _scaled(store, write)
            case "POST", "":
                return answer(_created(store, write, write.body()), code=201)
            case "PUT", "" | "status":
                return answer(_updated(store, write, write.body()))
            case "PATCH", "" | "status":
                return _patched(store, write)
            case "DELETE", "":
                return answer(delete(store, write))
    raise ApiError(405, f"{write.request.method} is not supported for {write.resource.plural}/{write.subresource}")


def _created(store: Store, write: Write, body: Any) -> dict[str, Any]:
    resource = write.resource
    if not isinstance(body, dict) or body.get("kind") != resource.kind:
        raise bad_request(f"the object provided is unrecognized: expected kind {resource.kind}")
    item = copy.deepcopy(body)
    metadata = item.setdefault("metadata", {})
    if resource.namespaced:
        _check_namespace(store, write, metadata)
    else:
        metadata.pop("namespace", None)
    _name(metadata, resource)
    name = metadata["name"]
    if store.get(resource.collection, metadata.get("namespace", ""), name) is not None:
        raise ApiError(409, f'{resource.full_name} "{name}" already exists', name=name, kind=resource.plural)
    moment = store.clock.strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": moment}
    metadata.pop("resourceVersion", None)
    if "spec" in item:
        metadata["generation"] = 1
    item.setdefault("apiVersion", resource.api_version)
    if resource.kind in _OWN_STATUS:
        item.pop("status", None)
    item = defaulted(item)
    return _stored(store, write, item, None)


def _check_namespace(store: Store, write: Write, metadata: dict[str, Any]) -> None:
    if metadata.setdefault("namespace", write.namespace) != write.namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    if not store.has_namespace(write.namespace):
        raise ApiError(404, f'namespaces "{write.namespace}" not found', name=write.namespace, kind="namespaces")
    namespace = store.get("namespaces", "", write.namespace) or {}
    if (namespace.get("metadata") or {}).get("deletionTimestamp"):
        name = metadata.get("name")
        raise ApiError(
            403,
            f'{write.resource.full_name} "{name}" is forbidden: unable to create new content in namespace '
            f"{write.namespace} because it is being terminated",
        )


def _name(metadata: dict[str, Any], resource: Resource) -> None:
    if not metadata.get("name") and metadata.get("generateName"):
        metadata["name"] = metadata["generateName"] + secrets.token_hex(3)[:5]
    if not metadata.get("name"):
        raise invalid(resource, "", ["metadata.name: Required value: name or generateName is required"])


def _existing(store: Store, write: Write) -> dict[str, Any]:
    found = store.get(write.resource.collection, write.namespace, write.name)
    if found is None:
        raise not_found(write.resource, write.name)
    return found


def _updated(store: Store, write: Write, body: Any) -> dict[str, Any]:
    before = _existing(store, write)
    item = copy.deepcopy(body)
    metadata = item.setdefault("metadata", {})
    version = metadata.get("resourceVersion")
    if version and version != before["metadata"].get("resourceVersion", version):
        raise conflict(write.resource, write.name)
    return _stored(store, write, _kept(write, before, item), before)


def _kept(write: Write, before: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """The new object with what a client cannot change as it was."""
    if write.subresource == "status":
        return {**copy.deepcopy(before), "status": item.get("status")}
    if write.resource.kind in _OWN_STATUS:
        item.pop("status", None)
        if "status" in before:
            item["status"] = before["status"]
    own, old = item["metadata"], before["metadata"]
    for field in ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "generation"):
        own.pop(field, None)
        if field in old:
            own[field] = old[field]
    if item.get("spec") != before.get("spec") and "spec" in item:
        own["generation"] = int(old.get("generation") or 1) + 1
    without_old_type(before, item)
    return defaulted(item)


def _stored(store: Store, write: Write, item: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    problems = problems_of(item, before)
    if problems:
        raise invalid(write.resource, item["metadata"]["name"], problems)
    write_refused(store, write, item, before)
    if write.dry_run or item == before:
        return item
    if item["metadata"].get("deletionTimestamp") and not item["metadata"].get("finalizers"):
        store.remove(write.resource.collection, write.namespace, item["metadata"]["name"])
        return item
    return store.put(write.resource.collection, item)


def _patched(store: Store, write: Write) -> Response:
    kind = write.content_type.partition(";")[0].strip()
    if kind == _APPLY:
        return _applied(store, write)
    before = _existing(store, write)
    try:
        patch = json.loads(write.request.body)
    except ValueError as error:
        raise bad_request(f"error decoding patch: {error}") from None
    item = _with_patch(write, kind, before, patch)
    return answer(_stored(store, write, _kept(write, before, item), before))


def _with_patch(write: Write, kind: str, before: dict[str, Any], patch: Any) -> dict[str, Any]:
    try:
        match kind:
            case "application/json-patch+json":
                found = json_patch(before, patch)
            case "application/merge-patch+json":
                found = merge_patch(before, patch)
            case "application/strategic-merge-patch+json" if not _is_custom(write.resource):
                found = strategic_merge(before, patch)
            case _:
                accepted = ", ".join((_JSON, _MERGE, _APPLY))
                raise ApiError(
                    415,
                    f"the body of the request was in an unknown format - accepted media types include: {accepted}",
                )
    except ApiError:
        raise
    except Exception as error:  # what a patch meets that does not fit, whatever its class
        raise invalid(write.resource, write.name, [f"the patch cannot be applied: {error}"]) from error
    if not isinstance(found, dict):
        raise bad_request("the patch leaves no object")
    return copy.deepcopy(found)


def _is_custom(resource: Resource) -> bool:
    """Kinds of a CustomResourceDefinition take no strategic merge."""
    return "." in resource.group and not (resource.group.endswith(".k8s.io") and "gateway" not in resource.group)


def _applied(store: Store, write: Write) -> Response:
    body = yaml.safe_load(write.request.body)
    before = store.get(write.resource.collection, write.namespace, write.name)
    if before is None:
        return answer(_created(store, write, body), code=201)
    item = body if _is_custom(write.resource) else None
    found = merge_patch(before, item) if item is not None else strategic_merge(before, body)
    return answer(_stored(store, write, _kept(write, before, copy.deepcopy(dict(found))), before))


def _scaled(store: Store, write: Write) -> Response:
    item = _existing(store, write)
    if write.request.method != "GET":
        body = write.body()
        if write.request.method == "PATCH":
            replicas = _with_patch(write, write.content_type, _scale(item), body).get("spec", {}).get("replicas")
        else:
            replicas = (body.get("spec") or {}).get("replicas", 0)
        changed = copy.deepcopy(item)
        changed.setdefault("spec", {})["replicas"] = replicas
        item = _stored(store, write, _kept(write, item, changed), item)
    return answer(_scale(item))


def _scale(item: dict[str, Any]) -> dict[str, Any]:
    spec, status = item.get("spec") or {}, item.get("status") or {}
    metadata = {k: v for k, v in item["metadata"].items() if k in ("name", "namespace", "uid", "resourceVersion")}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": {"replicas": spec.get("replicas", 1)},
        "status": {"replicas": status.get("replicas", 0)},
    }


def _evicted(store: Store, write: Write) -> Response:
    pod = _existing(store, write)
    eviction_refused(store, pod)
    if not write.dry_run:
        store.remove("pods", write.namespace, write.name)
    return answer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}, code=201)
