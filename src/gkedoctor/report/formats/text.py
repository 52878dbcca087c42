"""The report for people: the fix right below the title, an index first where there is much, the verdict last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import Diagnosis, Unexplained
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.report.finding_text import LONGEST_LIST, SHORT, finding_lines, located
from gkedoctor.report.formats import Page
from gkedoctor.report.index_text import index_lines
from gkedoctor.report.not_checked import not_checked_lines
from gkedoctor.report.paint import Paint
from gkedoctor.report.phrases import counted
from gkedoctor.report.verdict import closing, not_checked_note
from gkedoctor.report.wrap import command_lines, wrapped
from gkedoctor.snapshot.model import KEPT_NOTE

_SCREEN, _LEAST = 25, 16
"""Lines that a report with one fault takes, if it can; lines of its finding, however much stands below it."""

_MOST_IN_FULL = 5
"""Findings up to which each is shown; of more there is an index, and the first of them."""


def render(answer: Answer, page: Page) -> str:
    """The whole report: findings, notes, what was not checked, and the verdict at the end."""
    kept = [f"note: {note}" for note in answer.notes if note == KEPT_NOTE]
    last = [*_not_checked(answer, page), *kept, *wrapped(closing(answer), page.width, rest="  ")]
    others = [*_others(answer, page), last]
    blocks = [*_findings(answer, page, sum(len(block) + 1 for block in others)), *others]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _findings(answer: Answer, page: Page, lines: int) -> Iterator[Sequence[str]]:
    """The findings; of many an index and the first. `lines`: how many stand below them."""
    found, open_ = _faults(answer, page), answer.outcome.open
    many = len(found) + len(open_) > _MOST_IN_FULL
    in_full = _all_shown(answer, page)
    if many:
        yield index_lines(found, open_, page, in_full=in_full)
    most = max(_SCREEN - lines, _LEAST) if len(found) == 1 else SHORT
    for one in found if in_full else found[:1]:
        yield finding_lines(one, answer, page, most)


def _others(answer: Answer, page: Page) -> Iterator[Sequence[str]]:
    outcome, notes = answer.outcome, _notes_of(answer, page)
    if outcome.recovering:
        yield _recovering(outcome.recovering, page)
    if outcome.open and (_all_shown(answer, page) or not _faults(answer, page)):
        yield _unexplained(outcome.open, page)
    if notes:
        yield _notes(notes, page)
    if answer.suppressed and answer.show_suppressed:
        yield _suppressed(answer.suppressed, page)


def _notes_of(answer: Answer, page: Page) -> list[Diagnosis]:
    shown = _faults(answer, page)
    return [d for d in answer.outcome.diagnoses if d not in shown]


def _faults(answer: Answer, page: Page) -> list[Diagnosis]:
    """What breaks something now; with `--details` and for one object, advisories as well."""
    everything = page.details or answer.advice_in_full
    return [d for d in answer.outcome.diagnoses if everything or d.severity is not Severity.ADVISORY]


def _all_shown(answer: Answer, page: Page) -> bool:
    many = len(_faults(answer, page)) + len(answer.outcome.open) > _MOST_IN_FULL
    return page.details or answer.advice_in_full or not many


def _notes(found: Sequence[Diagnosis], page: Page) -> list[str]:
    """What breaks nothing now gets a line, so that a healthy cluster stays quiet."""
    in_files = any(one.location is not None for one in found)
    details = "--details" if in_files else "gkedoctor report KIND/NAME"
    indent = "" if in_files or len(found) == 1 else "  "
    head = Paint(page.colour).label(f"Notes (details: {details}):")
    lines = [] if len(found) == 1 else [head]
    for one in found[:LONGEST_LIST]:
        mark = f"{indent}{located(one)}advisory[{one.playbook}]: "
        lines += wrapped(inert(one.title), page.width, mark, f"{indent}  ")
    if len(found) > LONGEST_LIST:
        lines.append(f"  and {len(found) - LONGEST_LIST} more")
    return lines


def _unexplained(found: Sequence[Unexplained], page: Page) -> list[str]:
    head = f"No known cause for {counted(len(found), 'symptom')}:"
    lines = [Paint(page.colour).label(head)]
    for item in found[:LONGEST_LIST]:
        lines += wrapped(f"{inert(str(item.ref))}: {inert(item.symptom)}", page.width, "  ", "    ")
        for rival in item.not_known:
            lines += wrapped(f"not checked: {rival.cause}: {inert(rival.why)}", page.width, "    ", "      ")
    if len(found) > LONGEST_LIST:
        lines.append(f"  and {len(found) - LONGEST_LIST} more")
    return lines


def _recovering(found: Sequence[Unexplained], page: Page) -> list[str]:
    lines = [Paint(page.colour).label("Fixed, not retried yet:")]
    for item in found[:LONGEST_LIST]:
        lines += wrapped(f"{inert(str(item.ref))}: {inert(item.symptom)}", page.width, "  ", "    ")
        for command in item.recovery.commands if item.recovery else ():
            lines += command_lines(inert(command), page.width, "      ")
    if len(found) > LONGEST_LIST:
        lines.append(f"  and {len(found) - LONGEST_LIST} more")
    return lines


def _suppressed(found: Sequence[Suppressed], page: Page) -> list[str]:
    lines = [Paint(page.colour).label("Suppressed:")]
    for one in found:
        lines += wrapped(f"{inert(str(one.finding.place))}: {inert(one.finding.says)}", page.width, "  ", "    ")
        until = f" until {one.rule.until}" if one.rule.until else ""
        lines += wrapped(f"by {inert(one.rule.place)}{until}: {inert(one.rule.reason)}", page.width, "    ", "      ")
    return lines


def _not_checked(answer: Answer, page: Page) -> Iterator[str]:
    """One short paragraph; a line a reason with `--details`."""
    in_full = page.details or answer.advice_in_full
    for line in not_checked_lines(answer.outcome.not_checked) if in_full else ():
        yield from wrapped(f"Not checked: {line}", page.width, rest="  ")
    note = not_checked_note(answer, in_short=not in_full)
    if note:
        yield from wrapped(note, page.width, rest="  ")
