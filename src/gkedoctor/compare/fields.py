"""What of an object somebody set, so that a change of it can break something; and how two such parts differ.

What controllers write (status, versions, addresses, bookkeeping annotations) says that something happened, not why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object

_NOISY = (
    "deployment.kubernetes.io/", "control-plane.alpha.kubernetes.io/", "autoscaling.alpha.kubernetes.io/",
    "ingress.kubernetes.io/", "cloud.google.com/neg-status", "pv.kubernetes.io/", "volume.kubernetes.io/",
    "volume.beta.kubernetes.io/", "node.alpha.kubernetes.io/", "csi.volume.kubernetes.io/", "container.googleapis.com/",
    "networking.gke.io/last-applied", "cni.projectcalico.org/", "batch.kubernetes.io/job-tracking", "gkedoctor.dev/",
    "service.kubernetes.io/backend-service", "service.kubernetes.io/firewall", "service.kubernetes.io/healthcheck",
    "service.kubernetes.io/tcp-", "service.kubernetes.io/udp-", "batch.kubernetes.io/controller-uid", "controller-uid",
    "pod-template-hash",
)  # fmt: skip
"""Annotations and labels that controllers keep for themselves."""

_NOT_SET = frozenset({"clusterIP", "clusterIPs", "nodePort", "podCIDR", "podCIDRs", "providerID", "nodeName"})
"""Fields of a spec that the API server or a controller fills in."""

_CLOUD_NOISE = frozenset(
    {"id", "selfLink", "selfLinkWithId", "creationTimestamp", "fingerprint", "labelFingerprint", "etag", "kind",
     "description", "lastStartTimestamp", "currentNodeCount", "users", "resourceStatus"}
)  # fmt: skip
_TOKEN_VOLUME = "kube-api-access-"
_CONDITION_TAINT = "node.kubernetes.io/"
_SECRET_NAME = re.compile(r"(?i)passw|secret|token|api_?key|credential|private_?key")
_HIDDEN = "(not shown)"

_STATUS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Node": ("conditions", "allocatable"),
        "Namespace": ("phase", "conditions"),
        "PersistentVolumeClaim": ("phase",),
        "PersistentVolume": ("phase",),
        "ResourceQuota": ("used",),
        "Service": ("loadBalancer",),
        "Ingress": ("loadBalancer",),
        "ManagedCertificate": ("certificateStatus", "domainStatus"),
        "APIService": ("conditions",),
        "CustomResourceDefinition": ("conditions",),
        "Gateway": ("conditions",),
        "PodDisruptionBudget": ("disruptionsAllowed",),
    }
)
"""The parts of a status that a fault may begin with, or that show it."""


class Difference(NamedTuple):
    """A field that differs: absent before or after is None, and `what` tells that from null."""

    path: str
    what: str
    before: Any
    after: Any


def comparable(kind: str, item: Object) -> dict[str, Any]:
    """The parts of an object that are compared."""
    known = KINDS.get(kind)
    if known is not None and known.cloud:
        return {key: _cloud(value) for key, value in item.items() if key not in _CLOUD_NOISE}
    metadata = item.get("metadata") or {}
    parts = {key: value for key, value in item.items() if key not in ("apiVersion", "kind", "metadata", "status")}
    parts["metadata"] = {
        "labels": _chosen(metadata.get("labels")),
        "annotations": _chosen(metadata.get("annotations")),
        **({"deletionTimestamp": metadata["deletionTimestamp"]} if metadata.get("deletionTimestamp") else {}),
    }
    if isinstance(parts.get("spec"), dict):
        parts["spec"] = _set(parts["spec"])
    parts["status"] = {k: _brief(v) for k, v in (item.get("status") or {}).items() if k in _STATUS.get(kind, ())}
    return parts


def _cloud(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cloud(child) for key, child in value.items() if key not in ("fingerprint", "etag")}
    return [_cloud(child) for child in value] if isinstance(value, list) else value


def _chosen(pairs: Any) -> dict[str, Any]:
    return {key: value for key, value in (pairs or {}).items() if not key.startswith(_NOISY)}


def _set(node: Any) -> Any:
    """A spec without what is filled in: addresses, the token volume of a Pod, labels of controllers."""
    if isinstance(node, dict):
        return {
            key: _chosen(child) if key in ("labels", "matchLabels") and isinstance(child, dict) else _set(child)
            for key, child in node.items()
            if key not in _NOT_SET
        }
    if isinstance(node, list):
        return [_set(child) for child in node if not _is_made(child)]
    return node


def _is_made(item: Any) -> bool:
    """The token volume of a Pod, and taints that only repeat a condition of their Node."""
    if not isinstance(item, dict):
        return False
    return str(item.get("name")).startswith(_TOKEN_VOLUME) or str(item.get("key")).startswith(_CONDITION_TAINT)


def _brief(value: Any) -> Any:
    """Conditions as {type: status}: their times and messages are no change of their own."""
    if isinstance(value, list) and all(isinstance(c, dict) and "type" in c for c in value):
        return {str(c["type"]): c.get("status") for c in value}
    return value


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Every field that differs, where both have it as deep as they are alike."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(k for k in after if k not in before)]:
            yield from _beneath(before.get(key), after.get(key), _joined(path, str(key)), key in before, key in after)
    elif _are_records(before) and _are_records(after):
        yield from _records(before, after, path)
    else:
        yield Difference(path, "changed", before, after)


def _beneath(before: Any, after: Any, path: str, was: bool, is_: bool) -> Iterator[Difference]:
    if was and is_ and before is not None and after is not None:
        yield from _hiding(before, after, path)
    elif not (_is_nothing(before) and _is_nothing(after)):
        yield Difference(path, "added" if before is None else "removed", _masked(before), _masked(after))


def _is_nothing(value: Any) -> bool:
    """Absent, null and empty are the same to the API server."""
    return value is None or (isinstance(value, dict | list | str) and not value)


def _hiding(before: Any, after: Any, path: str) -> Iterator[Difference]:
    """Values of variables that are named like a secret are not shown."""
    if _is_secret(before) and _is_secret(after) and before["value"] != after["value"]:
        yield Difference(f"{path}.value", "changed", _HIDDEN, _HIDDEN)
        before, after = _masked(before), _masked(after)
    yield from differences(before, after, path)


def _is_secret(item: Any) -> bool:
    return isinstance(item, dict) and "value" in item and _SECRET_NAME.search(str(item.get("name"))) is not None


def _masked(item: Any) -> Any:
    """The same without values of such variables, however deep."""
    if isinstance(item, dict):
        shown = {key: _masked(value) for key, value in item.items()}
        return {**shown, "value": _HIDDEN} if _is_secret(item) else shown
    return [_masked(child) for child in item] if isinstance(item, list) else item


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


_KEYS = (("name",), ("type",), ("key", "effect"), ("mountPath",), ("host",), ("path",), ("port", "protocol"),
         ("containerPort", "protocol"), ("ip",), ("group",), ("key", "operator"))  # fmt: skip


def _records(before: list[Any], after: list[Any], path: str) -> Iterator[Difference]:
    """Elements are paired by what names them, else by their place."""
    key = next((k for k in _KEYS if _names_all(k, before) and _names_all(k, after)), None)
    old = {_name(item, key, i): (i, item) for i, item in enumerate(before)}
    new = {_name(item, key, i): (i, item) for i, item in enumerate(after)}
    for name, (i, item) in new.items():
        if name in old:
            yield from _hiding(old[name][1], item, f"{path}[{i}]")
        else:
            yield Difference(f"{path}[{i}]", "added", None, _masked(item))
    for name, (i, item) in old.items():
        if name not in new:
            yield Difference(f"{path}[{i}]", "removed", _masked(item), None)


def _names_all(key: tuple[str, ...], items: list[Any]) -> bool:
    names = [tuple(str(item.get(part)) for part in key) for item in items if key[0] in item]
    return len(names) == len(items) and len(set(names)) == len(names)


def _name(item: Any, key: tuple[str, ...] | None, i: int) -> Any:
    return i if key is None else tuple(str(item.get(part)) for part in key)


_PLAIN = re.compile(r"[A-Za-z_]\w*")


def _joined(path: str, key: str) -> str:
    step = key if _PLAIN.fullmatch(key) else f'"{key}"'
    return f"{path}.{step}" if path else step
