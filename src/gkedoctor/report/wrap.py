"""Breaks text and commands into lines that fit, at spaces only: a path or an argument is never cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from unicodedata import combining, east_asian_width

_ARGUMENT = re.compile(r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+""")
_CONTINUED = " \\"


def columns(text: str) -> int:
    """The columns that a text takes in a terminal: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """The lines of a text: the first begins with `first`, the others with `rest`."""
    return list(_filled(text.split(" "), width, first, rest, ""))


def command_lines(command: str, width: int, indent: str) -> list[str]:
    r"""A command as lines that can be pasted: broken between arguments, with `\` at the ends.

    A command of several lines (a heredoc) stands as it is at the margin, where alone its end mark works. One with
    a comment or with open quotes is not broken at all.
    """
    if "\n" in command:
        return command.split("\n")
    arguments = _ARGUMENT.findall(command)
    if " ".join(arguments) != command or any(a.startswith("#") for a in arguments):
        return [indent + command]
    return list(_filled(arguments, width, indent, indent + "  ", _CONTINUED))


def _filled(words: Iterable[str], width: int, first: str, rest: str, end: str) -> Iterator[str]:
    line, empty = first, True
    for word in words:
        if not empty and columns(line) + 1 + columns(word) + len(end) > width:
            yield line + end
            line, empty = rest, True
        line, empty = (line + word if empty else f"{line} {word}"), False
    yield line
