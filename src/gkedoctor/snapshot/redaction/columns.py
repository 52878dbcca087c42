"""Credentials that the head of a column or a block around them tells: SQL, CSV, tables, Secrets printed as YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.judging import Where, holds
from gkedoctor.snapshot.redaction.names import Says, says

Span = tuple[int, int]

_INSERT = lazy(
    r"\binsert[ \t]+into[ \t]+[^\s(]{1,128}+[ \t]{0,4}\((?P<columns>[^()\n]{1,1000}+)\)"
    r"[ \t\n]{0,8}values[ \t\n]{0,8}(?=\()",
    re.I,
)
_ROW = lazy(r"[ \t\n,]{0,16}\(")
_ITEM = lazy(r"'((?:[^'\\\n]|''|\\.){0,512}+)'|,|[^,()'\n]{1,512}+|\([^()\n]{0,200}+\)")
_MOST_ROWS = 200
_LONGEST_STATEMENT = 16 << 10

_HEAD = lazy(r"^[ \t]{0,8}(?=[^\n]{0,400}(?:pass|pwd|secret|token|apikey|api_key))[^\n]{3,400}+\n", re.I | re.M)
_FENCE = lazy(r"[\s|+:=-]{1,400}")

_KIND = lazy(r"(?<![\w.\-])kind:[ \t]{1,4}[\"']?Secret[\"']?[ \t]{0,8}$", re.M)
_DATA = lazy(r"^([ \t]{0,8})(?:data|stringData):[ \t]{0,8}$", re.M)
_ENTRY = lazy(r"([ \t]{1,40})[\w.\-\"']{1,253}+:[ \t]{1,4}(\S[^\n]{0,8192}+)")
_AROUND = 8 << 10
"""Characters before and after the kind in which the data of a printed Secret begin: keys are in alphabetical order."""


def in_columns(text: str) -> Iterator[Span]:
    """The values of columns and blocks that are named as credentials."""
    low = text.lower()
    if "insert" in low and "values" in low:
        yield from _inserted(text)
    if "\n" in text and any(word in low for word in ("pass", "pwd", "secret", "token", "apikey", "api_key")):
        yield from _tables(text)
    if "Secret" in text and "ata:" in text:
        yield from _secret_data(text)


def _inserted(text: str) -> Iterator[Span]:
    for found in _INSERT.finditer(text):
        named = _named([column.strip(' `"[]') for column in found["columns"].split(",")])
        if named:
            yield from _rows(text, found.end(), named)


def _rows(text: str, start: int, named: dict[int, Says]) -> Iterator[Span]:
    """The values of the named columns in `(…), (…)`."""
    limit = min(len(text), start + _LONGEST_STATEMENT)
    column, position = 0, start
    while (row := _ROW.match(text, position, limit)) is not None:
        position, column = row.end(), 0
        while (item := _ITEM.match(text, position, limit)) is not None:
            if column in named and item[1] is not None and _holds(named[column], item[1]):
                yield item.span(1)
            column += item[0] == ","
            position = item.end()
        if text[position : position + 1] != ")":
            return
        position += 1


def _tables(text: str) -> Iterator[Span]:
    """The cells below a line whose cells are names, of which one is a credential's. No line is in two tables."""
    position = 0
    while (head := _HEAD.search(text, position)) is not None:
        position = head.end()
        separator = next((mark for mark in "|\t;," if mark in head[0]), None)
        names = [cell.strip(" \"'") for cell in head[0].strip("\n").split(separator)] if separator else []
        if separator is None or len(names) < 2 or not all(_is_name(name) for name in names if name):
            continue
        named = _named(names)
        for start, cells in _below(text, position, separator, len(names)) if named else ():
            yield from _cells(start, cells, named)
            position = start + sum(map(len, cells)) + len(cells) - 1


def _below(text: str, start: int, separator: str, count: int) -> Iterator[tuple[int, list[str]]]:
    """The lines with as many cells as there are names, each with its place."""
    for begin, line in _lines(text, start):
        if _FENCE.fullmatch(line) is not None:
            continue
        cells = line.split(separator)
        if len(cells) != count:
            return
        yield begin, cells


def _lines(text: str, start: int) -> Iterator[tuple[int, str]]:
    for _ in range(_MOST_ROWS):
        if start >= len(text):
            return
        end = text.find("\n", start, start + _LONGEST_STATEMENT)
        end = end if end >= 0 else min(len(text), start + _LONGEST_STATEMENT)
        yield start, text[start:end]
        start = end + 1


def _cells(start: int, cells: list[str], named: dict[int, Says]) -> Iterator[Span]:
    for number, cell in enumerate(cells):
        value = cell.strip(" \t\r\"'")
        if number in named and _holds(named[number], value):
            begin = start + cell.index(value)
            yield begin, begin + len(value)
        start += len(cell) + 1


_NAME = lazy(r"[A-Za-z][\w. \-]{0,40}")


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and text.count(" ") <= 2


def _named(names: list[str]) -> dict[int, Says]:
    """The columns of credentials, by their number."""
    said = {number: says(name) for number, name in enumerate(names)}
    return {number: strength for number, strength in said.items() if strength >= Says.CREDENTIAL}


def _holds(strength: Says, value: str) -> bool:
    """Whether a cell is a credential; under `secret` and `token` stand mostly names of objects and counts."""
    if strength is Says.PASSWORD:
        return holds(strength, value, Where.TEXT)
    return values.is_told(value)


def _secret_data(text: str) -> Iterator[Span]:
    """The values under `data` and `stringData` of a Secret that was printed as YAML."""
    last = 0
    for kind in _KIND.finditer(text):
        begin = max(last, kind.start() - _AROUND)
        for block in _DATA.finditer(text, begin, min(len(text), kind.end() + _AROUND)):
            between = text[min(kind.start(), block.start()) : max(kind.start(), block.start())]
            if "\n---" not in between:  # else it is of another object
                last = max(last, block.end())
                yield from _entries(text, block)


def _entries(text: str, block: re.Match[str]) -> Iterator[Span]:
    """The values of the lines below, as far as they are indented. In an escaped text each second line is empty."""
    for start, line in _lines(text, block.end() + 1):
        entry = _ENTRY.match(line)
        if line and (entry is None or len(entry[1]) <= len(block[1])):
            return
        if entry is not None and not values.is_nothing(entry[2].strip()):
            yield start + entry.start(2), start + entry.end(2)
