"""A report in as many tokens as an answer may cost: fewer details first, then rows, then pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from gkedoctor.diagnose.model import Diagnosis, Outcome, Unexplained
from gkedoctor.mcp.data import cut, fenced, name
from gkedoctor.mcp.finding_entry import FULL, SMALLER, Amount, Finding, entry, row
from gkedoctor.mcp.reports import HeldReport
from gkedoctor.mcp.since import Since
from gkedoctor.mcp.tools.answer import ToolAnswer
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.not_checked import gaps, not_checked_lines, summary, ways_to_check
from gkedoctor.report.verdict import closing, unknown_paths
from gkedoctor.report.verdict import verdict as sentence

Verdict = Literal[
    "faults", "no_cause_found", "clean", "clean_as_far_as_checked", "not_enough_checked", "fixed_not_retried"
]


class DiagnoseOutput(msgspec.Struct, omit_defaults=True):
    """What `diagnose` gives."""

    report: str
    verdict: Verdict
    says: str
    findings: tuple[Finding, ...] = ()
    fixed: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    advisories: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    next: str = ""
    next_cursor: str = ""


MOST = {"rows": 1000, "causes": 1000, "full": 6000}
"""Tokens of an answer at most, by its detail."""

_MOST_UNEXPLAINED = 8
_MOST_ADVISORIES = 2
_MOST_COMPARED = 10
_ABSTAIN = {
    "no_cause_found": "No cause was found for these symptoms: do not name one. ",
    "not_enough_checked": "This is no all-clear: ",
}


def fitted(
    held: HeldReport, detail: str, start: int, limit: int, since: Since | None = None, asked_since: str = ""
) -> ToolAnswer:
    """The largest answer that fits; the smallest there is where none does.

    `since`: what is left out, as it was there before; `asked_since`: as the agent wrote it, for the next page.
    """
    shown = _Shown(held, since or Since(""), asked_since)
    made: ToolAnswer | None = None
    for amounts, size in _attempts(detail, limit):
        made = _answer(shown, detail, start, size, amounts)
        if made.cost <= MOST[detail]:
            return made
    assert made is not None
    return made


def _attempts(detail: str, limit: int) -> Iterator[tuple[tuple[Amount, ...], int]]:
    """How much of each finding in turn is given (the rest are rows), and how many there are on the page."""
    if detail == "rows":
        yield from (((), size) for size in _sizes(limit))
        return
    if detail == "full":
        yield from (((FULL,) * size, size) for size in _sizes(limit))
    whole = min(limit, 5)
    yield from (((amount,) * count, limit) for count in range(whole, 1, -1) for amount in SMALLER[:4])
    yield from (((amount,), size) for size in _sizes(limit) for amount in SMALLER)


def _sizes(limit: int) -> Iterator[int]:
    while limit > 1:
        yield limit
        limit = limit * 2 // 3
    yield 1


class _Shown(NamedTuple):
    """A report, and what of it is listed."""

    held: HeldReport
    since: Since
    asked_since: str

    def diagnoses(self, detail: str) -> list[Diagnosis]:
        """The findings that are listed, all of them over all pages."""
        return [one for one in _listed(self.held.answer, detail) if one.fingerprint not in self.since.old]

    @property
    def symptoms(self) -> list[Unexplained]:
        """The symptoms that are listed."""
        return [one for one in self.held.answer.outcome.symptoms if one.fingerprint not in self.since.old]

    def says(self, verdict: str, new: int) -> str:
        """The first sentences: what was found, in all."""
        compared = self.since.says(new + len(self.symptoms)) if self.asked_since else ""
        return compared + _ABSTAIN.get(verdict, "") + cut(closing(self.held.answer), 400)


def _answer(shown: _Shown, detail: str, start: int, limit: int, amounts: Sequence[Amount]) -> ToolAnswer:
    held, since = shown.held, shown.since
    answer, outcome, listed = held.answer, held.answer.outcome, shown.diagnoses(detail)
    page = listed[start : start + limit]
    findings = [
        entry(found, answer, amounts[i]) if i < len(amounts) else row(found, answer) for i, found in enumerate(page)
    ]
    verdict, is_first = verdict_of(answer), start == 0
    more = start + limit < len(listed)
    made = DiagnoseOutput(
        report=held.id,
        verdict=verdict,
        says=shown.says(verdict, len(listed)),
        findings=tuple(findings),
        fixed=tuple(_first(since.fixed)) if is_first else (),
        still=tuple(_first(since.still)) if is_first else (),
        unexplained=tuple(_unexplained(shown.symptoms, detail)) if is_first else (),
        advisories=tuple(_advisories(answer, since)) if is_first and detail != "full" else (),
        not_checked=tuple(_not_checked(outcome, detail)) if is_first else (),
        notes=tuple(cut(note, 300) for note in (*since.notes, *answer.notes)) if is_first else (),
        next=_next(held, verdict, len(listed) - start - len(findings)),
        next_cursor=":".join(filter(None, (held.id, str(start + limit), shown.asked_since))) if more else "",
    )
    return ToolAnswer(made, _text(made))


def verdict_of(answer: Answer) -> Verdict:
    """One word for what was found, never wider than what was checked."""
    outcome = answer.outcome
    if any(d.severity is not Severity.ADVISORY for d in outcome.diagnoses):
        return "faults"
    if outcome.open:
        return "no_cause_found"
    if outcome.recovering:
        return "fixed_not_retried"
    if not outcome.complete:
        return "not_enough_checked"
    return "clean" if sentence(answer) == "No problems found" else "clean_as_far_as_checked"


def _listed(answer: Answer, detail: str) -> list[Diagnosis]:
    everything = detail == "full" or answer.advice_in_full
    return [d for d in answer.outcome.diagnoses if everything or d.severity is not Severity.ADVISORY]


def _first(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_MOST_COMPARED]
    if len(lines) > _MOST_COMPARED:
        yield f"{len(lines) - _MOST_COMPARED} more: what_changed lists them"


def _unexplained(found: Sequence[Unexplained], detail: str) -> Iterator[str]:
    most = 100 if detail == "full" else _MOST_UNEXPLAINED
    yield from (f"{name(one.ref)}: {cut(one.symptom, 160)}" for one in found[:most])
    if len(found) > most:
        yield f"{len(found) - most} more: detail=full"


def _advisories(answer: Answer, since: Since) -> Iterator[str]:
    if answer.advice_in_full:
        return
    new = [d for d in answer.outcome.diagnoses if d.fingerprint not in since.old]
    found = [row(d, answer) for d in new if d.severity is Severity.ADVISORY]
    yield from (one.title for one in found[:_MOST_ADVISORIES])
    if len(found) > _MOST_ADVISORIES:
        yield f"{len(found) - _MOST_ADVISORIES} more: detail=full"


def _not_checked(outcome: Outcome, detail: str) -> Iterator[str]:
    if detail == "full":
        yield from not_checked_lines(outcome.not_checked)
    elif gaps(outcome):
        yield cut(summary(gaps(outcome)), 200)
    yield from (cut(line, 200) for line in (*unknown_paths(outcome), *ways_to_check(outcome)))


def _next(held: HeldReport, verdict: str, left: int) -> str:
    if verdict != "faults":
        return ""
    more = f"{left} more findings: next_cursor. " if left > 0 else ""
    return f"{more}After a fix: what_changed before={held.id}; the id is then in fixed."


def _text(made: DiagnoseOutput) -> str:
    """The same for reading: sentences of gkedoctor, and data of the cluster between fences."""
    lines = [f"{made.verdict} (report {made.report}): {made.says}"]
    for found in made.findings:
        lines += ["", *_finding(found)]
    lines += [f"Fixed: {line}" for line in made.fixed]
    lines += [f"Still there: {line}" for line in made.still]
    lines += fenced(made.unexplained)
    lines += [f"Advisory: {line}" for line in made.advisories]
    lines += [f"Not checked: {line}" for line in made.not_checked]
    lines += [f"Note: {line}" for line in made.notes]
    lines += [line for line in (made.next,) if line]
    lines += [f"next_cursor: {made.next_cursor}"] if made.next_cursor else []
    return "\n".join(lines)


def _finding(found: Finding) -> Iterator[str]:
    yield f"{found.severity} {found.cause} ({found.confidence}), id {found.id}, root {found.root}"
    yield found.title
    yield from ([f"Fix: {found.fix}"] if found.fix else [])
    yield from found.commands
    yield from (f"Verify: {line}" for line in found.verify)
    yield from ([f"Since: {found.since}"] if found.since else [])
    yield from (f"Affects: {line}" for line in found.affects)
    yield from (f"Ruled out: {line}" for line in found.ruled_out)
    yield from fenced(f"{one.object} {one.path}: {one.value}" for one in found.evidence)
    yield from (f"Docs: {link}" for link in found.docs)
