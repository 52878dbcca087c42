"""What the scalars of YAML mean, as kubectl reads them (sigs.k8s.io/yaml over go-yaml v2, which is YAML 1.1).

`yes` and `on` are booleans; dates and `12:30` are text. Numbers are what JSON of Kubernetes can hold: 64 bits, else a
float, else text.
"""

from __future__ import annotations

import math
import re
from typing import Any

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"), False),
}
_MOST_DIGITS = 100
"""Python turns no more than 4,300 into a number; beyond 64 bits Go reads a float."""
_MOST_WORDS = 1 << 16
"""Words that are remembered: a file of 10 MB can have millions, each once."""
_LONGEST_WORD = 64
_INTEGER = re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*|0)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TIMESTAMP = re.compile(
    r"\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t])\d\d?:\d\d:\d\d(?:\.\d{0,12})?[ \t]?(?:Z|[-+]\d\d?(?::?\d\d)?)?)?"
)
_TYPES: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,), "null": (type(None),)}
_TAGS = "tag:yaml.org,2002:"


class Plain(dict[str, Any]):
    """What plain words mean; each is worked out once."""

    def __missing__(self, word: str) -> Any:
        found = meaning(word)
        if len(word) <= _LONGEST_WORD and len(self) < _MOST_WORDS:
            self[word] = found
        return found


def meaning(word: str) -> Any:
    """The value of a plain scalar: None, a bool, an int of 64 bits, a finite float, or its text."""
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in "+-.0123456789" or len(word) > _MOST_DIGITS:
        return word
    if _INTEGER.fullmatch(word):
        number = _integer(word.replace("_", ""))
        if number is not None and -(1 << 63) <= number < 1 << 64:
            return number
    if _FLOAT.fullmatch(word):
        value = float(word)
        return value if math.isfinite(value) else word
    return word


def _integer(digits: str) -> int | None:
    """The number; None for what has the form and is none, like `0_` or `0x_`."""
    octal = re.fullmatch(r"([-+]?)0([0-7]+)", digits)
    try:
        return int(f"{octal[1]}0o{octal[2]}", 0) if octal else int(digits, 0)
    except ValueError:
        return None


def tagged(tag: str, text: str) -> Any:
    """The value of a scalar with a tag of its own.

    KeyError for a tag that is not of YAML itself, ValueError for a text that does not fit: `!!int ""`, `!!bool foo`.
    """
    kind = tag.removeprefix(_TAGS) if tag.startswith(_TAGS) else ""
    if tag == "!" or kind in ("str", "binary"):
        return text
    if kind == "timestamp":
        if not _TIMESTAMP.fullmatch(text):
            raise ValueError(text)
        return text
    types = _TYPES[kind]
    value = meaning(text)
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise ValueError(text)
    return value


def fits_collection(tag: str | None) -> bool:
    """Whether a tag of a sequence or mapping is one of YAML itself."""
    return tag in (None, "!") or str(tag) in _COLLECTIONS


_COLLECTIONS = frozenset(f"{_TAGS}{kind}" for kind in ("seq", "map", "omap", "pairs", "set"))


def shown_tag(tag: str) -> str:
    """A tag as people write it: `!!int`, `!Ref`."""
    return f"!!{tag.removeprefix(_TAGS)}" if tag.startswith(_TAGS) else tag
