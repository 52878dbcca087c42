"""Objects of the Kubernetes API out of their JSON. One that is made to be large or deep must not stop all the others.

An API server takes requests of up to 3 MiB (k8s.io/apiserver, `MaxRequestBodyBytes`) and etcd 1.5 MiB, but JSON of
10,000 levels (sigs.k8s.io/json), in custom resources whose schema preserves unknown fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from gkedoctor.collect.json_decoders import json_decoder
from gkedoctor.limits import DEEPEST, MIB
from gkedoctor.snapshot.intake import UNUSABLE
from gkedoctor.snapshot.nesting import TOO_DEEP

T = TypeVar("T")

LARGEST = 4 * MIB
"""Bytes of one object: what a request may bring, and what the API server adds to it."""

_CUT = f'"{TOO_DEEP}"'.encode()
_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


class _Names(msgspec.Struct, omit_defaults=True):
    name: str = ""
    namespace: str = ""


class _Named(msgspec.Struct, omit_defaults=True, rename={"version": "apiVersion"}):
    version: str = ""
    kind: str = ""
    metadata: _Names = msgspec.field(default_factory=_Names)


def object_of(raw: msgspec.Raw | bytes) -> Any:
    """What a piece of JSON holds. Raises what msgspec raises for what cannot be read.

    Of an object that is too large, name and namespace are kept, with the reason under `UNUSABLE`.
    """
    size = memoryview(raw).nbytes
    if size <= LARGEST:
        return decoded(raw, msgspec.json.decode)
    named: dict[str, Any] = msgspec.to_builtins(decoded(raw, json_decoder(_Named).decode))
    return named | {UNUSABLE: f"too large: {size / MIB:.0f} MiB as JSON, the most is {LARGEST // MIB} MiB"}


def decoded(data: msgspec.Raw | bytes | bytearray, decode: Callable[[Any], T]) -> T:
    """What `decode` makes of JSON, without what is nested too deeply for it. Raises what it raises."""
    try:
        return decode(data)
    except RecursionError:
        return decode(shallow(bytes(data)))


def shallow(data: bytes) -> bytes:
    """JSON with a note in the place of each map and list that is nested too deeply."""
    return b"".join(_pieces(data))


def _pieces(data: bytes) -> Iterator[bytes]:
    depth, kept = 0, 0
    for token in _TOKENS.finditer(data):
        mark = token[0][0]
        if mark in b"[{":
            depth += 1
            if depth == DEEPEST + 1:
                yield data[kept : token.start()]
        elif mark in b"]}":
            depth -= 1
            if depth == DEEPEST:
                yield _CUT
                kept = token.end()
    yield data[kept:] if depth <= DEEPEST else b""
