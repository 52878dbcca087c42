"""`what_changed`: new, fixed and still there between two moments, and what was changed; verifies a fix by its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from gkedoctor.compare.comparison import Comparison, compare
from gkedoctor.compare.inputs import ComparedFinding, ComparisonInput, saved_report
from gkedoctor.errors import UsageError
from gkedoctor.mcp.call import Call
from gkedoctor.mcp.data import cut, fenced, name, value
from gkedoctor.mcp.reports import HeldReport
from gkedoctor.mcp.since import compared_side, not_certainly_fixed, other_question
from gkedoctor.mcp.sources import Cluster, Recording
from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.tools.answer import Evidence, ToolAnswer
from gkedoctor.mcp.tools.diagnose import report
from gkedoctor.report.change_text import change_sentence, clock_time
from gkedoctor.report.phrases import at_moment, counted
from gkedoctor.service.changes import ChangesOptions, changes
from gkedoctor.service.report import ReportOptions

_MOST = 20


class ChangedInput(msgspec.Struct, forbid_unknown_fields=True):
    """What `what_changed` takes."""

    before: Annotated[str, Meta(description="report id or path of a recording")] = ""
    after: Annotated[str, Meta(description="the same; empty: read the source of before again")] = ""
    source: Annotated[str, Meta(description="without before: as in diagnose")] = ""
    minutes: Annotated[int, Meta(ge=1, le=100_000, description="without before: how far back")] = 60


class ComparedEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding; without `cause` it is a symptom."""

    id: str
    root: str
    cause: str = ""
    title: str = ""


class ChangedOutput(msgspec.Struct, omit_defaults=True):
    """What `what_changed` gives."""

    says: str
    report: str = ""
    new: tuple[ComparedEntry, ...] = ()
    fixed: tuple[ComparedEntry, ...] = ()
    still: tuple[ComparedEntry, ...] = ()
    changes: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()


def what_changed(state: ServerState, call: Call, asked: ChangedInput) -> ToolAnswer:
    """A comparison, or the recorded changes. UsageError for a report that is not held."""
    made = _compared(state, call, asked) if asked.before else _recorded(state, call, asked)
    return ToolAnswer(made, _text(made))


def _compared(state: ServerState, call: Call, asked: ChangedInput) -> ChangedOutput:
    first, held = _side(state, call, asked.before)
    if asked.after:
        second, later = _side(state, call, asked.after)
    else:
        later = _again(state, call, held)
        second = compared_side(later)
    found = compare(first, second, state.library.causes)
    gone = not_certainly_fixed(found.new_holes)
    return ChangedOutput(
        says=_says(found),
        report=later.id if later is not None else "",
        new=tuple(_entries(found.new)),
        fixed=tuple(_entries(found.fixed)),
        still=tuple(_entries(found.same)),
        changes=tuple(_suspects(found)),
        notes=tuple(cut(note) for note in (gone, *found.notes, *_narrow(held, later)) if note),
    )


def _side(state: ServerState, call: Call, text: str) -> tuple[ComparisonInput, HeldReport | None]:
    if state.reports.is_id(text):
        held = state.reports.get(text)
        return compared_side(held), held
    saved = saved_report(Path(text)) if Path(text).is_file() else None
    if saved is not None:
        return saved, None
    held = report(state, call, text, ReportOptions())
    return compared_side(held), held


def _again(state: ServerState, call: Call, held: HeldReport | None) -> HeldReport:
    """The same question now. UsageError where `before` has no source that can be read again."""
    if held is None:
        raise UsageError("after is missing", hint="set it to a report id or to the path of a recording")
    if isinstance(held.subject, Recording):
        raise UsageError(
            f"report {held.id} is of a recording, which does not change", hint="set after to a later recording"
        )
    return report(state, call, held.subject.name, held.options, fresh=True)


def _narrow(held: HeldReport | None, later: HeldReport | None) -> Iterator[str]:
    if held is not None and later is not None:
        yield other_question(held, later)


def _says(found: Comparison) -> str:
    moments = f"{at_moment(found.before.recorded_at)} to {at_moment(found.after.recorded_at)}"
    said = f"{len(found.new)} new, {len(found.fixed)} fixed, {len(found.same)} still there ({moments})."
    return said if found.after.complete else f"{said} Not everything was checked after."


def _entries(found: Iterable[ComparedFinding]) -> Iterator[ComparedEntry]:
    listed = list(found)
    for one in listed[:_MOST]:
        title = cut(one.title, 160) if one.cause else ""
        yield ComparedEntry(one.fingerprint, name(one.root), one.cause or "", title)


def _suspects(found: Comparison) -> Iterator[Evidence]:
    for one in found.changes[:_MOST]:
        change = one.change
        said = f"{value(change.before, 80)} -> {value(change.after, 80)}" if change.path else f"object {change.what}"
        yield Evidence(name(change.ref), cut(change.path, 120), said)


def _recorded(state: ServerState, call: Call, asked: ChangedInput) -> ChangedOutput:
    subject = state.sources.subject(asked.source)
    snapshot = state.sources.reading(subject, call, state.library).snapshot
    found = changes(snapshot, ChangesOptions(since=asked.minutes * 60))
    newest = found.changes[-_MOST:]
    left = len(found.changes) - len(newest)
    older = [f"{left} older changes left out: set minutes to less"] if left else []
    return ChangedOutput(
        says=(
            f"{counted(len(found.changes), 'recorded change')} in the {counted(asked.minutes, 'minute')} "
            f"before {at_moment(found.end)}."
        ),
        changes=tuple(
            Evidence(name(one.ref), clock_time(one.at) if one.at else "", cut(change_sentence(one))) for one in newest
        ),
        notes=tuple(cut(note) for note in (*older, *found.notes, *_hint(subject))),
    )


def _hint(subject: object) -> Iterator[str]:
    if isinstance(subject, Cluster):
        yield "by: a client (field manager), not a person"


def _text(made: ChangedOutput) -> str:
    lines = [made.says + (f" Report {made.report}." if made.report else "")]
    for word, found in (("New", made.new), ("Fixed", made.fixed), ("Still there", made.still)):
        lines += [f"{word}: {one.id} {one.cause or 'symptom'} {one.root} {one.title}".rstrip() for one in found]
    lines += fenced(f"{one.object} {one.path}: {one.value}" for one in made.changes)
    return "\n".join([*lines, *(f"Note: {note}" for note in made.notes)])
