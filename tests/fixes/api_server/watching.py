"""A watch that reports what changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import msgspec

from gkedoctor.serve.listing import selected
from gkedoctor.serve.request import Request, Response
from gkedoctor.serve.resources import Resource
from gkedoctor.serve.snapshot_index import SnapshotIndex
from gkedoctor.snapshot.model import Object
from tests.fixes.api_server.store import Store

_TICK_SECONDS = 0.02


def watched(
    store: Store, index: SnapshotIndex, request: Request, resource: Resource, namespace: str | None,
    stopping: threading.Event,
) -> Response:  # fmt: skip
    """The stream of a watch: what is there if that is asked for, then each change."""
    chosen = selected(request, resource)
    since = request.query.get("resourceVersion") or "0"
    initial = since == "0" or request.query.get("sendInitialEvents") == "true"
    seconds = min(request.number("timeoutSeconds") or 30, 30)

    def matches(item: Object) -> bool:
        return (namespace is None or item["metadata"].get("namespace") == namespace) and chosen.takes(item)

    def stream() -> Iterator[bytes]:
        with store.lock:
            start, at = store.version, len(store.changes)
            found = list(index.objects(resource, namespace)) if initial else []
        if not initial and since.isdigit():
            at = next((i for i, change in enumerate(store.changes) if change.version > int(since)), at)
        yield from (_event("ADDED", item) for item in found if chosen.takes(item))
        if request.query.get("sendInitialEvents") == "true":
            metadata = {"resourceVersion": str(start), "annotations": {"k8s.io/initial-events-end": "true"}}
            kind = {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata}
            yield _event("BOOKMARK", kind)
        end = time.monotonic() + seconds
        while not stopping.wait(_TICK_SECONDS) and time.monotonic() < end:
            for change in store.changes[at:]:
                if change.collection == resource.collection and matches(change.item):
                    yield _event(change.kind, change.item)
                at += 1
            yield b""

    return Response(stream=stream())


def _event(kind: str, item: Object) -> bytes:
    return msgspec.json.encode({"type": kind, "object": item}) + b"\n"
