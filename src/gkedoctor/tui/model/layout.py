"""How the rows of the overview are shared out between the list, the finding and the request path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gkedoctor.tui.model.lines import Line

BORDER = 2
WIDE = 120
"""Columns from which the finding stands beside the list; below, under it."""
_LIST = 5
"""Rows of the list, with its border, that no long fix takes away: the finding and the ones around it."""
_STRIP = 2 + BORDER
"""Rows of a request path without the sentence about its chosen hop."""
_DETAIL = 8
LOW = 30
"""Rows below which no line is left empty above the fix."""


class Heights(NamedTuple):
    """Rows of each pane with its border; 0: it is not shown."""

    findings: int
    detail: int
    path: int


def stacked(height: int, listed: int, fix: int, path: int) -> Heights:
    """One below the other. The list keeps its height while one goes through it; a long fix comes before the path.

    `height`: all rows there are; `listed`: lines of the list; `fix`: lines of the finding down to its fix command;
    `path`: rows that the path takes, 0 where there is none.
    """
    findings = min(listed + BORDER, max(_LIST, height // 2))
    need = fix + BORDER
    for rows in (path, min(path, _STRIP)):
        if height - findings - rows >= max(need, _DETAIL):
            return Heights(findings, height - findings - rows, rows)
    if height - findings < need:
        findings = max(min(findings, _LIST), min(findings, height - need))
    return Heights(findings, max(3, height - findings), 0)


def side_by_side(height: int, path: int) -> int:
    """Rows of the path below list and finding."""
    rows = min(path, max(_STRIP, height // 3))
    return rows if height - rows >= _DETAIL else 0


def opened(height: int, path: int) -> Heights:
    """The finding as a page of its own, the path below it where there is room."""
    for rows in (path, min(path, _STRIP)):
        if height - rows >= _DETAIL * 2:
            return Heights(0, height - rows, rows)
    return Heights(0, height, 0)


def tightened(lines: Sequence[Line]) -> list[Line]:
    """The same page without its first empty line: on a low screen the last line of a command takes it."""
    gap = next((i for i, one in enumerate(lines) if not one.parts), len(lines))
    return [*lines[:gap], *lines[gap + 1 :]]


def fix_end(lines: Sequence[Line]) -> int:
    """How many lines of a finding's page there are down to the last command of its fix."""
    commands = [i for i, one in enumerate(lines) if isinstance(one.entry, tuple) and one.entry[:1] == ("fix",)]
    if commands:
        return commands[-1] + 1
    head = next((i for i, one in enumerate(lines) if one.text.startswith("FIX")), 0)
    return next((i for i in range(head, len(lines)) if not lines[i].parts), len(lines))
