"""A cluster that `report --watch` follows: all of it, or the part that the question needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gkedoctor.cli.live_part import needs_whole, unless_cloud_alone
from gkedoctor.cli.source import notes_on

if TYPE_CHECKING:
    from gkedoctor.collect.results import OnProgress
    from gkedoctor.live.options import LiveOptions
    from gkedoctor.live.session import LiveSession
    from gkedoctor.playbook.library import Library
    from gkedoctor.report.answer import Answer
    from gkedoctor.service.part_location import LocatedPart
    from gkedoctor.service.report import ReportQuery
    from gkedoctor.snapshot.model import Snapshot


class Watching(Protocol):
    """What of the flags is needed. `interval`: seconds between two readings of what cannot be watched."""

    @property
    def namespaces(self) -> Sequence[str]:
        """Those to read where the whole cluster is denied."""
        ...

    @property
    def interval(self) -> float:
        """In seconds."""
        ...


class WatchedCluster(NamedTuple):
    """The session, the first answer, how it was read, and what answers later moments.

    `answer` raises UsageError where what was asked about is not there any more.
    """

    session: LiveSession
    first: Answer
    notes: Sequence[str]
    answer: Callable[[Snapshot], Answer]


def watched_cluster(
    query: ReportQuery, playbooks: Library, options: LiveOptions, watching: Watching, tell: OnProgress
) -> WatchedCluster:
    """Reads it. SourceError where it cannot be reached, UsageError for an object that does certainly not exist."""
    part = _part(query, playbooks, options, watching, tell)
    return part or _whole(query, playbooks, options, watching, tell)


def _whole(
    query: ReportQuery, playbooks: Library, options: LiveOptions, watching: Watching, tell: OnProgress
) -> WatchedCluster:
    from gkedoctor.diagnose.repeated import RepeatedDiagnosis
    from gkedoctor.live.session import LiveSession

    session = LiveSession(options.request(playbooks, fallback=watching.namespaces), watching.interval)
    first, diagnosis = session.first(tell), RepeatedDiagnosis(playbooks)

    def answer(snapshot: Snapshot) -> Answer:
        return query.select(diagnosis.diagnose(snapshot).outcome, snapshot)

    return WatchedCluster(session, query.answer(first.snapshot), notes_on(first), answer)


def _part(
    query: ReportQuery, playbooks: Library, options: LiveOptions, watching: Watching, tell: OnProgress
) -> WatchedCluster | None:
    """The part; None where the whole cluster is needed."""
    from gkedoctor.live.part_session import PartSession
    from gkedoctor.service.part_location import located
    from gkedoctor.snapshot.partial import Part

    question = query.part
    if question is None or needs_whole(options):
        return None
    session = PartSession(options, watching.interval)
    parts = unless_cloud_alone(options, lambda: session.connect(tell))
    place = located(question, Part(parts), playbooks) if parts is not None else None
    if place is None or parts is None:
        session.close()
        return None

    def answer(snapshot: Snapshot) -> Answer:
        place.part.renew(snapshot, session.states)
        return _answer_of(place, query, playbooks)

    return WatchedCluster(session, _answer_of(place, query, playbooks), parts.notes, answer)


def _answer_of(place: LocatedPart, query: ReportQuery, playbooks: Library) -> Answer:
    from gkedoctor.service.part_report import diagnosis_of, in_scope

    found = diagnosis_of(place, playbooks)
    return in_scope(query.select_meant(found.outcome, found.snapshot, place.target), place.scope_notes())
