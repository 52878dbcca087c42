"""A watch: what is there, and then nothing, for a recording does not change. It ends when asked or told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from gkedoctor.serve.listing import selected, shaped
from gkedoctor.serve.negotiation import JSON, Form, wanted
from gkedoctor.serve.request import Request, Response, warnings
from gkedoctor.serve.resources import Resource
from gkedoctor.serve.snapshot_index import SnapshotIndex
from gkedoctor.snapshot.model import Object

_LONGEST_SECONDS = 3600
_BOOKMARK_SECONDS = 60.0
_TICK_SECONDS = 0.25
_INITIAL_EVENTS_END = {"k8s.io/initial-events-end": "true"}


def watched(
    recorded: SnapshotIndex, request: Request, resource: Resource, namespace: str | None, stopping: threading.Event
) -> Response:
    """The stream of a watch."""
    form, content_type = wanted(request.accept, Form.TABLE, Form.METADATA)
    chosen = selected(request, resource)
    objects = recorded.objects(resource, namespace)
    asked = request.number("timeoutSeconds")
    seconds = min(asked, _LONGEST_SECONDS) if asked else _LONGEST_SECONDS
    initial = (
        _event("ADDED", shaped(recorded, request, resource, form, item))
        for item in (objects if _wants_initial(request) else ())
        if chosen.takes(item)
    )
    stream = _stream(initial, recorded, request, resource, seconds, stopping)
    kind = f"{content_type};stream=watch" if content_type != JSON else JSON
    return Response(content_type=kind, stream=stream, headers=warnings(recorded.warning(resource, namespace)))


def _wants_initial(request: Request) -> bool:
    """Whether to begin with what is there: without a version to go on from, or when told to."""
    if "sendInitialEvents" in request.query:
        return request.flag("sendInitialEvents")
    return request.query.get("resourceVersion", "") in ("", "0")


def _stream(
    initial: Iterator[bytes],
    recorded: SnapshotIndex,
    request: Request,
    resource: Resource,
    seconds: float,
    stopping: threading.Event,
) -> Iterator[bytes]:
    yield from initial
    bookmarks = request.flag("allowWatchBookmarks") if "allowWatchBookmarks" in request.query else False
    if bookmarks and "sendInitialEvents" in request.query and request.flag("sendInitialEvents"):
        yield _bookmark(recorded, resource, _INITIAL_EVENTS_END)
    start = last = time.monotonic()
    while not stopping.wait(min(_TICK_SECONDS, max(0.0, start + seconds - time.monotonic()))):
        now = time.monotonic()
        if now - start >= seconds:
            break
        if bookmarks and now - last >= _BOOKMARK_SECONDS:
            last = now
            yield _bookmark(recorded, resource, {})
        else:
            yield b""
    if bookmarks:
        yield _bookmark(recorded, resource, {})


def _bookmark(recorded: SnapshotIndex, resource: Resource, annotations: dict[str, str]) -> bytes:
    metadata: dict[str, Any] = {"resourceVersion": recorded.resource_version}
    if annotations:
        metadata["annotations"] = annotations
    return _event("BOOKMARK", {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata})


def _event(kind: str, item: Object) -> bytes:
    return msgspec.json.encode({"type": kind, "object": item}) + b"\n"
