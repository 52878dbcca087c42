"""Where free text stands in objects. All else is structure: joins run over it, and only what is precise is masked.

Names, UIDs, addresses and times are not even looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

from gkedoctor.snapshot.kinds import COLLECTIONS, is_cloud
from gkedoctor.snapshot.redaction.commands import is_password_flag


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
        "fieldsV1",
    }
)  # fmt: skip
"""Fields whose string is left as it is."""

_LEFT = frozenset(
    {
        "clusterIPs", "podIPs", "hostIPs", "accessModes", "finalizers", "ownerReferences", "fieldsV1",
        "allocatable", "capacity", "involvedObject", "regarding", "nodeInfo", "keys", "addresses",
    }
)  # fmt: skip
"""Fields that are left as they are with all below them."""

_TEXTS = frozenset(
    {
        "message", "note", "description", "command", "args", "displayName", "userData", "customRequestHeaders",
        "customResponseHeaders", "mountOptions", "documentation", "statusMessage", "detail", "details",
        "manager",
    }
)  # fmt: skip
_MAPS = frozenset({"parameters", "volumeAttributes", "options", "data", "attributes", "settings", "config", "values",
                   "userLabels", "properties"})  # fmt: skip
"""Maps with free keys, where the key says what the value is."""

_PURE = frozenset(
    {
        "labels", "selector", "matchLabels", "nodeSelector", "affinity", "tolerations", "resources", "limits",
        "requests", "ports", "volumeMounts", "securityContext", "topologySpreadConstraints", "strategy", "endpoints",
        "subsets", "networkInterfaces", "disks", "serviceAccounts", "scheduling", "volumes", "imagePullSecrets",
    }
)  # fmt: skip
"""Fields below which all is structure."""

_SHORTEST_PRECISE = 12
"""Characters of the shortest string of structure in which a token of a known form can be: `?k=` with one of nine."""

_VALUES: Mapping[str, str] = {"value": "name", "headerValue": "headerName"}
_CONTROLLERS = ("kubernetes.io/", "k8s.io/", "cloud.google.com/", "gke.io/", "gkedoctor.dev/")
_FLAG_LEAST = 2


def is_free(collection: str) -> bool:
    """Whether nothing is known of the kind, so that any string of it may be a text."""
    return collection not in COLLECTIONS and not is_cloud(collection)


def walked(node: dict[str, Any], handle: Handler, *, free: bool = False, only_texts: bool = False) -> dict[str, Any]:
    """The object with what `handle` gives for its texts; what does not change is not copied.

    `only_texts` leaves out structure, with the parts that hold nothing else. Types are compared as they are: of JSON
    and YAML there are no others, and this is walked for every object of a cluster.
    """
    changed: dict[str, Any] = {}
    for key, value in node.items():
        kind = type(value)
        new: Any
        if kind is str:
            if key in _IDENTITY:
                continue
            if free or key in _VALUES or key in _TEXTS:
                new = _text(node, key, value, handle)
            elif only_texts or len(value) < _SHORTEST_PRECISE:
                continue
            else:
                new = handle(value, "", Place.STRUCTURE)
        elif (kind is not dict and kind is not list) or not value or key in _LEFT or (only_texts and key in _PURE):
            continue
        elif kind is dict:
            new = _mapping(key, value, handle, free, only_texts)
        elif key in _TEXTS:
            new = _arguments(value, handle)
        else:
            new = _list(value, handle, free, only_texts)
        if new is not value:
            changed[key] = new
    return node | changed if changed else node


def _text(node: dict[str, Any], key: str, value: str, handle: Handler) -> str:
    named = _VALUES.get(key)
    if named is not None:
        name = node.get(named) or (node.get("key") if "operator" not in node and "effect" not in node else None)
        return handle(value, name if isinstance(name, str) else "", Place.TEXT)
    return handle(value, "" if key in _TEXTS else key, Place.TEXT)


def _mapping(key: str, value: dict[str, Any], handle: Handler, free: bool, only_texts: bool) -> dict[str, Any]:
    if key == "annotations":
        return _named(value, handle, annotations=True)
    if key in _MAPS and all(isinstance(inner, str) for inner in value.values()):
        return _named(value, handle)
    return walked(value, handle, free=free, only_texts=only_texts)


def _named(node: dict[str, Any], handle: Handler, *, annotations: bool = False) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for key, value in node.items():
        if isinstance(value, str):
            place = Place.REFERENCE if annotations and any(part in key for part in _CONTROLLERS) else Place.TEXT
            new = handle(value, key, place)
            if new is not value:
                changed[key] = new
    return node | changed if changed else node


def _list(items: list[Any], handle: Handler, free: bool, only_texts: bool) -> list[Any]:
    found = items
    for index, item in enumerate(items):
        kind = type(item)
        new: Any = item
        if kind is dict:
            new = walked(item, handle, free=free, only_texts=only_texts)
        elif kind is list:
            new = _list(item, handle, free, only_texts)
        elif kind is str and (free or (not only_texts and len(item) >= _SHORTEST_PRECISE)):
            new = handle(item, "", Place.TEXT if free else Place.STRUCTURE)
        if new is not item:
            found = list(items) if found is items else found
            found[index] = new
    return found


def _arguments(items: list[Any], handle: Handler) -> list[Any]:
    """A command line: what follows a flag is its value, and what was one sentence may stand in several arguments."""
    found: list[Any] = []
    flag, command = "", ""
    for item in items:
        if not isinstance(item, str):
            found.append(walked(item, handle, free=True) if isinstance(item, dict) else item)
            continue
        is_value = bool(flag) and not item.startswith("-")
        found.append(handle(item, _name_of(flag, command) if is_value else "", Place.TEXT))
        flag = item if item.startswith("-") and len(item) >= _FLAG_LEAST and "=" not in item else ""
        command = command or item.rpartition("/")[2]
    if len(found) > 1 and all(isinstance(item, str) for item in found):
        found = _as_one(found, handle)
    return found if any(new is not item for new, item in zip(found, items, strict=True)) else items


def _as_one(items: list[str], handle: Handler) -> list[str]:
    """The arguments, read as one line; where a credential goes over several of them, they stay as they are."""
    line = " ".join(items)
    new = handle(line, "", Place.TEXT)
    if new is line:
        return items
    words = new.split(" ")
    if len(words) != line.count(" ") + 1:
        return items
    taken = iter(words)
    return [" ".join(next(taken) for _ in range(item.count(" ") + 1)) for item in items]


def _name_of(flag: str, command: str) -> str:
    return "password" if is_password_flag(flag, command) else flag.lstrip("-")
