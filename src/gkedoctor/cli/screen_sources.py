"""Where the screen of `diagnose` gets what it shows: a recording, or a cluster that is collected meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from gkedoctor.cli.library import library
from gkedoctor.cli.live_source import FollowedCluster, Gathering, reader_of
from gkedoctor.cli.screen_part import ClusterPart, FollowedPart
from gkedoctor.cli.size import limits
from gkedoctor.config.model import Settings, SuppressionRule
from gkedoctor.diagnose.model import Outcome
from gkedoctor.errors import SourceError
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library
from gkedoctor.report.answer import Answer
from gkedoctor.report.object_argument import namespace_term
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

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that are asked about."""
        return (*self.options.namespaces, *namespace_term(self.options.target))

    @property
    def is_about_everything(self) -> bool:
        """Whether neither an object nor a namespace is asked about."""
        return not (self.options.target or self.options.namespaces)

    def about_everything(self) -> ScreenQuery:
        """The same of the whole cluster."""
        return ScreenQuery(ReportOptions(), self._folders, self._settings.rules)

    @cached_property
    def report(self) -> ReportQuery:
        """The same as the options of a report. UsageError for a target that cannot be read."""
        return ReportQuery(self.options, self.library, self._settings)

    def select(self, outcome: Outcome, snapshot: Snapshot) -> Answer:
        """What was asked for, out of all that is found."""
        return self.report.select(outcome, snapshot)


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

    Of a question about an object or a namespace, only the part that it needs is read. `interval`: the cluster is
    followed, and what cannot be watched is read again every so many seconds.
    """
    own = _whole_source(live, query, interval)
    if query.is_about_everything:
        return own
    whole = _whole_source(live, query.about_everything(), interval)
    if interval is None:
        part = ClusterPart(live, query, Gathering(live, query.namespaces))
        return replace(own, load=part.load, sift=part.select, so_far=part.so_far, whole=whole)
    followed = FollowedPart(live, query, FollowedCluster(live, query.namespaces, interval), interval)
    return replace(
        own, load=followed.load, sift=followed.select, so_far=followed.so_far, follow=followed.follow,
        leave=followed.leave, whole=whole,
    )  # fmt: skip


def _whole_source(live: LiveOptions, query: ScreenQuery, interval: float | None) -> Source:
    name = live.context or "the cluster of the kubeconfig"
    if interval is not None:
        followed = FollowedCluster(live, query.namespaces, interval)
        return Source(
            name, followed.load, lambda: query.library, query.select, live=True, so_far=followed.so_far,
            interval=interval, follow=followed.follow, leave=followed.leave, reader=partial(reader_of, live),
        )  # fmt: skip
    gathering = Gathering(live, query.namespaces)
    return Source(
        name, gathering.load, lambda: query.library, query.select, live=True, so_far=gathering.so_far,
        reader=partial(reader_of, live),
    )  # fmt: skip
