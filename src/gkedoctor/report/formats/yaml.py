"""The JSON report as YAML: the same object, read the same by parsers of YAML 1.1 and 1.2."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import is_seen
from gkedoctor.report.formats import Page
from gkedoctor.report.formats.json import encoded
from gkedoctor.report.json_schema import to_wire

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])
"""What some parser takes for something else than a text; numbers and times begin with a sign or a digit."""
_UNSEEN = re.compile("[^ -~\n]")


def render(answer: Answer, page: Page) -> str:
    """One document, keys in the order of the schema. The page does not matter."""
    return dumped(to_wire(answer))


def dumped(value: Any) -> str:
    """YAML of structs or plain values, as the JSON has them."""
    plain = msgspec.json.decode(encoded(value))
    text = yaml.dump(plain, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=2**20)
    return _UNSEEN.sub(_escaped, text)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and quotes whatever might be taken for a number, a time or a word."""

    def ignore_aliases(self, data: Any) -> bool:
        """No anchors: each value stands where it belongs."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    block = "\n" in text and all(is_seen(char) or char == "\n" for char in text)
    style = "|" if block else None if plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _escaped(match: re.Match[str]) -> str:
    """What does not print stands only in double quotes, where an escape means the same."""
    char = match[0]
    return char if is_seen(char) else f"\\U{ord(char):08X}"
