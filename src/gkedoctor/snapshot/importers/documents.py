"""Text to documents: JSON, JSON documents one after another, YAML with several documents; gzip, BOM, UTF-16."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from gkedoctor.errors import LimitError, SourceError
from gkedoctor.snapshot.budget import Budget
from gkedoctor.snapshot.importers.archive import gunzip, is_gzip
from gkedoctor.snapshot.importers.refusals import refusal_in_text, split_warning
from gkedoctor.snapshot.importers.yaml_events import Mistake, values

_BYTE = re.compile(r" \(byte (\d+)\)$")
_CONTENT = re.compile(rb"[^ \t\r\n,]")
_BLANK = b" \t\r\n\x0b\x0c"
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""The byte order marks of UTF-16, which PowerShell writes."""


_ends_of_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
_ends_of_map = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def documents(data: bytes, name: str, budget: Budget | None = None) -> list[Any]:
    """All documents of a file, as JSON values. `name` is what a message calls the file.

    `budget`: that of the recording the file belongs to; without it, the file is the recording.
    """
    budget = budget or Budget(name, len(data))
    plain = content_of(data, name, budget)
    del data  # of a large file, not needed beside its content
    if plain.startswith(WIDE) or plain.lstrip(_BLANK)[:1] not in (b"{", b"["):
        return documents_of_text(text_of(plain, name, budget), name, budget)
    return _json(plain, name, budget)


def content_of(data: bytes, name: str, budget: Budget) -> bytes:
    """The content of a file, decompressed where it is gzip, without the byte order mark of UTF-8."""
    if is_gzip(data):
        data = gunzip(data, name, budget)
    if not data:
        raise SourceError(f"{name} is empty (0 bytes)")
    return data.removeprefix(codecs.BOM_UTF8)


def text_of(data: bytes, name: str, budget: Budget | None = None) -> str:
    """The text of a file, decompressed where it is gzip, in UTF-8 or by its byte order mark in UTF-16."""
    budget = budget or Budget(name, len(data))
    data = content_of(data, name, budget)
    size = len(data) if data.isascii() else 4 * len(data)
    budget.hold(size)
    try:
        text = data.decode("utf-16" if data.startswith(WIDE) else "utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is not a text file: byte {error.start} is not {error.encoding}") from error
    finally:
        budget.release(size)
    if "\0" in text:
        raise SourceError(f"{name} is not a text file: it contains zero bytes")
    return text


def documents_of_text(text: str, name: str, budget: Budget | None = None) -> list[Any]:
    """All documents of a text: JSON where it begins like JSON, else YAML."""
    budget = budget or Budget(name, len(text))
    warning, text = split_warning(text)
    if warning is not None:
        return [*(documents_of_text(text, name, budget) if text else ()), warning]
    start = re.search(r"\S", text)
    if start is None:
        raise SourceError(f"{name} is empty")
    refusal = refusal_in_text(text)
    if refusal is not None:
        return [refusal]
    return _json(text.encode(), name, budget) if start[0] in "{[" else _yaml(text, name, budget)


def _json(data: bytes, name: str, budget: Budget) -> list[Any]:
    budget.decode(name, data)
    try:
        return [msgspec.json.decode(data)]
    except RecursionError as error:
        raise SourceError(f"{name} is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text_of(data, name, budget)  # says better what is no text at all
        if "trailing characters" not in str(error):
            raise SourceError(f"{name}{_json_place(data, 0, str(error))}") from error
    return list(_json_sequence(data, name, budget))


def _json_place(data: bytes, start: int, message: str) -> str:
    """`:3:14: JSON is malformed: ...` out of msgspec's message with a byte offset, which counts from `start`."""
    found = _BYTE.search(message)
    if found is None:
        return f": {message[0].lower()}{message[1:]}"
    at = start + int(found[1])
    line, column = data.count(b"\n", 0, at) + 1, at - data.rfind(b"\n", 0, at)
    return f":{line}:{column}: {message[: found.start()]}"


def _json_sequence(data: bytes, name: str, budget: Budget) -> Iterator[Any]:
    """Several documents one after another, as `kubectl get ... >> file` and jq leave them.

    msgspec says where what follows a document begins, which is the cheapest way to find its end.
    """
    view, position, most = memoryview(data), 0, budget.limits.documents
    while (start := _CONTENT.search(data, position)) is not None:
        most -= 1
        if most < 0:
            raise LimitError(name, "holds too many documents", f"{budget.limits.documents:,}")
        end = _end_of_document(view[start.start() :], data, name, start.start())
        try:
            yield msgspec.json.decode(view[start.start() : end])
        except (msgspec.DecodeError, RecursionError) as error:  # what skipping does not see: an integer of 5,000 digits
            raise SourceError(f"{name}{_json_place(data, start.start(), str(error))}") from error
        position = end


def _end_of_document(rest: memoryview, data: bytes, name: str, start: int) -> int:
    try:
        (_ends_of_list if rest[0] == ord("[") else _ends_of_map)(rest)
    except RecursionError as error:
        raise SourceError(f"{name} is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found = _BYTE.search(str(error))
        if found is None or "trailing characters" not in str(error):
            raise SourceError(f"{name}{_json_place(data, start, str(error))}") from error
        return start + int(found[1]) - 1  # msgspec names the place behind the first character too many
    return len(data)


def _yaml(text: str, name: str, budget: Budget) -> list[Any]:
    size = len(text) if text.isascii() else 4 * len(text)
    budget.hold(size)
    try:
        return list(values(text, name, budget))
    except Mistake as error:
        raise SourceError(f"{name}:{error.line + 1}:{error.column + 1}: {error.message}") from None
    finally:
        budget.release(size)
