"""What is kept of records of changes: operations of Google Cloud, and entries of Cloud Audit Logs.

Of an audit log entry: who called which method on which resource, and the names of the fields that a patch sets. Its
`request` and `response` hold whole objects, those of Secrets too, and are never kept.

https://cloud.google.com/compute/docs/reference/rest/v1/globalOperations
https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.operations
https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gkedoctor.snapshot.field_paths import Steps, element_key

_COMPUTE_FIELDS = (
    "name", "operationType", "targetLink", "user", "insertTime", "startTime", "endTime", "status", "statusMessage",
    "zone", "region", "httpErrorStatusCode", "httpErrorMessage",
)  # fmt: skip
_GKE_FIELDS = (
    "name", "operationType", "targetLink", "startTime", "endTime", "status", "statusMessage", "detail", "zone",
    "location",
)  # fmt: skip
_DEEPEST, _MOST_FIELDS = 20, 40
_UNREAD = ("/secrets/", "/configmaps/")
"""Resources of which not even the names of the fields are kept: names of their keys are for their owner to show."""


def compute_record(item: Mapping[str, Any]) -> dict[str, Any]:
    """A Compute operation: what was done to which object, by whom, when, and its error."""
    return _kept(item, _COMPUTE_FIELDS) | _errors(item.get("error"))


def gke_record(item: Mapping[str, Any]) -> dict[str, Any]:
    """A GKE operation: an upgrade, resize or repair of a cluster or node pool."""
    error = item.get("error")
    known = {"error": _kept(error, ("code", "message"))} if isinstance(error, dict) and error else {}
    return _kept(item, _GKE_FIELDS) | known


def _kept(item: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {key: item[key] for key in fields if item.get(key) not in (None, "")}


def _errors(error: Any) -> dict[str, Any]:
    listed = error.get("errors") if isinstance(error, dict) else None
    errors = [_kept(one, ("code", "message")) for one in listed or () if isinstance(one, dict)]
    return {"error": {"errors": errors}} if errors else {}


def audit_record(entry: Any) -> dict[str, Any]:
    """An audit log entry; without a name where it is no such entry. Of a kept entry it is the same again."""
    payload = entry.get("protoPayload") if isinstance(entry, Mapping) else None
    if not isinstance(payload, Mapping):
        return {}
    resource = payload.get("resourceName")
    kept = _kept(payload, ("serviceName", "methodName", "resourceName"))
    login, status = payload.get("authenticationInfo"), payload.get("status")
    if isinstance(login, Mapping):
        kept["authenticationInfo"] = _kept(login, ("principalEmail",))
    if isinstance(status, Mapping) and status.get("code"):
        kept["status"] = {"code": status["code"]}
    fields = payload.get("fields") or _field_names(str(payload.get("methodName")), resource, payload.get("request"))
    record: dict[str, Any] = {"name": entry.get("insertId") or entry.get("name"), "protoPayload": kept}
    if fields:
        kept["fields"] = fields
    if isinstance(operation := entry.get("operation"), Mapping):
        record["operation"] = _kept(operation, ("id", "first", "last"))
    return record | _kept(entry, ("timestamp",))


def _field_names(method: str, resource: Any, request: Any) -> list[list[str]]:
    """The fields that a patch sets, as steps; empty for whole objects, whose fields are not all changed."""
    is_patch = method.endswith(".patch") and isinstance(resource, str)
    if not is_patch or any(part in resource for part in _UNREAD):
        return []
    found = _json_patch(request) if isinstance(request, list) else _leaves(request, (), 0)
    kept = [list(steps) for _, steps in zip(range(_MOST_FIELDS), found, strict=False)]
    return [steps for steps in kept if steps]


def _leaves(value: Any, at: Steps, depth: int) -> Iterator[Steps]:
    if isinstance(value, Mapping) and value and depth < _DEEPEST:
        for key, child in value.items():
            if not _is_beside(key, at):
                yield from _leaves(child, (*at, str(key)), depth + 1)
    elif isinstance(value, list) and value and all(element_key(one) is not None for one in value):
        for one in value:
            yield from _leaves(_without_key(one), (*at, f"[{element_key(one)}]"), depth + 1)
    else:
        yield at


def _is_beside(key: str, at: Steps) -> bool:
    """Directives of a strategic merge patch, and what names the object and its version."""
    is_head = not at and key in ("apiVersion", "kind")
    return is_head or key.startswith(("$", "@type")) or (at == ("metadata",) and key in ("name", "namespace", "uid"))


def _without_key(element: Mapping[str, Any]) -> dict[str, Any]:
    own = element_key(element)
    return {key: value for key, value in element.items() if str(value) != own}


def _json_patch(operations: list[Any]) -> Iterator[Steps]:
    """The paths of a JSON patch (RFC 6902)."""
    for one in operations:
        path = one.get("path") if isinstance(one, Mapping) else None
        if isinstance(path, str) and path:
            yield tuple(step.replace("~1", "/").replace("~0", "~") for step in path.strip("/").split("/"))
