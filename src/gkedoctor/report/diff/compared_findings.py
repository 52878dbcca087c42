"""Compared findings as text: a new one in full, others a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.compare.inputs import ComparedFinding
from gkedoctor.report.diff._phrases import mark
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import Page
from gkedoctor.report.paint import Paint
from gkedoctor.report.phrases import place
from gkedoctor.report.wrap import wrapped

_LONGEST_LIST = 20


def new_finding_lines(found: ComparedFinding, page: Page) -> Iterator[str]:
    """Severity, title and place of a finding that is new."""
    head = f"new {mark(found)}:"
    first, *more = wrapped(f"{head} {inert(found.title)}", page.width, rest="  ")
    paint = Paint(page.colour)
    shown = paint.severity(head, found.severity) if found.severity else paint.label(head)
    yield shown + first[len(head) :]
    yield from more
    yield f"  --> {place(found.root)}"


def finding_list_lines(label: str, found: Sequence[ComparedFinding], page: Page) -> Iterator[str]:
    """Findings below a label, a line each; of many the first."""
    yield Paint(page.colour).label(label)
    for one in found[:_LONGEST_LIST]:
        yield from wrapped(f"{mark(one)}: {inert(one.title)}", page.width, "  ", "    ")
    if len(found) > _LONGEST_LIST:
        yield f"  and {len(found) - _LONGEST_LIST} more"
