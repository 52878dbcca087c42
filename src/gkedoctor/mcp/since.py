"""What `diagnose` lists with `since`: what is new since a report or a moment; all else is named, never hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from gkedoctor.compare.inputs import ComparedFinding, ComparisonInput, diagnosed
from gkedoctor.compare.match import known, match_findings
from gkedoctor.errors import UsageError
from gkedoctor.mcp.data import name
from gkedoctor.mcp.reports import HeldReport, Reports
from gkedoctor.report.phrases import at_moment
from gkedoctor.snapshot.timestamps import parse_timestamp

_PART = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_HINT = "since is the id of a report (r1), a time (2026-11-30T12:00:00Z) or how long ago (30m, 2h)"


class Since(NamedTuple):
    """`old`: fingerprints of what is not listed again. `fixed`, `still`: a line each. `label`: since when."""

    label: str
    old: frozenset[str] = frozenset()
    fixed: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def says(self, new: int) -> str:
        """How many findings are new, fixed and still there."""
        return f"{new} new, {len(self.fixed)} fixed, {len(self.still)} still there since {self.label}. "


def compared_side(held: HeldReport) -> ComparisonInput:
    """A report as one side of a comparison."""
    hidden = [one.finding for one in held.answer.suppressed]
    return diagnosed(held.id, held.answer.outcome, hidden, held.snapshot)


def not_certainly_fixed(new_holes: frozenset[str]) -> str:
    """Why what is gone may not be fixed: collections that only the later side could not read. Empty for none."""
    return f"fixed is not certain: {', '.join(sorted(new_holes))} not read after" if new_holes else ""


def moment_of(text: str, held: HeldReport) -> datetime:
    """The time that `since` names. UsageError where it names none."""
    at = parse_timestamp(text)
    if at is not None:
        return at
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise UsageError(f"`{text}` is no report and no time", hint=_HINT)
    ago = timedelta(**{_UNITS[unit]: int(number) for number, unit in parts})
    return held.answer.outcome.recorded_at - ago


def since_report(before: HeldReport, held: HeldReport) -> Since:
    """What another report does not have."""
    old, new = compared_side(before), compared_side(held)
    matched = match_findings(old, new)
    doubts = (not_certainly_fixed(new.holes - old.holes), other_question(before, held))
    return Since(
        f"report {before.id} ({at_moment(old.recorded_at)})",
        known(old, held.answer.outcome) | matched.known,
        tuple(_lines(matched.fixed)),
        tuple(_lines(matched.same)),
        tuple(doubt for doubt in doubts if doubt),
    )


def since_moment(moment: datetime, held: HeldReport, reports: Reports) -> Since:
    """What an earlier report of the same question does not have; without one, what is not known to be older."""
    before = reports.before(held, moment)
    if before is not None:
        return since_report(before, held)
    found = compared_side(held).found
    began = {one.fingerprint: parse_timestamp(one.diagnosis.since) for one in found if one.diagnosis is not None}
    old = {fingerprint for fingerprint, at in began.items() if at is not None and at < moment}
    unknown = sum(at is None for at in began.values())
    notes = ["fixed is not known: no report of this question from before that time is held"]
    if unknown:
        notes.append(f"{unknown} of the listed findings have no recorded start: they may be older")
    still = tuple(_lines(one for one in found if one.fingerprint in old))
    return Since(at_moment(moment), frozenset(old), (), still, tuple(notes))


def other_question(before: HeldReport, held: HeldReport) -> str:
    """Why two reports cannot quite be compared; empty where they answer the same question."""
    if before.options == held.options:
        return ""
    return "the two reports answer different questions: new and fixed may only be outside of one of them"


def _lines(found: Iterable[ComparedFinding]) -> Iterator[str]:
    yield from (f"{one.fingerprint} {one.cause or 'symptom'} {name(one.root)}" for one in found)
