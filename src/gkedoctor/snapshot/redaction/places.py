"""Where free text stands in objects. All else is structure: joins run over it, and only what is precise is masked.

Names, UIDs, addresses and times are not even looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

from gkedoctor.snapshot.kinds import COLLECTIONS


class Place(IntEnum):
    """What a string may hold."""

    STRUCTURE = 0
    """A field that is compared with others: a path, a label, an enumeration."""

    TEXT = 1
    """What a program or a person wrote: a message, an argument, a value."""

    REFERENCE = 2
    """A value that a controller reads, and that mostly names an object: an annotation of a well-known prefix."""


Handler = Callable[[str, str, Place], str]
"""Takes a text, the name that it stands under (empty: none), and what it may hold; gives the text to keep."""

_IDENTITY = frozenset(
    {
        "name", "namespace", "uid", "kind", "apiVersion", "nodeName", "generateName", "resourceVersion", "generation",
        "creationTimestamp", "deletionTimestamp", "image", "imageID", "containerID", "podIP", "hostIP", "clusterIP",
        "ip", "ipAddress", "IPAddress", "natIP", "networkIP", "selfLink", "selfLinkWithId", "id", "region", "zone",
        "network", "subnetwork", "caBundle", "providerID", "status", "type", "reason", "phase", "fingerprint",
        "firstTimestamp", "lastTimestamp", "startTime", "finishedAt", "startedAt", "lastTransitionTime",
        "lastProbeTime", "lastUpdateTime", "lastHeartbeatTime", "eventTime", "completionTime", "renewTime", "uniqueId",
        "etag", "certificate", "labelFingerprint", "creationTimestampMs", "reportingComponent", "reportingController",
        "protocol", "operator", "effect", "fieldPath", "imagePullPolicy", "restartPolicy", "dnsPolicy",
        "schedulerName", "terminationMessagePath", "terminationMessagePolicy", "serviceAccountName", "serviceAccount",
        "resourceClaimName", "mountPath", "volumeName", "claimName", "secretName", "topologyKey", "hostname",
    }
)  # fmt: skip
"""Fields whose string is left as it is."""

_LEFT = frozenset({
    "clusterIPs", "podIPs", "hostIPs", "accessModes", "finalizers", "ownerReferences", "managedFields",
    "allocatable", "capacity", "involvedObject", "regarding", "nodeInfo", "keys", "addresses",
})  # fmt: skip
"""Fields that are left as they are with all below them."""

_TEXTS = frozenset(
    {
        "message", "note", "description", "command", "args", "displayName", "userData", "customRequestHeaders",
        "customResponseHeaders", "mountOptions", "documentation", "statusMessage", "detail", "details",
    }
)  # fmt: skip
_MAPS = frozenset({"parameters", "volumeAttributes", "options", "data", "attributes", "settings", "config", "values",
                   "userLabels", "properties"})  # fmt: skip
"""Maps with free keys, where the key says what the value is."""

_NAMES = ("name", "headerName", "key")
_VALUES: Mapping[str, str] = {"value": "name", "headerValue": "headerName"}
_CONTROLLERS = ("kubernetes.io/", "k8s.io/", "cloud.google.com/", "gke.io/", "gkedoctor.dev/")
_FLAG_LEAST = 2


def is_free(collection: str) -> bool:
    """Whether nothing is known of the kind, so that any string of it may be a text."""
    return collection not in COLLECTIONS and not collection.startswith(("compute.", "container.", "monitoring."))


def walked(node: dict[str, Any], handle: Handler, *, free: bool = False) -> dict[str, Any]:
    """The object with what `handle` gives for its texts; what does not change is not copied."""
    changed: dict[str, Any] = {}
    for key, value in node.items():
        if isinstance(value, str):
            if key in _IDENTITY:
                continue
            new: Any = _string(node, key, value, handle, free)
        elif not isinstance(value, dict | list) or not value or key in _LEFT:
            continue
        elif isinstance(value, dict):
            new = _mapping(key, value, handle, free)
        else:
            new = _list(value, handle, free, key in _TEXTS)
        if new is not value:
            changed[key] = new
    return node | changed if changed else node


def _string(node: dict[str, Any], key: str, value: str, handle: Handler, free: bool) -> str:
    named = _VALUES.get(key)
    if named is not None:
        name = node.get(named) or (node.get("key") if "operator" not in node and "effect" not in node else None)
        return handle(value, name if isinstance(name, str) else "", Place.TEXT)
    if key in _TEXTS:
        return handle(value, "", Place.TEXT)
    return handle(value, key, Place.TEXT) if free else handle(value, "", Place.STRUCTURE)


def _mapping(key: str, value: dict[str, Any], handle: Handler, free: bool) -> dict[str, Any]:
    if key == "annotations":
        return _named(value, handle, annotations=True)
    if key in _MAPS and all(isinstance(inner, str) for inner in value.values()):
        return _named(value, handle)
    return walked(value, handle, free=free)


def _named(node: dict[str, Any], handle: Handler, *, annotations: bool = False) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for key, value in node.items():
        if isinstance(value, str):
            place = Place.REFERENCE if annotations and any(part in key for part in _CONTROLLERS) else Place.TEXT
            new = handle(value, key, place)
            if new is not value:
                changed[key] = new
    return node | changed if changed else node


def _list(items: list[Any], handle: Handler, free: bool, texts: bool) -> list[Any]:
    new = _arguments(items, handle) if texts else [_item(item, handle, free) for item in items]
    return new if any(one is not other for one, other in zip(new, items, strict=True)) else items


def _item(item: Any, handle: Handler, free: bool) -> Any:
    if isinstance(item, dict):
        return walked(item, handle, free=free)
    if isinstance(item, list):
        return _list(item, handle, free, False)
    if isinstance(item, str):
        return handle(item, "", Place.TEXT if free else Place.STRUCTURE)
    return item


def _arguments(items: list[Any], handle: Handler) -> list[Any]:
    """A command line: what follows a flag is its value."""
    found: list[Any] = []
    flag, command = "", ""
    for item in items:
        if not isinstance(item, str):
            found.append(_item(item, handle, True))
            continue
        is_value = bool(flag) and not item.startswith("-")
        found.append(handle(item, _name_of(flag, command) if is_value else "", Place.TEXT))
        flag = item if item.startswith("-") and len(item) >= _FLAG_LEAST and "=" not in item else ""
        command = command or item.rpartition("/")[2]
    return found


_SHORT_FLAGS: Mapping[str, frozenset[str]] = {
    "-a": frozenset({"redis-cli", "redis-benchmark"}),
    "-p": frozenset({"sshpass", "mongo", "mongosh", "mongodump", "mongorestore", "docker", "podman", "az", "cqlsh"}),
    "-P": frozenset({"mosquitto_pub", "mosquitto_sub", "sqlcmd", "bcp"}),
    "-w": frozenset({"ldapsearch", "ldapadd", "ldapmodify", "ldapwhoami"}),
}
"""Flags of one letter that take a password, and of which commands (their manuals)."""


def _name_of(flag: str, command: str) -> str:
    return "password" if command in _SHORT_FLAGS.get(flag, ()) else flag.lstrip("-")
