"""What objects record of who set which field when, in the compact form in which snapshots keep it.

`metadata.managedFields` keeps, of each entry, manager, operation, time, subresource, and `fieldsV1` as one JSON text in
place of the object that makes up half of what the API server sends. Left out are the entries of status, the fields
that are unchanged since the object was created, and the kinds that only controllers write.

`metadata.lastApplied` takes the place of `kubectl.kubernetes.io/last-applied-configuration`: the fields of it that the
object no longer has (`"lost": true`) or has with another value: `{"path": [...], "before": ...}`. `before` is kept
only where the field is a name, a number or a quantity; never for data of Secrets and ConfigMaps, environment variables
or annotations.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gkedoctor.snapshot.field_paths import is_empty, leaf_changes
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.timestamps import parse_timestamp

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""A copy of the object as it was applied: it repeats a Secret's values, and goes stale."""

_UNTRACKED = frozenset(
    {
        "pods", "replicasets", "endpoints", "endpointslices", "events", "leases.coordination.k8s.io",
        "volumeattachments", "servicenetworkendpointgroups", "customresourcedefinitions",
        "controllerrevisions.apps", "controllerrevisions", "csinodes.storage.k8s.io", "apiservices",
        "flowschemas.flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
    }
)  # fmt: skip
"""What controllers alone write, or the installation of an operator: their owners' fields show what was changed."""

_SUBRESOURCES = ("", "scale")
_KEPT = ("manager", "operation", "time", "subresource")
_MOST_ENTRIES = 40
_LONGEST_FIELDS = 64 << 10
_LONGEST_APPLIED = 1 << 20
_MOST_APPLIED = 40
_SAME_MOMENT = 1.0
"""Seconds within which an entry belongs to the creation: the API server writes whole seconds."""

_SHOWN = frozenset(
    {
        "image", "name", "path", "port", "targetPort", "containerPort", "nodePort", "protocol", "scheme", "cpu",
        "memory", "ephemeral-storage", "storage", "serviceAccountName", "storageClassName", "claimName", "secretName",
        "key", "type", "schedulerName", "priorityClassName", "ingressClassName", "host", "number", "imagePullPolicy",
        "failurePolicy", "kind", "effect", "operator", "schedule", "runtimeClassName", "pathType",
    }
)  # fmt: skip
"""Fields whose texts are names that joins run over, and no free text."""

_SHOWN_MAPS = frozenset({"selector", "matchLabels", "labels", "nodeSelector", "hard", "limits", "requests"})


def field_history(collection: str, item: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of `metadata` that stand for the history of an object; empty where it records none that is kept."""
    if collection in _UNTRACKED:
        return {}
    kept: dict[str, Any] = {}
    if entries := list(_entries(metadata, whole=collection in COLLECTIONS)):
        kept["managedFields"] = entries
    if applied := list(_applied(collection, item, metadata)):
        kept["lastApplied"] = applied
    return kept


def slimmed(collection: str, item: Mapping[str, Any]) -> None:
    """Puts the compact form in the place of `managedFields`, and leaves the last applied configuration for later."""
    metadata = item.get("metadata")
    if isinstance(metadata, dict) and "managedFields" in metadata:
        metadata["managedFields"] = list(_entries(metadata, whole=collection in COLLECTIONS))


def _entries(metadata: Mapping[str, Any], *, whole: bool) -> Iterator[dict[str, Any]]:
    listed = metadata.get("managedFields")
    created = parse_timestamp(metadata.get("creationTimestamp"))
    for entry in listed[:_MOST_ENTRIES] if isinstance(listed, list) else ():
        if not isinstance(entry, dict) or entry.get("subresource", "") not in _SUBRESOURCES:
            continue
        kept = {key: entry[key] for key in _KEPT if isinstance(entry.get(key), str)}
        at = parse_timestamp(kept.get("time"))
        is_first = at is not None and created is not None and (at - created).total_seconds() <= _SAME_MOMENT
        if text := _fields(entry, only_replicas=is_first, whole=whole):
            kept["fieldsV1"] = text
        yield kept


def _fields(entry: Mapping[str, Any], *, only_replicas: bool, whole: bool) -> str:
    fields = entry.get("fieldsV1")
    if isinstance(fields, str):
        return fields if len(fields) <= _LONGEST_FIELDS else ""
    if not isinstance(fields, dict):
        return ""
    if only_replicas:
        spec = fields.get("f:spec")
        return '{"f:spec":{"f:replicas":{}}}' if isinstance(spec, dict) and "f:replicas" in spec else ""
    text = msgspec.json.encode(_names_only(fields, whole)).decode()
    return text if len(text) <= _LONGEST_FIELDS else ""


def _names_only(fields: Mapping[str, Any], whole: bool) -> dict[str, Any]:
    """Field names and keys of elements; not the values of sets, nor of a custom resource what may be anything."""
    return {
        key: _names_only(below, whole) if isinstance(below, dict) and below else {}
        for key, below in fields.items()
        if key.startswith("f:") or (whole and key.startswith("k:"))
    }


def _applied(collection: str, item: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    known = metadata.get("lastApplied")
    if isinstance(known, list):
        yield from (one for one in known[:_MOST_APPLIED] if isinstance(one, dict) and isinstance(one.get("path"), list))
        return
    annotations = metadata.get("annotations")
    text = annotations.get(LAST_APPLIED) if isinstance(annotations, dict) else None
    if not isinstance(text, str) or len(text) > _LONGEST_APPLIED:
        return
    try:
        applied = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return
    if isinstance(applied, dict):
        found = _lost_keys(applied, item) if collection in ("secrets", "configmaps") else _differing(applied, item)
        yield from (one for one, _ in zip(found, range(_MOST_APPLIED), strict=False))


def _lost_keys(applied: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Keys that were applied and are no longer there; of their values nothing is kept."""
    then, now = _data_keys(applied), _data_keys(item)
    yield from ({"path": ["data", key], "lost": True} for key in sorted(then - now))


def _data_keys(item: Mapping[str, Any]) -> set[str]:
    """`keys`: of a snapshot, which has facts in place of the data."""
    maps = [item.get(field) for field in ("data", "stringData", "binaryData", "keys")]
    return {str(key) for one in maps if isinstance(one, dict) for key in one}


def _differing(applied: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for part in ("metadata", "spec"):
        then, now = applied.get(part), item.get(part)
        if part == "metadata" and isinstance(then, dict) and isinstance(now, dict):
            then, now = {"labels": then.get("labels")}, {"labels": now.get("labels")}
        for steps, before, after in leaf_changes(then, now, (part,)):
            if is_empty(before):
                continue
            shown = _is_shown(steps, before)
            lost = {} if not is_empty(after) else {"lost": True}
            yield {"path": list(steps), **({"before": before} if shown else {}), **lost}


def _is_shown(steps: tuple[str, ...], value: Any) -> bool:
    if isinstance(value, bool | int | float):
        return "env" not in steps
    is_name = steps[-1] in _SHOWN or (len(steps) > 1 and steps[-2] in _SHOWN_MAPS)
    return isinstance(value, str) and len(value) <= 300 and is_name and "annotations" not in steps
