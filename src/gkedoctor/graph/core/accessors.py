"""Parts of an object that nearly everybody reads."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from gkedoctor.snapshot.model import Object

T = TypeVar("T")


def grouped(items: Iterable[Object], key: Callable[[Object], T | None]) -> dict[T, list[Object]]:
    """The items by key, in their order; those whose key is None are left out."""
    groups: dict[T, list[Object]] = defaultdict(list)
    for item in items:
        value = key(item)
        if value is not None:
            groups[value].append(item)
    return dict(groups)


def namespace_of(item: Object) -> str:
    """The namespace of an object, `""` where it has none (Google Cloud objects never have)."""
    return (item.get("metadata") or {}).get("namespace") or ""


def name_of(item: Object) -> str:
    """The name of an object."""
    name: str = (item.get("metadata") or item).get("name") or ""
    return name


def labels_of(item: Object) -> dict[str, str]:
    """The labels of an object."""
    return (item.get("metadata") or item).get("labels") or {}


def annotations_of(item: Object) -> dict[str, str]:
    """The annotations of an object."""
    return (item.get("metadata") or {}).get("annotations") or {}


def json_map(text: Any) -> dict[str, Any] | None:
    """The JSON object that an annotation or a description holds; None where it holds none."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
