"""The comparison for people: each new finding with the change that most probably caused it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.compare.comparison import Comparison
from gkedoctor.compare.inputs import ComparedFinding
from gkedoctor.compare.rank import RankedChange
from gkedoctor.report.diff._phrases import behind, closing
from gkedoctor.report.diff.compared_findings import finding_list_lines, new_finding_lines
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import Page
from gkedoctor.report.paint import Paint
from gkedoctor.report.phrases import value
from gkedoctor.report.wrap import wrapped

_CHANGES = 5
_UNDER = "    "


def render(comparison: Comparison, page: Page) -> str:
    """What is new with its changes, what is fixed, what is still there, one closing line."""
    blocks = [list(_new(found, comparison, page)) for found in comparison.new]
    blocks += [list(finding_list_lines("Fixed:", comparison.fixed, page))] if comparison.fixed else []
    blocks += [list(finding_list_lines("Still there:", comparison.same, page))] if comparison.same else []
    blocks.append(wrapped(closing(comparison), page.width, rest="  "))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _new(found: ComparedFinding, comparison: Comparison, page: Page) -> Iterator[str]:
    yield from new_finding_lines(found, page)
    suspicions = behind(found, comparison)
    if suspicions:
        yield f"  {Paint(page.colour).label('What changed, most likely first:')}"
        yield from _changes(suspicions[:_CHANGES], page)
    if len(suspicions) > _CHANGES:
        yield f"{_UNDER}and {len(suspicions) - _CHANGES} more"


def _changes(suspicions: Sequence[RankedChange], page: Page) -> Iterator[str]:
    for suspicion in suspicions:
        change = suspicion.change
        if not change.path:
            yield from wrapped(f"{inert(str(change.ref))} was {change.what}", page.width, _UNDER, _UNDER + "  ")
            continue
        yield f"{_UNDER}{inert(str(change.ref))}"
        said = f"{value(change.before)} -> {value(change.after)}"
        if change.what != "changed":
            said = f"{change.what} {value(change.after if change.what == 'added' else change.before)}"
        yield from wrapped(f"{inert(change.path)}: {said}", page.width, _UNDER + "  ", _UNDER + "    ")
