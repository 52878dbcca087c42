"""Text out of a cluster, made safe to show."""

from __future__ import annotations

import re

_SUSPECT = re.compile(r"[^ -~]")
_LINK = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9./_#?=&%~+,:-]*")


def inert(text: str) -> str:
    """The text with everything that does not print (escapes, line ends, direction marks, lone surrogates) spelt out."""
    return _SUSPECT.sub(_spelt_out, text)


def is_link(text: str) -> bool:
    """Whether a text is a plain https address, and may become a link."""
    return _LINK.fullmatch(text) is not None


def _spelt_out(match: re.Match[str]) -> str:
    char = match[0]
    return char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii")
