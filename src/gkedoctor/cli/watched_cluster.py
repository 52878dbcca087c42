"""A cluster that `report --watch` follows: all of it, or the part that the question needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from gkedoctor.cli.followed_question import FollowedQuestion
from gkedoctor.cli.source import notes_on

if TYPE_CHECKING:
    from gkedoctor.collect.results import OnProgress
    from gkedoctor.live.options import LiveOptions
    from gkedoctor.live.session import LiveUpdate
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


class WatchedCluster(Protocol):
    """`first`: the first answer; `notes`: how it was read."""

    first: Answer
    notes: tuple[str, ...]

    def follow(self) -> Iterator[LiveUpdate]:
        """What changes."""
        ...

    def answer(self, snapshot: Snapshot, *, begun_again: bool) -> Answer:
        """The answer in the snapshot of the update that came last. UsageError where what was asked about is gone.

        `begun_again`: it is of another cluster.
        """
        ...

    def close(self) -> None:
        """Ends it."""
        ...


def watched_cluster(
    query: ReportQuery, playbooks: Library, options: LiveOptions, watching: Watching, tell: OnProgress
) -> WatchedCluster:
    """Reads it. SourceError where it cannot be reached, UsageError for an object that does certainly not exist."""
    question = FollowedQuestion(options, query, playbooks, watching.interval)
    place = question.begin(tell)
    if place is not None:
        return _WatchedPart(query, playbooks, question, place)
    question.close()
    return _WatchedWhole(query, playbooks, options, watching, tell)


class _WatchedWhole:
    def __init__(
        self, query: ReportQuery, playbooks: Library, options: LiveOptions, watching: Watching, tell: OnProgress
    ) -> None:
        from gkedoctor.diagnose.repeated import RepeatedDiagnosis
        from gkedoctor.live.following import ClusterFollower

        asked = options.request(playbooks, fallback=watching.namespaces)
        self._query, self._session = query, ClusterFollower(asked, watching.interval)
        first = self._session.first(tell)
        self._new_diagnosis = partial(RepeatedDiagnosis, playbooks)
        self._diagnosis = self._new_diagnosis()
        self.first, self.notes = query.answer(first.snapshot), notes_on(first)
        self.follow, self.close = self._session.follow, self._session.close

    def answer(self, snapshot: Snapshot, *, begun_again: bool) -> Answer:
        if begun_again:
            self._diagnosis = self._new_diagnosis()
        return self._query.select(self._diagnosis.diagnose(snapshot).outcome, snapshot)


class _WatchedPart:
    def __init__(self, query: ReportQuery, playbooks: Library, question: FollowedQuestion, place: LocatedPart) -> None:
        from gkedoctor.service.part_report import diagnosis_of

        self._query, self._question = query, question
        self._found = diagnosis_of(place, playbooks)
        self.first, self.notes = self._answer(place), question.notes
        self.close = question.close

    def follow(self) -> Iterator[LiveUpdate]:
        for update, found in self._question.follow():
            self._found = found or self._found
            yield update

    def answer(self, snapshot: Snapshot, *, begun_again: bool) -> Answer:
        assert self._question.place is not None
        return self._answer(self._question.place)

    def _answer(self, place: LocatedPart) -> Answer:
        from gkedoctor.service.part_report import in_scope

        outcome, snapshot = self._found
        return in_scope(self._query.select_meant(outcome, snapshot, place.target), place.scope_notes())
