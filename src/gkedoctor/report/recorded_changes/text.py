"""Recorded changes as text: one line a change; what one client wrote to one object at once is one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from gkedoctor.changes.model import RecordedChange, Source
from gkedoctor.report.change_text import change_sentence, clock_time
from gkedoctor.report.escaping import inert
from gkedoctor.report.phrases import counted
from gkedoctor.report.wrap import wrapped

_MOST_FIELDS = 4


def render(changes: Sequence[RecordedChange], width: int) -> str:
    """The lines, the oldest change first."""
    lines = [line for sentence in _sentences(changes) for line in wrapped(inert(sentence), width, rest="    ")]
    return "".join(f"{line}\n" for line in lines) or "No recorded change in this time.\n"


def _sentences(changes: Sequence[RecordedChange]) -> Iterator[str]:
    for (at, _, _, source), group in groupby(changes, key=lambda c: (c.at, c.ref, c.by, c.source)):
        found = list(group)
        when = clock_time(at) if at is not None else "at an unrecorded time"
        if len(found) == 1 or source is not Source.MANAGED_FIELDS:
            yield from (f"{when}  {change_sentence(one)}" for one in found)
        else:
            yield f"{when}  {_written(found)}"


def _written(found: Sequence[RecordedChange]) -> str:
    """Several fields of one entry: which of them it changed is not recorded."""
    paths = [one.path for one in found]
    shown = paths if len(paths) <= _MOST_FIELDS else _parents(paths)[:_MOST_FIELDS]
    more = f" and others, {counted(len(paths), 'field')} in all" if len(paths) > _MOST_FIELDS else ""
    return f"{found[0].ref} written by {found[0].by}, one or more of {', '.join(shown)}{more}"


def _parents(paths: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(path.partition("[")[0] for path in paths))
