"""Text to documents: JSON, JSON documents one after another, YAML with several documents; gzip, BOM, UTF-16."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from gkedoctor.errors import SourceError
from gkedoctor.snapshot.importers.archive import gunzip, is_gzip

_BYTE = re.compile(r" \(byte (\d+)\)$")
_SUSPICIOUS = re.compile(r"(?:^|[\s\[,{])\*\w|^ {200}|(?:[-?] ){50}", re.MULTILINE)
_MANY_BRACKETS = 400
_DEEPEST = 200
"""A Kubernetes object is at most 30 deep; PyYAML's C loader overflows its stack at some 50,000."""


class _Loader(yaml.CSafeLoader):
    """YAML as Kubernetes means it: timestamps stay strings."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def documents(data: bytes, name: str) -> list[Any]:
    """All documents of a file, as JSON values. `name` is what a message calls the file."""
    return documents_of_text(text_of(data, name), name)


def text_of(data: bytes, name: str) -> str:
    """The text of a file, decompressed where it is gzip, in UTF-8 or by its byte order mark in UTF-16."""
    if is_gzip(data):
        data = gunzip(data, name)
    if not data:
        raise SourceError(f"{name} is empty (0 bytes)")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is no text: byte {error.start} is not {error.encoding}") from error
    if "\0" in text:
        raise SourceError(f"{name} is no text: it holds zero bytes")
    return text


def documents_of_text(text: str, name: str) -> list[Any]:
    """All documents of a text: JSON where it begins like JSON, else YAML."""
    start = text.lstrip()
    if not start:
        raise SourceError(f"{name} is empty")
    try:
        return _json(text, name) if start[0] in "{[" else _yaml(text, name)
    except RecursionError as error:
        raise SourceError(f"{name} is nested too deeply") from error


def _json(text: str, name: str) -> list[Any]:
    try:
        return [msgspec.json.decode(text)]
    except msgspec.DecodeError as error:
        if "trailing characters" not in str(error):
            raise SourceError(f"{name}{_json_place(text, str(error))}") from error
        return _strict(list(_json_sequence(text, name)), name)


def _json_place(text: str, message: str) -> str:
    """`:3:14: JSON is malformed: ...` out of msgspec's message with a byte offset."""
    found = _BYTE.search(message)
    if found is None:
        return f": {message[0].lower()}{message[1:]}"
    before = text.encode()[: int(found[1])]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    return f":{line}:{column}: {message[: found.start()]}"


def _json_sequence(text: str, name: str) -> Iterator[Any]:
    """Several documents one after another, as `kubectl get ... >> file` and jq leave them."""
    decoder = json.JSONDecoder()
    position = _skip_space(text, 0)
    while position < len(text):
        try:
            document, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise SourceError(f"{name}:{error.lineno}:{error.colno}: {error.msg}") from error
        yield document
        position = _skip_space(text, position)


def _strict(found: list[Any], name: str) -> list[Any]:
    """The same with nothing but what JSON can say: keys that are strings, no half characters, no sets."""
    try:
        plain: list[Any] = msgspec.json.decode(msgspec.json.encode(found))
        return plain
    except (ValueError, TypeError, OverflowError) as error:
        raise SourceError(f"{name} cannot be said in JSON: {_first_line(error)}") from error


_NO_SPACE = re.compile(r"[^\s,]")


def _skip_space(text: str, position: int) -> int:
    found = _NO_SPACE.search(text, position)
    return found.start() if found is not None else len(text)


def _yaml(text: str, name: str) -> list[Any]:
    try:
        _refuse_traps(text, name)
        found = [document for document in yaml.load_all(text, Loader=_Loader) if document is not None]
        return _strict(found, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark is not None else ""
        raise SourceError(f"{name}{place}: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        raise SourceError(f"{name}: this is neither JSON nor YAML: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _refuse_traps(text: str, name: str) -> None:
    """Aliases can stand for gigabytes and depth can overflow the C stack; Kubernetes writes neither."""
    if _SUSPICIOUS.search(text) is None and text.count("[") + text.count("{") < _MANY_BRACKETS:
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise SourceError(f"{name}: YAML aliases (*{event.anchor}) are not read")
        if depth > _DEEPEST:
            raise SourceError(f"{name} is nested too deeply")
