"""Where words stand in lines of text, so that they can be highlighted and gone to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from gkedoctor.tui.model.lines import Line, Part


class Span(NamedTuple):
    """A piece of one line: columns of its text, from `start` to before `end`."""

    line: int
    start: int
    end: int


Match = tuple[Span, ...]
"""One place where the words stand: a piece of a line, and of the next where the line was folded inside of them."""


def matches(lines: Sequence[Line], words: str) -> list[Match]:
    """All places, in order. Upper and lower case are the same; lines of one entry are one text that was folded."""
    if not words:
        return []
    pattern = re.compile(re.escape(words), re.IGNORECASE)
    found: list[Match] = []
    for _, group in groupby(enumerate(lines), key=_same_text):
        rows = list(group)
        found.extend(_one_line(pattern, *rows[0]) if len(rows) == 1 else _folded(pattern, rows))
    return found


def _same_text(numbered: tuple[int, Line]) -> tuple[object, int | None]:
    number, one = numbered
    return (one.entry, number if one.entry is None else None)


def _one_line(pattern: re.Pattern[str], number: int, one: Line) -> Iterator[Match]:
    for hit in pattern.finditer(one.text):
        yield (Span(number, *hit.span()),)


def _folded(pattern: re.Pattern[str], rows: Sequence[tuple[int, Line]]) -> list[Match]:
    """A line is folded at a space, which is left out, or inside a long word: both are tried."""
    found: dict[Span, Match] = {}
    for between in (" ", ""):
        text, starts, indents = "", [], []
        for i, (_, one) in enumerate(rows):
            piece = one.text
            indent = len(piece) - len(piece.lstrip(" ")) if i else 0
            text += between if i else ""
            starts.append(len(text))
            indents.append(indent)
            text += piece[indent:]
        for hit in pattern.finditer(text):
            match = tuple(_spans(hit.start(), hit.end(), rows, starts, indents))
            if match:
                found.setdefault(match[0], match)
    return [found[span] for span in sorted(found)]


def _spans(
    start: int, end: int, rows: Sequence[tuple[int, Line]], starts: Sequence[int], indents: Sequence[int]
) -> Iterator[Span]:
    """The pieces of a hit in the joined text, each in its own line."""
    for i in range(bisect_right(starts, start) - 1, len(rows)):
        if starts[i] >= end:
            return
        number, one = rows[i]
        offset = indents[i] - starts[i]
        first, last = max(start, starts[i]) + offset, min(end + offset, len(one.text))
        if first < last:
            yield Span(number, first, last)


def highlighted(parts: Sequence[Part], spans: Sequence[Span], style: str) -> list[Part]:
    """The pieces of a line with those of the spans in a style of their own."""
    found: list[Part] = []
    at = 0
    for text, name in parts:
        inner = {c - at for s in spans for c in (s.start, s.end) if 0 < c - at < len(text)}
        edges = sorted({0, len(text)} | inner)
        for first, last in pairwise(edges):
            inside = any(s.start <= at + first and at + last <= s.end for s in spans)
            found.append((text[first:last], style if inside else name))
        at += len(text)
    return found
