"""The stream of a watch: one JSON document a line (kubernetes.io/docs/reference/using-api/api-concepts)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from gkedoctor.collect.deadline import RequestFailed
from gkedoctor.collect.kubernetes import slim

_LONGEST_LINE = 64 << 20
"""Bytes. etcd takes 1.5 MB an object, written as JSON; a line without an end must not fill memory."""

ADDED, MODIFIED, DELETED, BOOKMARK = "ADDED", "MODIFIED", "DELETED", "BOOKMARK"


class WatchEvent(NamedTuple):
    """A change of one object, or a bookmark, which has none. `version`: the resourceVersion to go on from."""

    kind: str
    version: str
    item: Any = None


class _Line(msgspec.Struct):
    type: str
    object: msgspec.Raw


class _Metadata(msgspec.Struct, rename={"version": "resourceVersion"}):
    version: str = ""


class _Object(msgspec.Struct):
    metadata: _Metadata


class _Details(msgspec.Struct, rename={"retry_after": "retryAfterSeconds"}):
    retry_after: float | None = None


class _Status(msgspec.Struct):
    """What stands in an event of type ERROR."""

    message: str = ""
    code: int = 0
    details: _Details | None = None


def watch_events(chunks: Iterable[bytes], collection: str) -> Iterator[WatchEvent]:
    """The events of a stream. RequestFailed for an ERROR, with its code, and for what is no event."""
    for line in _lines(chunks):
        try:
            event = msgspec.json.decode(line, type=_Line)
            if event.type == "ERROR":
                raise _error(msgspec.json.decode(event.object, type=_Status))
            version = msgspec.json.decode(event.object, type=_Object).metadata.version
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            raise RequestFailed(f"the stream of the watch is not valid: {str(error)[:120]}") from error
        if event.type == BOOKMARK:
            yield WatchEvent(BOOKMARK, version)
        elif event.type in (ADDED, MODIFIED, DELETED):
            yield WatchEvent(event.type, version, slim(collection, event.object, ""))


def _error(status: _Status) -> RequestFailed:
    """The failure that an ERROR event stands for."""
    reason = " ".join(status.message.split())[:300] or f"the watch ended with status {status.code}"
    wait = status.details.retry_after if status.details is not None else None
    return RequestFailed(reason, code=status.code, retry_after=wait)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a stream that comes in pieces; what is cut off at its end is none."""
    rest: list[bytes] = []
    size = 0
    for chunk in chunks:
        *whole, last = chunk.split(b"\n")
        for line in whole:
            yield b"".join([*rest, line])
            rest, size = [], 0
        rest.append(last)
        size += len(last)
        if size > _LONGEST_LINE:
            raise RequestFailed(f"a line of the watch is larger than {_LONGEST_LINE >> 20} MiB", code=-1)
