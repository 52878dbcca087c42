"""`diagnose`: what is wrong, the one cause, its proof and its fix; or that there is none, or that it is not known."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gkedoctor.errors import UsageError
from gkedoctor.mcp.call import Call
from gkedoctor.mcp.report_fitting import fitted
from gkedoctor.mcp.reports import HeldReport
from gkedoctor.mcp.since import Since, moment_of, since_moment, since_report
from gkedoctor.mcp.sources import Cluster, Subject, live_parts
from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.tools.answer import ToolAnswer
from gkedoctor.report.answer import Answer
from gkedoctor.service.report import ReportOptions, ReportQuery
from gkedoctor.snapshot.model import Snapshot

_NAMESPACE = "ns:"
Detail = Literal["rows", "causes", "full"]


class DiagnoseInput(msgspec.Struct, forbid_unknown_fields=True):
    """What `diagnose` takes."""

    target: Annotated[
        str, Meta(description="KIND/NAME, KIND/NAMESPACE/NAME, ns:NAMESPACE, host, IP or URL; empty: everything")
    ] = ""
    source: Annotated[str, Meta(description="path of a recording, or a context; empty: the current context")] = ""
    since: Annotated[str, Meta(description="only what is new since a report id, a time or 30m")] = ""
    detail: Detail = "causes"
    min_severity: Literal["critical", "high", "medium", "low", "advisory"] = "advisory"
    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    cursor: Annotated[str, Meta(description="next_cursor of the last page")] = ""


def diagnose(state: ServerState, call: Call, asked: DiagnoseInput) -> ToolAnswer:
    """The report on what was asked for, or the next page of one that is held."""
    if asked.cursor:
        held, start, since = _page(state, asked.cursor)
    else:
        held, start, since = _report(state, call, asked), 0, asked.since.strip()
    return fitted(held, asked.detail, start, asked.limit, _since(state, since, held), since)


def _report(state: ServerState, call: Call, asked: DiagnoseInput) -> HeldReport:
    """The report; since a report of a cluster a newer one, on the same question where no other is asked."""
    if not state.reports.is_id(asked.since.strip()):
        return report(state, call, asked.source, options_of(asked))
    before = state.reports.get(asked.since.strip())
    is_same = not (asked.target or asked.source)
    source, options = (before.subject.name, before.options) if is_same else (asked.source, options_of(asked))
    held = report(state, call, source, options)
    is_again = held.id == before.id and isinstance(held.subject, Cluster)
    return report(state, call, source, options, fresh=True) if is_again else held


def _since(state: ServerState, text: str, held: HeldReport) -> Since | None:
    if not text:
        return None
    if state.reports.is_id(text):
        return since_report(state.reports.get(text), held)
    return since_moment(moment_of(text, held), held, state.reports)


def options_of(asked: DiagnoseInput) -> ReportOptions:
    """The question as a report takes it. UsageError for a namespace without a name."""
    target, namespaces = asked.target.strip(), tuple[str, ...]()
    if target.startswith(_NAMESPACE):
        namespaces = tuple(filter(None, target.removeprefix(_NAMESPACE).split(",")))
        if not namespaces:
            raise UsageError(f"`{target}` names no namespace", hint="write ns:NAMESPACE, as in ns:shop")
        target = ""
    return ReportOptions(target=target or None, namespaces=namespaces, min_severity=asked.min_severity)


def report(state: ServerState, call: Call, source: str, options: ReportOptions, *, fresh: bool = False) -> HeldReport:
    """The report on a source: one that is held and new enough, else a new one. `fresh`: a new one.

    SourceError where the source cannot be read, UsageError for a target that is certainly not there.
    """
    subject = state.sources.subject(source)
    key = (state.sources.key(subject), options)
    with state.sources.one_at_a_time(key, call):
        held = None if fresh else state.reports.answer_to(key)
        if held is not None and _is_good(state, held):
            return held
        answer, snapshot, taken = _answer(state, call, subject, options, fresh=fresh)
        return state.reports.add(key, subject, options, answer, snapshot, taken)


def _is_good(state: ServerState, held: HeldReport) -> bool:
    """Whether it is new enough, and of a recording still has its snapshot."""
    if isinstance(held.subject, Cluster):
        return not state.sources.is_old(held.taken, live=True)
    return held.snapshot is not None


def _answer(
    state: ServerState, call: Call, subject: Subject, options: ReportOptions, *, fresh: bool
) -> tuple[Answer, Snapshot | None, float]:
    query = ReportQuery(options, state.library)
    if isinstance(subject, Cluster) and query.part is not None and (fresh or state.sources.kept(subject) is None):
        taken = state.sources.clock()
        found = _of_live_part(query, subject, call)
        if found is not None:
            return found, None, taken
    reading = state.sources.reading(subject, call, state.library, fresh=fresh)
    call.say("diagnosing")
    found = query.report(reading.snapshot, live=reading.live, notes=reading.notes).answer
    call.check()
    return found, reading.snapshot, reading.taken


def _of_live_part(query: ReportQuery, subject: Cluster, call: Call) -> Answer | None:
    """The answer from the part of a cluster that it needs; None where all of it is needed."""
    assert query.part is not None
    found = query.report_of(query.part, live_parts(subject.options, call))
    call.check()
    return found.answer if found is not None else None


def _page(state: ServerState, cursor: str) -> tuple[HeldReport, int, str]:
    report_id, start, since = [*cursor.split(":", 2), "", ""][:3]
    if not start.isdigit():
        raise UsageError(f"`{cursor}` is no cursor", hint="use next_cursor of the last page")
    return state.reports.get(report_id), int(start), since
