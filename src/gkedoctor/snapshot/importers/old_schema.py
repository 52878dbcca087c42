"""`kubectl cluster-info dump` of 1.13 and older printed Go's internal structures.

Fields have capital letters, an object's metadata lies at its top level, and nothing says what kind it is.
"""

from __future__ import annotations

import re
from typing import Any

ORDER = (
    "events",
    "replicationcontrollers",
    "services",
    "daemonsets",
    "deployments",
    "replicasets",
    "pods",
)
"""After the nodes, per namespace (kubectl, clusterinfo_dump.go)."""

_ACRONYM = re.compile(r"[A-Z]+(?![a-z])|[A-Z]")
_VERBATIM = frozenset(
    {
        "labels",
        "annotations",
        "matchLabels",
        "nodeSelector",
        "limits",
        "requests",
        "capacity",
        "allocatable",
        "hard",
        "used",
        "data",
    }
)
"""Maps whose keys belong to the user."""

_METADATA = frozenset(
    {
        "name",
        "generateName",
        "namespace",
        "selfLink",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "labels",
        "annotations",
        "ownerReferences",
        "finalizers",
    }
)
"""ObjectMeta has JSON names, so it was written in small letters in the middle of the rest."""


def is_old(document: Any) -> bool:
    """Whether a list is written in capitals."""
    return isinstance(document, dict) and "Items" in document and "kind" not in document


def modern(document: dict[str, Any]) -> list[Any]:
    """The items of an old list as the API has them."""
    items = document.get("Items")
    found = items if isinstance(items, list) else []
    return [_object(item) if isinstance(item, dict) else item for item in found]


def _object(item: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in item.items() if key in _METADATA}
    rest = {key: value for key, value in item.items() if key not in _METADATA}
    return {"metadata": metadata, **_small(rest)}


def _small(node: Any) -> Any:
    if isinstance(node, list):
        return [_small(item) for item in node]
    if not isinstance(node, dict):
        return node
    result: dict[str, Any] = {}
    for key, value in node.items():
        small = _small_first(key)
        keep = small in _VERBATIM or (small == "selector" and _is_flat(value))
        result[small] = value if keep else _small(value)
    if _METADATA & node.keys() >= {"name", "creationTimestamp"}:  # a pod template
        metadata = {key: result.pop(key) for key in list(result) if key in _METADATA}
        result["metadata"] = metadata
    return result


def _is_flat(value: Any) -> bool:
    """A Service's selector is a map of labels; a Deployment's has `MatchLabels` in it."""
    return isinstance(value, dict) and "MatchLabels" not in value and "MatchExpressions" not in value


def _small_first(key: str) -> str:
    """`podIP`, `httpGet`, `uid` out of `PodIP`, `HTTPGet`, `UID`."""
    found = _ACRONYM.match(key)
    return key[: found.end()].lower() + key[found.end() :] if found is not None else key
