"""The comparison as Markdown, for a pull request or a ticket. Text out of the cluster stands in code spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.compare.comparison import Comparison
from gkedoctor.compare.inputs import ComparedFinding
from gkedoctor.compare.rank import RankedChange
from gkedoctor.report.diff._phrases import behind, closing, mark
from gkedoctor.report.formats import Page
from gkedoctor.report.markdown import cell, code, text
from gkedoctor.report.phrases import value

_CHANGES, _LIST = 10, 50


def render(comparison: Comparison, page: Page) -> str:
    """The same as the text, with tables of changes. The page does not matter."""
    lines = [f"**{text(closing(comparison))}**"]
    for found in comparison.new:
        lines += _new(found, comparison)
    lines += _list("Fixed", comparison.fixed)
    lines += _list("Still there", comparison.same)
    if comparison.notes:
        lines += ["", "**Not compared**", "", *(f"- {text(note)}" for note in comparison.notes)]
    return "\n".join(lines) + "\n"


def _new(found: ComparedFinding, comparison: Comparison) -> Iterator[str]:
    yield from ["", f"## New: {text(found.title)}", "", f"- {code(mark(found))} on {code(str(found.root))}"]
    yield from [f"- cause: {code(found.cause)}"] if found.cause else []
    suspicions = behind(found, comparison)
    if suspicions:
        yield from ["", "What changed, most likely first:", "", "| object | field | before | after |"]
        yield "| --- | --- | --- | --- |"
        yield from map(_row, suspicions[:_CHANGES])
    if len(suspicions) > _CHANGES:
        yield from ["", f"and {len(suspicions) - _CHANGES} more"]


def _row(suspicion: RankedChange) -> str:
    change = suspicion.change
    cells = (str(change.ref), change.path or f"({change.what})", _told(change.before), _told(change.after))
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _told(found: object) -> str:
    return "" if found is None else value(found)


def _cell(told: str) -> str:
    return cell(code(told)) if told else ""


def _list(label: str, found: Sequence[ComparedFinding]) -> Iterator[str]:
    if found:
        yield from ["", f"**{label}**", ""]
        yield from (f"- {code(mark(one))} {text(one.title)}" for one in found[:_LIST])
    if len(found) > _LIST:
        yield f"- and {len(found) - _LIST} more"
