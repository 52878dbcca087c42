"""A question about a part of a live cluster that is followed: read, diagnosed, and again after each change."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gkedoctor.cli.live_part import needs_whole, unless_cloud_alone

if TYPE_CHECKING:
    from gkedoctor.collect.results import OnProgress
    from gkedoctor.diagnose.part_diagnosis import PartDiagnosis
    from gkedoctor.live.options import LiveOptions
    from gkedoctor.live.part_session import PartSession
    from gkedoctor.live.session import LiveUpdate
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.service.part_location import LocatedPart
    from gkedoctor.service.report import ReportQuery

_PAUSE_SECONDS = 5.0


class FoundUpdate(NamedTuple):
    """An update, and what is found in its snapshot, if it has one."""

    update: LiveUpdate
    found: PartDiagnosis | None = None


class FollowedQuestion:
    """`begin`, then `follow`, from one thread; `close` from any. `place`: where the question leads, once it is known.

    Where another cluster answers, it is read from the start.
    """

    def __init__(
        self, options: LiveOptions, query: ReportQuery, playbooks: Sequence[CompiledPlaybook], interval: float
    ) -> None:
        self._options, self._query, self._playbooks, self._interval = options, query, playbooks, interval
        self._closed = threading.Event()
        self._session: PartSession | None = None
        self.place: LocatedPart | None = None
        self.notes: tuple[str, ...] = ()

    def begin(self, tell: OnProgress, stopped: threading.Event | None = None) -> LocatedPart | None:
        """Connects, and reads what it takes to know the place; None where the whole cluster is needed.

        SourceError where the cluster cannot be reached, UsageError for what does certainly not exist. `stopped` ends
        the first reading early.
        """
        from gkedoctor.live.part_session import PartSession
        from gkedoctor.service.part_location import located
        from gkedoctor.snapshot.partial import Part

        question = self._query.part
        if question is None or needs_whole(self._options):
            return None
        session = self._session = PartSession(self._options, self._interval)
        parts = unless_cloud_alone(self._options, lambda: session.connect(tell))
        if parts is None:
            return None
        if stopped is not None:
            parts.deadline.stopped = stopped
        self.notes = parts.notes
        self.place = located(question, Part(parts), self._playbooks)
        return self.place

    def follow(self) -> Iterator[FoundUpdate]:
        """What changes, until it is closed. UsageError where another cluster does not have what was asked about."""
        from gkedoctor.collect.watch.identity import AnotherCluster

        while not self._closed.is_set() and self._session is not None:
            try:
                for update in self._session.follow():
                    yield self._found(update)
                return
            except AnotherCluster as error:
                yield from self._from_the_start(f"{error}")

    def close(self) -> None:
        """Ends all that runs for it."""
        self._closed.set()
        if self._session is not None:
            self._session.close()

    def _found(self, update: LiveUpdate) -> FoundUpdate:
        from gkedoctor.service.part_report import diagnosis_of

        if update.snapshot is None or self.place is None or self._session is None:
            return FoundUpdate(update)
        if not update.begun_again:
            self.place.part.renew(update.snapshot, self._session.states)
        return FoundUpdate(update, diagnosis_of(self.place, self._playbooks))

    def _from_the_start(self, reason: str) -> Iterator[FoundUpdate]:
        """The first reading of the cluster that answers now, however often that has to be tried."""
        from gkedoctor.errors import SourceError
        from gkedoctor.live.session import LiveUpdate

        text = f"{reason}, and is read from the start"
        while not self._closed.is_set() and self._session is not None:
            self._session.close()
            self._options = self._options._replace(context=self._session.login.context)  # whichever is current now
            failed = self._session.freshness._replace(reason=text)
            newest = failed.newest
            yield FoundUpdate(LiveUpdate(None, failed._replace(failed_at=newest, retry_at=newest), datetime.now(UTC)))
            try:
                place = self.begin(lambda said: None)
            except SourceError as error:
                text = error.message
                self._closed.wait(_PAUSE_SECONDS)
                continue
            if place is None:
                return
            snapshot, notice = place.part.snapshot(), f"{reason}: it was read from the start"
            fresh = self._session.freshness
            yield self._found(LiveUpdate(snapshot, fresh, snapshot.clock, (notice,), begun_again=True))
            return
