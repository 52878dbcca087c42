"""The report as one JSON object, by the schema `gkedoctor/report/v1`. The same answer gives the same bytes."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import is_seen
from gkedoctor.report.formats import Page
from gkedoctor.report.json_schema import to_wire

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile("[^ -~\n]")


def render(answer: Answer, page: Page) -> str:
    """The object, indented, with a newline at its end. The page does not matter."""
    return encoded(to_wire(answer)) + "\n"


def encoded(value: Any, indent: int = 2) -> str:
    """JSON of structs or plain values; with an `indent` of 0 on one line.

    What does not print (direction marks, C1) is an escape.
    """
    try:
        text = msgspec.json.encode(value, enc_hook=str)
    except UnicodeEncodeError:
        text = msgspec.json.encode(_encodable(msgspec.to_builtins(value, enc_hook=str)))
    return _UNSEEN.sub(_escaped, msgspec.json.format(text, indent=indent).decode())


def _escaped(match: re.Match[str]) -> str:
    """An escape means the same: outside of strings, JSON is ASCII."""
    char = match[0]
    if is_seen(char):
        return char
    pair = char.encode("utf-16-be").hex()
    return "".join(f"\\u{pair[i : i + 4]}" for i in range(0, len(pair), 4))


def _encodable(value: Any) -> Any:
    """The same value without what JSON cannot carry: half characters become U+FFFD."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_encodable(str(key)): _encodable(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(child) for child in value]
    return value
