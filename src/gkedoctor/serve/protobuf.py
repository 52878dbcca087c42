"""Just enough protobuf to read what kubectl posts: k8s.io/apimachinery/pkg/runtime/serializer/protobuf."""

from __future__ import annotations

from typing import Any

from gkedoctor.serve.errors import bad_request

MAGIC = b"k8s\x00"
_RESOURCE = ("namespace", "verb", "group", "version", "resource", "subresource")
_PATH = ("path", "verb")
Fields = dict[int, bytes]


def review(body: bytes) -> dict[str, Any]:
    """The spec of a SelfSubject review as JSON has it: k8s.io/api/authorization/v1/generated.proto."""
    unknown = _fields(body.removeprefix(MAGIC))
    kind = _text(_fields(unknown.get(1, b"")).get(2, b""))
    spec = _fields(_fields(unknown.get(2, b"")).get(2, b""))
    if kind == "SelfSubjectRulesReview":
        return {"namespace": _text(spec.get(1, b""))}
    found = {}
    for number, name, names in ((1, "resourceAttributes", _RESOURCE), (2, "nonResourceAttributes", _PATH)):
        if number in spec:
            inner = _fields(spec[number])
            found[name] = {field: _text(inner[place]) for place, field in enumerate(names, 1) if inner.get(place)}
    return found


def _fields(message: bytes) -> Fields:
    """The fields of a message that are bytes; numbers are passed over. ApiError 400 for what is no message."""
    found: Fields = {}
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        if key & 7 == 0:
            _, position = _varint(message, position)
            continue
        if key & 7 != 2:
            raise bad_request("the review cannot be read")
        length, position = _varint(message, position)
        found[key >> 3] = message[position : position + length]
        position += length
    return found


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """A number and the position behind it."""
    value = shift = 0
    while position < len(message) and shift < 64:
        byte = message[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position
    raise bad_request("the review cannot be read")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
