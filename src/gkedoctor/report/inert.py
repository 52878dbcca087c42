"""Text out of a cluster, made safe to show in a terminal."""

from __future__ import annotations

import re

_SUSPECT = re.compile(r"[^ -~]")


def inert(text: str) -> str:
    """The text with everything that does not print (escapes, line ends, direction marks, lone surrogates) spelt out."""
    return _SUSPECT.sub(_spelt_out, text)


def _spelt_out(match: re.Match[str]) -> str:
    char = match[0]
    return char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii")
