"""The index of a report with many findings: severity, namespace, object and title, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gkedoctor.diagnose.model import Diagnosis, Unexplained
from gkedoctor.graph import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import Page
from gkedoctor.report.paint import Paint
from gkedoctor.report.phrases import counted
from gkedoctor.report.wrap import columns

_LEAST_TITLE = 24
_WIDEST = (20, 44)
"""Columns of a namespace and of an object that are kept free for it: longer ones push their title to the right."""


class _Row(NamedTuple):
    severity: Severity | None
    namespace: str
    name: str
    title: str


def index_lines(found: Sequence[Diagnosis], open_: Sequence[Unexplained], page: Page, *, in_full: bool) -> list[str]:
    """A heading and a line a finding. `in_full`: whether each of them follows below."""
    rows = [_Row(d.severity, d.root.namespace or "-", _name(d.root), inert(d.title)) for d in found]
    rows += [_Row(None, u.ref.namespace or "-", _name(u.ref), inert(u.symptom)) for u in open_]
    below = "" if in_full else " (details: gkedoctor report KIND/NAME, or --details)"
    head = Paint(page.colour).label(f"{counted(len(rows), 'finding')}{below}:")
    widths = [
        min(_WIDEST[0], max(columns(row.namespace) for row in rows)),
        min(_WIDEST[1], max(columns(row.name) for row in rows)),
    ]
    return [head, *(_line(row, widths, page) for row in rows)]


def _name(ref: Ref) -> str:
    return inert(f"{ref.kind}/{ref.name}")


def _line(row: _Row, widths: Sequence[int], page: Page) -> str:
    word = f"{row.severity or 'unknown':<8}"
    left = f"  {word}  {_padded(row.namespace, widths[0])}  {_padded(row.name, widths[1])}  "
    line = left + _clipped(row.title, max(_LEAST_TITLE, page.width - columns(left)))
    if row.severity is None:
        return line
    return f"  {Paint(page.colour).severity(word, row.severity)}{line[2 + len(word) :]}"


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - columns(text))


def _clipped(text: str, width: int) -> str:
    if columns(text) <= width:
        return text
    while columns(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"
