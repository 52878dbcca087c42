"""What a change does, for people: new findings first, then what is fixed and what stays, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.report.diff.compared_findings import finding_list_lines, new_finding_lines
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import Page
from gkedoctor.report.phrases import counted
from gkedoctor.report.wrap import wrapped
from gkedoctor.whatif.answer import Assumed, WhatIf

_OBJECTS = 5


def render(answer: WhatIf, page: Page, *, details: bool) -> str:
    """Findings by what becomes of them, then one closing line and the assumptions."""
    comparison = answer.comparison
    blocks = [list(new_finding_lines(found, page)) for found in comparison.new]
    blocks += [list(finding_list_lines("fixed:", comparison.fixed, page))] if comparison.fixed else []
    blocks += [list(finding_list_lines("unchanged:", comparison.same, page))] if comparison.same else []
    blocks.append([*wrapped(_closing(answer), page.width, rest="  ")])
    blocks.append(list(_assumptions(answer, page, details=details)))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _closing(answer: WhatIf) -> str:
    comparison = answer.comparison
    counts = (
        f"{len(comparison.fixed)} fixed, {len(comparison.new)} new, {len(comparison.same)} unchanged"
        f"{f', {comparison.suppressed} suppressed' if comparison.suppressed else ''}"
    )
    objects = [f"{inert(str(ref))} {what}" for ref, what in answer.written]
    shown = ", ".join(objects[:_OBJECTS]) + (f" and {len(objects) - _OBJECTS} more" if len(objects) > _OBJECTS else "")
    return f"{counts} after: {shown}" if shown else counts


def _assumptions(answer: WhatIf, page: Page, *, details: bool) -> Iterator[str]:
    yield from wrapped(_simulated(answer, details=details), page.width, rest="  ")
    if details:
        for assumed in answer.assumed:
            yield from _assumed(assumed, page)


def _simulated(answer: WhatIf, *, details: bool) -> str:
    if not answer.assumed:
        return "Simulated: nothing was written, and no controller would act on the change."
    rest = ":" if details else f" ({counted(len(answer.assumed), 'rule')}; --details lists them)."
    return f"Simulated: nothing was written. The next steps of controllers are assumed{rest}"


def _assumed(assumed: Assumed, page: Page) -> Iterator[str]:
    yield from wrapped(f"{assumed.rule.name}: {assumed.rule.says}", page.width, "  ", "    ")
    names = [inert(str(ref)) for ref in assumed.objects if ref.kind != "Event"]
    more = f" and {len(names) - _OBJECTS} more" if len(names) > _OBJECTS else ""
    if names:
        yield from wrapped(", ".join(names[:_OBJECTS]) + more, page.width, "    ", "    ")
    yield f"    {assumed.rule.source}"
