"""A part of a live cluster on the screen: what the question needs is read, and what is proved is shown meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gkedoctor.cli.followed_question import FollowedQuestion
from gkedoctor.cli.live_part import connected, needs_whole

if TYPE_CHECKING:
    import threading

    from gkedoctor.collect.results import CollectorProgress, OnProgress
    from gkedoctor.diagnose.model import Outcome
    from gkedoctor.diagnose.part_diagnosis import PartDiagnosis
    from gkedoctor.live.options import LiveOptions
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.report.answer import Answer
    from gkedoctor.service.part_location import LocatedPart
    from gkedoctor.service.report import ReportQuery
    from gkedoctor.snapshot.model import Snapshot
    from gkedoctor.tui.source import Moment, Taken, Watch


class WholeCluster(Protocol):
    """What reads all of the cluster, where a part is not enough."""

    def load(self, playbooks: Sequence[CompiledPlaybook], watch: Watch) -> Taken:
        """Reads it. SourceError where it cannot be reached."""
        ...

    def so_far(self) -> Taken | None:
        """What has come in."""
        ...


class FollowedWhole(WholeCluster, Protocol):
    """The same of a cluster that is followed."""

    def follow(self) -> Iterator[Moment]:
        """What changes."""
        ...

    def leave(self) -> None:
        """Ends it."""
        ...


class PartQuery(Protocol):
    """What the screen is asked for."""

    @property
    def report(self) -> ReportQuery:
        """The same as a report."""
        ...


class _Shown(NamedTuple):
    """The place of the question, and what is to be said of its scope so far."""

    place: LocatedPart
    notes: tuple[str, ...]


class ClusterPart:
    """A question about an object or some namespaces of one cluster. `load` and the others may run in two threads."""

    def __init__(self, options: LiveOptions, query: PartQuery, whole: WholeCluster) -> None:
        self._options, self._query, self._whole = options, query, whole
        self._shown: _Shown | None = None
        self._latest: Taken | None = None

    def load(self, playbooks: Sequence[CompiledPlaybook], watch: Watch) -> Taken:
        """Reads what the answer needs, and all where only that can tell.

        SourceError where the cluster cannot be reached, UsageError for an object that does certainly not exist.
        """
        self._shown = self._latest = None
        place = self._located(playbooks, watch)
        if place is None:
            return self._whole.load(playbooks, watch)

        from gkedoctor.service.part_report import diagnosis_of

        def show(found: PartDiagnosis, _: Sequence[str]) -> None:
            self._latest = self._taken(place, found)

        found = diagnosis_of(place, playbooks, show)
        return self._taken(place, found, stopped=watch.stopped.is_set())

    def so_far(self) -> Taken | None:
        """What is proved already, once; None where that is nothing new."""
        if self._shown is None:
            return self._whole.so_far()
        latest, self._latest = self._latest, None
        return latest

    def select(self, outcome: Outcome, snapshot: Snapshot) -> Answer:
        """What was asked for, out of what was found."""
        from gkedoctor.service.part_report import in_scope

        if self._shown is None:
            return self._query.report.select(outcome, snapshot)
        place, notes = self._shown
        return in_scope(self._query.report.select_meant(outcome, snapshot, place.target), notes)

    def _located(self, playbooks: Sequence[CompiledPlaybook], watch: Watch) -> LocatedPart | None:
        def tell(said: CollectorProgress) -> None:
            watch.say(said.collector, said.objects, said.state, said.trouble)

        return self._place(playbooks, tell, watch.stopped)

    def _place(
        self, playbooks: Sequence[CompiledPlaybook], tell: OnProgress, stopped: threading.Event
    ) -> LocatedPart | None:
        from gkedoctor.service.part_location import located
        from gkedoctor.snapshot.partial import Part

        question = self._query.report.part
        parts = connected(self._options, tell) if question is not None and not needs_whole(self._options) else None
        if question is None or parts is None:
            return None
        parts.deadline.stopped = stopped
        return located(question, Part(parts), playbooks)

    def _taken(self, place: LocatedPart, found: PartDiagnosis, *, stopped: bool = False) -> Taken:
        from gkedoctor.tui.source import Taken

        self._shown = _Shown(place, place.scope_notes())
        return Taken(place.part.to_show(), stopped, found.outcome, place.scope)


class FollowedPart(ClusterPart):
    """The same of a cluster that is followed: no more of it than was read, and what later findings lead to."""

    def __init__(self, options: LiveOptions, query: PartQuery, whole: FollowedWhole, interval: float) -> None:
        super().__init__(options, query, whole)
        self._followed_whole, self._interval = whole, interval
        self._question: FollowedQuestion | None = None

    def follow(self) -> Iterator[Moment]:
        """What changes after it was read."""
        from gkedoctor.cli.live_source import moment

        question = self._question
        if self._shown is None or question is None:
            yield from self._followed_whole.follow()
            return
        for update, found in question.follow():
            now = moment(update, self._interval)
            if found is not None and question.place is not None:
                taken = self._taken(question.place, found)
                now = now._replace(snapshot=taken.snapshot, outcome=taken.outcome)
            yield now

    def leave(self) -> None:
        """Ends what follows it."""
        if self._question is not None:
            self._question.close()
        self._followed_whole.leave()

    def _place(
        self, playbooks: Sequence[CompiledPlaybook], tell: OnProgress, stopped: threading.Event
    ) -> LocatedPart | None:
        question = FollowedQuestion(self._options, self._query.report, playbooks, self._interval)
        self._question = question
        return question.begin(tell, stopped)
