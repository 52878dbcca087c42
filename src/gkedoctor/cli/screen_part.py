"""A part of a live cluster on the screen: what the question needs is read, and what is proved is shown meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gkedoctor.cli.live_part import connected, needs_whole, unless_cloud_alone

if TYPE_CHECKING:
    from gkedoctor.collect.results import CollectorProgress, OnProgress
    from gkedoctor.diagnose.model import Outcome
    from gkedoctor.diagnose.part_diagnosis import PartDiagnosis
    from gkedoctor.live.options import LiveOptions
    from gkedoctor.live.part_session import PartSession
    from gkedoctor.live.parts import LiveParts
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
        self._playbooks: Sequence[CompiledPlaybook] = ()

    def load(self, playbooks: Sequence[CompiledPlaybook], watch: Watch) -> Taken:
        """Reads what the answer needs, and all where only that can tell.

        SourceError where the cluster cannot be reached, UsageError for an object that does certainly not exist.
        """
        self._shown = self._latest = None
        self._playbooks = playbooks
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
        from gkedoctor.service.part_location import located
        from gkedoctor.snapshot.partial import Part

        def tell(said: CollectorProgress) -> None:
            watch.say(said.collector, said.objects, said.state, said.trouble)

        question = self._query.report.part
        if question is None or needs_whole(self._options):
            return None
        parts = self._connected(tell)
        if parts is None:
            return None
        parts.deadline.stopped = watch.stopped
        return located(question, Part(parts), playbooks)

    def _connected(self, tell: OnProgress) -> LiveParts | None:
        return connected(self._options, tell)

    def _taken(self, place: LocatedPart, found: PartDiagnosis, *, stopped: bool = False) -> Taken:
        from gkedoctor.tui.source import Taken

        self._shown = _Shown(place, place.scope_notes())
        return Taken(place.part.to_show(), stopped, found.outcome, place.scope)


class FollowedPart(ClusterPart):
    """The same of a cluster that is followed: no more of it than was read, and what later findings lead to."""

    def __init__(self, options: LiveOptions, query: PartQuery, whole: FollowedWhole, interval: float) -> None:
        super().__init__(options, query, whole)
        self._followed_whole, self._interval = whole, interval
        self._session: PartSession | None = None

    def follow(self) -> Iterator[Moment]:
        """What changes after it was read."""
        from gkedoctor.cli.live_source import moment
        from gkedoctor.service.part_report import diagnosis_of

        if self._shown is None or self._session is None:
            yield from self._followed_whole.follow()
            return
        place, session = self._shown.place, self._session
        for update in session.follow():
            if update.snapshot is None:
                yield moment(update, self._interval)
                continue
            place.part.renew(update.snapshot, session.states)
            taken = self._taken(place, diagnosis_of(place, self._playbooks))
            yield moment(update, self._interval)._replace(snapshot=taken.snapshot, outcome=taken.outcome)

    def leave(self) -> None:
        """Ends what follows it."""
        if self._session is not None:
            self._session.close()
        self._followed_whole.leave()

    def _connected(self, tell: OnProgress) -> LiveParts | None:
        from gkedoctor.live.part_session import PartSession

        session = self._session = PartSession(self._options, self._interval)
        return unless_cloud_alone(self._options, lambda: session.connect(tell))
