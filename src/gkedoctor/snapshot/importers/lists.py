"""A document to objects: v1 Lists, typed lists, bare arrays, single objects, lists in lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from gkedoctor.snapshot.importers.refusals import refusal_in
from gkedoctor.snapshot.model import CollectionState, Status
from gkedoctor.snapshot.refusals import refused_state

_CUT = CollectionState(Status.PARTIAL, reason="the listing was cut off by its limit")


def items_of(document: Any) -> list[Any]:
    """The objects of a document, with the kind that a typed list states once for all of them."""
    if isinstance(document, list):
        return [inner for item in document for inner in _inner(item)]
    if not is_list(document):
        return [] if is_refusal(document) else [document]
    items = document.get("items")
    if not isinstance(items, list):
        return [] if items is None else [items]
    return list(_with_kind(items, document))


def _inner(item: Any) -> list[Any]:
    return items_of(item) if is_list(item) or is_refusal(item) else [item]


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
    """Whether the document is an error of the API in place of what was asked for."""
    return refusal_in(document) is not None


def list_state(collection: str, document: Any) -> CollectionState:
    """What a document tells about the completeness of its list."""
    refusal = refusal_in(document)
    if refusal is not None:
        said = str(refusal.get("message") or refusal.get("reason") or "refused")
        return refused_state(collection, said, refusal.get("code"))
    if isinstance(document, list):
        return _state_of_array(collection, document)
    metadata = document.get("metadata") if isinstance(document, dict) else None
    if is_list(document) and isinstance(metadata, dict) and metadata.get("continue"):
        return _CUT
    return CollectionState(Status.COMPLETE)


def _state_of_array(collection: str, document: list[Any]) -> CollectionState:
    """An API that answers with an array puts its errors into it, beside what it found before."""
    refusals = [item for item in document if is_refusal(item)]
    if not refusals:
        return CollectionState(Status.COMPLETE)
    state = list_state(collection, refusals[0])
    return state if len(refusals) == len(document) else msgspec.structs.replace(state, status=Status.PARTIAL)


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
