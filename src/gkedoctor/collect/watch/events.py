"""The stream of a watch: one JSON document a line (kubernetes.io/docs/reference/using-api/api-concepts)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from gkedoctor.collect.deadline import RequestFailed
from gkedoctor.collect.json_decoders import json_decoder
from gkedoctor.collect.kubernetes import slim
from gkedoctor.collect.raw_objects import decoded

_LONGEST_LINE = 64 << 20
"""Bytes. A line without an end must not fill memory."""

ADDED, MODIFIED, DELETED, BOOKMARK = "ADDED", "MODIFIED", "DELETED", "BOOKMARK"


class WatchEvent(NamedTuple):
    """A change of one object, or a bookmark, which has none. `version`: the resourceVersion to go on from."""

    kind: str
    version: str
    item: Any = None


UNREADABLE = -2
"""The code of a stream that holds what is no event: the list is read again, for what it held is lost."""


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


_LINE, _OBJECT = msgspec.json.Decoder(_Line), msgspec.json.Decoder(_Object)


def watch_events(chunks: Iterable[bytes], collection: str) -> Iterator[WatchEvent]:
    """The events of a stream. RequestFailed for an ERROR, with its code, and for what is no event.

    An object that cannot be read is None: it stops none of the others.
    """
    for line in _lines(chunks):
        event = _event(line)
        if event is None:
            yield WatchEvent(MODIFIED, "")
        elif event.type == "ERROR":
            raise _error(event.object)
        elif event.type == BOOKMARK:
            yield WatchEvent(BOOKMARK, _version(event.object))
        elif event.type in (ADDED, MODIFIED, DELETED):
            yield WatchEvent(event.type, _version(event.object), _item(collection, event.object))


def _event(line: bytes | None) -> _Line | None:
    """The event that a line is; None for a line that is too long."""
    if line is None:
        return None
    try:
        return decoded(line, _LINE.decode)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        reason = f"the stream of the watch is not valid: {str(error)[:120]}"
        raise RequestFailed(reason, code=UNREADABLE) from error


def _item(collection: str, item: msgspec.Raw) -> Any:
    try:
        return slim(collection, item, "")
    except RequestFailed:
        return None


def _version(item: msgspec.Raw) -> str:
    """Empty where it is not there: the list then goes on from the version before."""
    try:
        return decoded(item, _OBJECT.decode).metadata.version
    except (msgspec.DecodeError, RecursionError, ValueError):
        return ""


def _error(item: msgspec.Raw) -> RequestFailed:
    """The failure that an ERROR event stands for."""
    try:
        status = decoded(item, json_decoder(_Status).decode)
    except (msgspec.DecodeError, RecursionError, ValueError):
        status = _Status()
    reason = " ".join(status.message.split())[:300] or f"the watch ended with status {status.code}"
    wait = status.details.retry_after if status.details is not None else None
    return RequestFailed(reason, code=status.code, retry_after=wait)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """The lines of a stream that comes in pieces, None for one that is too long; what is cut off at its end is none."""
    rest: list[bytes] = []
    size = 0
    for chunk in chunks:
        *whole, last = chunk.split(b"\n")
        for line in whole:
            size += len(line)
            yield b"".join([*rest, line]) if size <= _LONGEST_LINE else None
            rest, size = [], 0
        size += len(last)
        if size <= _LONGEST_LINE:
            rest.append(last)
        else:
            rest.clear()
