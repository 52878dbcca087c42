"""Where the screen of `diagnose` gets what it shows: a recording, or a cluster that is collected meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from gkedoctor.cli.library import library
from gkedoctor.cli.live_source import FollowedCluster, Gathering, reader_of
from gkedoctor.cli.size import limits
from gkedoctor.config.model import Settings, SuppressionRule
from gkedoctor.diagnose.model import Outcome
from gkedoctor.errors import SourceError
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library
from gkedoctor.report.answer import Answer
from gkedoctor.service.report import ReportOptions, ReportQuery
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load
from gkedoctor.tui.source import Source, Taken, Watch

if TYPE_CHECKING:
    from gkedoctor.live.options import LiveOptions


class ScreenQuery:
    """What the screen is asked for. Playbooks are read when they are needed, and once, however often the cluster is."""

    def __init__(
        self, options: ReportOptions | None = None, folders: Sequence[Path] = (), rules: Sequence[SuppressionRule] = ()
    ) -> None:
        self.options = options or ReportOptions()
        self._folders, self._settings = folders, Settings(rules=tuple(rules))

    @cached_property
    def library(self) -> Library:
        """The playbooks."""
        return library(self._folders)

    @cached_property
    def _query(self) -> ReportQuery:
        return ReportQuery(self.options, self.library, self._settings)

    def select(self, outcome: Outcome, snapshot: Snapshot) -> Answer:
        """What was asked for, out of all that is found."""
        return self._query.select(outcome, snapshot)


def recording_source(path: Path, query: ScreenQuery, interval: float | None = None) -> Source:
    """A recording as the source of the screen, read again every `interval` seconds. SourceError if it is not there."""
    if not path.exists():
        raise SourceError(f"{path} does not exist")

    allowed = limits()  # now: the screen reads in a thread, without the context of the command

    def read(_: Sequence[CompiledPlaybook], __: Watch) -> Taken:
        return Taken(load(path, limits=allowed))

    return Source(str(path), read, lambda: query.library, query.select, interval=interval)


def cluster_source(live: LiveOptions, query: ScreenQuery, interval: float | None = None) -> Source:
    """A live cluster as the source of the screen: what has come in is shown while the rest is read.

    `interval`: it is followed, and what cannot be watched is read again every so many seconds.
    """
    name = live.context or "the cluster of the kubeconfig"
    if interval is not None:
        followed = FollowedCluster(live, query.options.namespaces, interval)
        return Source(
            name, followed.load, lambda: query.library, query.select, live=True, so_far=followed.so_far,
            interval=interval, follow=followed.follow, leave=followed.leave, reader=partial(reader_of, live),
        )  # fmt: skip
    gathering = Gathering(live, query.options.namespaces)
    return Source(
        name, gathering.load, lambda: query.library, query.select, live=True, so_far=gathering.so_far,
        reader=partial(reader_of, live),
    )  # fmt: skip
