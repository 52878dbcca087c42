"""A document to objects: v1 Lists, typed lists, bare arrays, single objects, lists in lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gkedoctor.snapshot.model import CollectionState, Status, permission

_CUT = CollectionState(Status.PARTIAL, reason="the listing was cut off by its limit")


def items_of(document: Any) -> list[Any]:
    """The objects of a document, with the kind that a typed list states once for all of them."""
    if isinstance(document, list):
        return [inner for item in document for inner in (items_of(item) if is_list(item) else [item])]
    if not is_list(document):
        return [] if is_refusal(document) else [document]
    items = document.get("items")
    if not isinstance(items, list):
        return [] if items is None else [items]
    return list(_with_kind(items, document))


def is_list(document: Any) -> bool:
    """Whether the document is a list of objects rather than an object."""
    if not isinstance(document, dict):
        return False
    metadata = document.get("metadata")
    if isinstance(metadata, dict) and "name" in metadata:
        return False
    kind = document.get("kind")
    return "items" in document or (isinstance(kind, str) and kind.endswith("List"))


def is_refusal(document: Any) -> bool:
    """Whether the document is the API server's `Status` in place of what was asked for."""
    return isinstance(document, dict) and document.get("kind") == "Status" and "items" not in document


def list_state(collection: str, document: Any) -> CollectionState:
    """What a document tells about the completeness of its list."""
    if is_refusal(document):
        return refused(collection, str(document.get("message") or document.get("reason") or "refused"))
    metadata = document.get("metadata") if isinstance(document, dict) else None
    if is_list(document) and isinstance(metadata, dict) and metadata.get("continue"):
        return _CUT
    return CollectionState(Status.COMPLETE)


def refused(collection: str, message: str) -> CollectionState:
    """The state of a collection in whose place the server sent a message."""
    reason = message.splitlines()[0][:300] if message.strip() else "refused"
    if "forbidden" in message.lower() or "unauthorized" in message.lower():
        return CollectionState(Status.DENIED, reason=reason, needs=permission(collection))
    if "could not find the requested resource" in message or "no matches for kind" in message:
        return CollectionState(Status.DISABLED, reason=reason)
    return CollectionState(Status.FAILED, reason=reason)


def namespaces_of(items: Iterable[Any]) -> Iterator[str]:
    """The namespaces of objects, as far as they have one."""
    for item in items:
        metadata = item.get("metadata") if isinstance(item, dict) else None
        namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
        if isinstance(namespace, str):
            yield namespace


def _with_kind(items: list[Any], document: dict[str, Any]) -> Iterator[Any]:
    kind, api_version = document.get("kind"), document.get("apiVersion")
    typed = isinstance(kind, str) and kind.endswith("List") and kind != "List"
    for item in items:
        if is_list(item):
            yield from items_of(item)
        elif typed and isinstance(item, dict) and "kind" not in item:
            yield {"apiVersion": api_version, "kind": str(kind).removesuffix("List")} | item
        else:
            yield item
