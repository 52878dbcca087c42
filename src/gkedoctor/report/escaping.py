"""Text out of a cluster, made safe to show on a terminal."""

from __future__ import annotations

import re

_SUSPECT = re.compile(r"[^ -~]")
_LINK = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9./_#?=&%~+,:-]*")
_SUSPECT_BESIDE_COLOUR = re.compile(r"\x1b\[[0-9;]*m|[^ -~\n]")
_SUSPECT_IN_LINES = re.compile(r"[^ -~\n]")

_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Characters that `str.isprintable` lets through though they show nothing: two names that differ in one look the same.

Source: Default_Ignorable_Code_Point in https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt
"""


def inert(text: str) -> str:
    """The text with everything that does not print (escapes, line ends, direction marks, lone surrogates) spelt out."""
    return _SUSPECT.sub(_spelt_out, text)


def inert_lines(text: str, *, colour: bool = False) -> str:
    """The text with its line ends kept, and everything else that does not print spelt out.

    `colour`: sequences that set a color are kept too; whoever adds them makes the text between them inert before.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return (_SUSPECT_BESIDE_COLOUR if colour else _SUSPECT_IN_LINES).sub(_spelt_out, text)


def is_link(text: str) -> bool:
    """Whether a text is a plain https address, and may become a link."""
    return _LINK.fullmatch(text) is not None


def is_seen(char: str) -> bool:
    """Whether a character shows something, or is a space."""
    return char.isprintable() and _INVISIBLE.match(char) is None


def _spelt_out(match: re.Match[str]) -> str:
    text = match[0]
    if len(text) > 1 or is_seen(text):  # more than one character is a sequence that sets a color
        return text
    return text.encode("unicode_escape", "surrogatepass").decode("ascii")
