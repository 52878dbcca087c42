"""Lists and single objects, whole or in pages, as they are, as tables, or their metadata alone."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice
from typing import Any

from gkedoctor.serve.errors import ApiError
from gkedoctor.serve.negotiation import Form, wanted
from gkedoctor.serve.request import Request, Response, answer
from gkedoctor.serve.resources import Resource
from gkedoctor.serve.selectors import Selection, selection
from gkedoctor.serve.snapshot_index import SnapshotIndex
from gkedoctor.serve.tables import partial, table
from gkedoctor.snapshot.model import Object

_EXPIRED = (
    "The provided continue parameter is too old to display a consistent list result. "
    "You can start a new list without the continue parameter."
)


def selected(request: Request, resource: Resource) -> Selection:
    """The selectors of a request."""
    labels, fields = request.query.get("labelSelector", ""), request.query.get("fieldSelector", "")
    return selection(resource.plural, labels, fields)


def listed(recorded: SnapshotIndex, request: Request, resource: Resource, namespace: str | None) -> Response:
    """A list, or the page of it that was asked for."""
    form, content_type = wanted(request.accept, Form.TABLE, Form.METADATA_LIST)
    chosen = selected(request, resource)
    objects = recorded.objects(resource, namespace)
    start = _start(recorded, resource, objects, request.query.get("continue", ""))
    limit = request.number("limit")
    matching = (item for item in islice(objects, start, None) if chosen.takes(item))
    page = list(matching if not limit else islice(matching, limit + 1))
    metadata: dict[str, Any] = {"resourceVersion": recorded.resource_version}
    if limit and len(page) > limit:
        metadata["continue"] = _token(recorded, resource, page.pop())
        if chosen == Selection():
            metadata["remainingItemCount"] = len(objects) - start - limit
    document = _document(recorded, request, resource, form, page, metadata)
    warning = recorded.warning(resource, namespace) if not start else ""
    return answer(document, content_type, warning=warning)


def single(recorded: SnapshotIndex, request: Request, resource: Resource, namespace: str | None, name: str) -> Response:
    """One object."""
    form, content_type = wanted(request.accept, Form.TABLE, Form.METADATA)
    item = recorded.get(resource, namespace, name)
    return answer(shaped(recorded, request, resource, form, item), content_type)


def shaped(recorded: SnapshotIndex, request: Request, resource: Resource, form: Form, item: Object) -> Any:
    """One object in the form that is wanted."""
    match form:
        case Form.TABLE:
            metadata = {"resourceVersion": (item.get("metadata") or {}).get("resourceVersion") or ""}
            return _table(recorded, request, resource, [item], metadata)
        case Form.METADATA:
            return partial(item)
    return item


def _document(
    recorded: SnapshotIndex,
    request: Request,
    resource: Resource,
    form: Form,
    page: list[Object],
    metadata: dict[str, Any],
) -> dict[str, Any]:
    if form is Form.TABLE:
        return _table(recorded, request, resource, page, metadata)
    kind, api_version, items = f"{resource.kind}List", resource.api_version, page
    if form is Form.METADATA_LIST:
        kind, api_version, items = form.value, "meta.k8s.io/v1", [partial(item) for item in page]
    return {"kind": kind, "apiVersion": api_version, "metadata": metadata, "items": items}


def _table(
    recorded: SnapshotIndex, request: Request, resource: Resource, page: list[Object], metadata: dict[str, Any]
) -> dict[str, Any]:
    version = "v1" if "v=v1;" in f"{request.accept.split(',')[0]};" else "v1beta1"
    include = request.query.get("includeObject", "Metadata")
    return table(resource.collection, page, metadata, recorded.clock, version, include)


def _token(recorded: SnapshotIndex, resource: Resource, first: Object) -> str:
    """Where the next page begins: the name of its first object, so that it stays true in another run."""
    place = {"of": _of(recorded, resource), "start": _key(first)}
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _start(recorded: SnapshotIndex, resource: Resource, objects: Sequence[Object], token: str) -> int:
    """The position a token points to. ApiError 410 for one that this recording did not give."""
    if not token:
        return 0
    try:
        place = json.loads(base64.urlsafe_b64decode(token))
        of, (namespace, name) = place["of"], place["start"]
    except (ValueError, TypeError, KeyError, binascii.Error, RecursionError):
        raise ApiError(410, _EXPIRED) from None
    if of != _of(recorded, resource):
        raise ApiError(410, _EXPIRED)
    position = bisect_left(objects, (str(namespace), str(name)), key=_key)
    if position < len(objects) and _key(objects[position]) == (namespace, name):
        return position
    raise ApiError(410, _EXPIRED)


def _key(item: Object) -> tuple[str, str]:
    """What objects are in order of."""
    metadata = item.get("metadata") or {}
    return str(metadata.get("namespace") or ""), str(metadata.get("name"))


def _of(recorded: SnapshotIndex, resource: Resource) -> str:
    return f"{recorded.identity} {resource.api_version} {resource.plural}"
