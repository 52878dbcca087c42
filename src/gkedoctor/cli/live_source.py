"""A live collection as the source of the screen: what has come in so far can be diagnosed while the rest is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gkedoctor.collect.results import CollectorProgress
    from gkedoctor.diagnose.verification import Claim
    from gkedoctor.live.collection import LiveCollection
    from gkedoctor.live.following import ClusterFollower
    from gkedoctor.live.options import LiveOptions
    from gkedoctor.live.session import LiveUpdate
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.snapshot.model import Snapshot
    from gkedoctor.tui.source import Moment, Taken, Watch


class Gathering:
    """One cluster, collected as often as it is asked for."""

    def __init__(self, options: LiveOptions, namespaces: Sequence[str]) -> None:
        self._options, self._namespaces = options, namespaces
        self._running: LiveCollection | None = None

    def load(self, playbooks: Sequence[CompiledPlaybook], watch: Watch) -> Taken:
        """Collects all of it, and reports its progress. SourceError where the cluster cannot be reached."""
        from gkedoctor.live.collection import LiveCollection
        from gkedoctor.tui.source import Taken

        asked = self._options.request(playbooks, fallback=self._namespaces)
        asked.deadline.stopped = watch.stopped
        self._running = LiveCollection(asked)

        def tell(said: CollectorProgress) -> None:
            watch.say(said.collector, said.objects, said.state, said.trouble)

        recorded = self._running.whole(tell)
        return Taken(recorded.snapshot, recorded.interrupted)

    def so_far(self) -> Taken | None:
        """What has come in; None where that is nothing new, not enough, or too much to do it twice."""
        return _taken(self._running.so_far() if self._running is not None else None)


class FollowedCluster:
    """One cluster that is read once and then followed; where it is read again, from the start."""

    def __init__(self, options: LiveOptions, namespaces: Sequence[str], interval: float) -> None:
        self._options, self._namespaces, self._interval = options, namespaces, interval
        self._session: ClusterFollower | None = None

    def load(self, playbooks: Sequence[CompiledPlaybook], watch: Watch) -> Taken:
        """Collects all of it, and reports its progress. SourceError where the cluster cannot be reached."""
        from gkedoctor.live.following import ClusterFollower
        from gkedoctor.tui.source import Taken

        asked = self._options.request(playbooks, fallback=self._namespaces)
        asked.deadline.stopped = watch.stopped
        self._session = ClusterFollower(asked, self._interval)

        def tell(said: CollectorProgress) -> None:
            watch.say(said.collector, said.objects, said.state, said.trouble)

        recorded = self._session.first(tell)
        return Taken(recorded.snapshot, recorded.interrupted)

    def so_far(self) -> Taken | None:
        """What has come in while it is collected."""
        return _taken(self._session.so_far() if self._session is not None else None)

    def follow(self) -> Iterator[Moment]:
        """What changes after it was collected."""
        assert self._session is not None
        for update in self._session.follow():
            yield moment(update, self._interval)

    def leave(self) -> None:
        """Ends what follows it."""
        if self._session is not None:
            self._session.close()


def moment(update: LiveUpdate, interval: float) -> Moment:
    """An update as the screen takes it. `interval`: seconds between two readings of what cannot be watched."""
    from gkedoctor.tui.model.freshness import Freshness
    from gkedoctor.tui.source import Moment

    at = update.freshness
    fresh = Freshness(at.newest, at.failed_at, at.reason, at.retry_at, at.polled, interval)
    return Moment(update.snapshot, fresh, update.notices, update.begun_again)


def _taken(snapshot: Snapshot | None) -> Taken | None:
    from gkedoctor.tui.source import Taken

    return Taken(snapshot) if snapshot is not None else None


ONE_READING = 60.0
"""Seconds that a reading for one finding may take: it is of few kinds and namespaces."""


def reader_of(options: LiveOptions, claim: Claim, playbooks: Sequence[CompiledPlaybook]) -> Callable[[], Snapshot]:
    """Reads of a live cluster what a finding is based on, as often as it is called."""
    from gkedoctor.live.collection import LiveCollection
    from gkedoctor.service.verify import kinds_to_read, namespaces_to_read

    kinds, namespaces = kinds_to_read(claim, playbooks), namespaces_to_read(claim)
    brief = options._replace(timeout=ONE_READING)

    def read() -> Snapshot:
        asked = brief.request(playbooks, only=namespaces, kinds=kinds)
        return LiveCollection(asked).whole(lambda said: None).snapshot

    return read
