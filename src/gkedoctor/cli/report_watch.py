"""`gkedoctor report --watch`: the report, and then a line for each change until Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from gkedoctor.cli.live import Board, ending_signals, parse_options
from gkedoctor.cli.messages import print_message
from gkedoctor.cli.output_option import Output, OutputOptions, write
from gkedoctor.cli.source import tell
from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import UsageError
from gkedoctor.report.watch_lines import StateLine, change_line, json_line, text_line
from gkedoctor.snapshot.garbage import paused_garbage_collector

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from gkedoctor.cli.watched_cluster import WatchedCluster
    from gkedoctor.config.model import Settings
    from gkedoctor.diagnose.model import Diagnosis, Unexplained
    from gkedoctor.live.freshness import Freshness
    from gkedoctor.live.session import LiveUpdate
    from gkedoctor.report.answer import Answer
    from gkedoctor.service.report import ReportOptions, ReportQuery
    from gkedoctor.snapshot.model import Snapshot

_TEXT, _JSON = Output("text"), Output("json")


@dataclass(frozen=True)
class WatchedReport:
    """What is watched, and how it is printed."""

    options: ReportOptions
    settings: Settings
    namespaces: Sequence[str]
    source: Path | None
    interval: float
    places: Sequence[Output]
    shown: OutputOptions
    details: bool
    folders: Sequence[Path]


def _refuse_unwatchable(watched: WatchedReport, others: Mapping[str, object]) -> None:
    """UsageError for flags and sources that cannot be followed."""
    if watched.source is not None:
        raise UsageError("--watch is for a live cluster, --from for a recording", hint="leave one of them out")
    if list(watched.places) not in ([_TEXT], [_JSON]):
        raise UsageError("--watch prints text or JSON lines to standard output", hint="-o text, or --json")
    given = next((name for name, value in others.items() if value), None)
    if given is not None:
        raise UsageError(f"{given} cannot be used with --watch", hint="leave one of them out")


def watch_report(watched: WatchedReport, flags: Mapping[str, Any], others: Mapping[str, object]) -> Answer:
    """Prints the report and what changes. The last answer, once Ctrl-C ends it or its reader is gone.

    Of a question about an object or a namespace, only the part that it needs is read and followed. `others`: flags
    that cannot be used with it.
    """
    from gkedoctor.cli.library import library
    from gkedoctor.cli.watched_cluster import watched_cluster
    from gkedoctor.service.report import ReportQuery

    _refuse_unwatchable(watched, others)
    playbooks = library(watched.folders)
    query = ReportQuery(watched.options, playbooks, watched.settings)
    board = Board(sys.stderr.isatty())
    with ending_signals():
        with paused_garbage_collector():
            cluster = watched_cluster(query, playbooks, parse_options(flags), watched, board.say)
            board.close()
            printer = _Printer(watched, query, cluster)
            answer = printer.first(cluster.first, cluster.notes)
        try:
            return _follow(cluster, printer, answer)
        finally:
            cluster.close()


def _follow(cluster: WatchedCluster, printer: _Printer, answer: Answer) -> Answer:
    try:
        for update in cluster.follow():
            answer = printer.update(update, answer)
            if not printer.is_read:
                break
    except KeyboardInterrupt:
        print_message()
    return answer


class _Printer:
    """Prints what changes. `is_read`: false once the reader is gone."""

    def __init__(self, watched: WatchedReport, query: ReportQuery, cluster: WatchedCluster) -> None:
        self._watched, self._query, self._cluster = watched, query, cluster
        self._json = list(watched.places) == [_JSON]
        self._failed = False
        self.is_read = True

    def first(self, made: Answer, notes: Sequence[str]) -> Answer:
        """The report, or a line for each finding that is there."""
        answer = self._query.finished(made, live=True, notes=notes)
        tell(answer.notes)
        if not self._json:
            write(answer, self._watched.places, self._watched.shown.color, details=self._watched.details)
            return answer
        present: list[Diagnosis | Unexplained] = [*answer.outcome.diagnoses, *answer.outcome.unexplained]
        for found in present:
            self._print(json_line(change_line("present", found, answer, answer.outcome.recorded_at)))
        return answer

    def update(self, update: LiveUpdate, before: Answer) -> Answer:
        """The lines of an update; the answer of then."""
        after = self._after(update, before)
        for notice in update.notices:
            self._say(StateLine(time=update.time, state="notice", reason=notice), notice)
        self._say_state(update.freshness, update.time)
        return after

    def _after(self, update: LiveUpdate, before: Answer) -> Answer:
        if update.snapshot is None:
            return before
        if update.begun_again:  # nothing of the cluster before was fixed
            return self.first(self._cluster.answer(update.snapshot, begun_again=True), ())
        return self._answer(update.snapshot, before)

    def _answer(self, snapshot: Snapshot, before: Answer) -> Answer:
        from gkedoctor.compare.news import finding_changes

        try:
            after = self._query.finished(self._cluster.answer(snapshot, begun_again=False), live=True)
        except UsageError as error:  # the selected object was deleted
            print_message(error.message)
            return before
        time = after.outcome.recorded_at
        for change, found in finding_changes(before.outcome, after.outcome):
            line = change_line(change, found, before if change == "fixed" else after, time)
            self._print(json_line(line) if self._json else text_line(line))
        return after

    def _say_state(self, fresh: Freshness, time: datetime) -> None:
        """That reading fails is said once, and that it does not any more."""
        if fresh.failed == self._failed:
            return
        self._failed = fresh.failed
        wait = max(0, round(fresh.retry_at - fresh.failed_at)) if fresh.retry_at and fresh.failed_at else UNSET
        state = StateLine(
            time=time, state="failed" if fresh.failed else "live", reason=fresh.reason, retry_seconds=wait
        )
        self._say(state, f"last read failed: {fresh.reason}; retrying" if fresh.failed else "reading again")

    def _say(self, line: StateLine, text: str) -> None:
        if self._json:
            self._print(json_line(line))
        else:
            print_message(f"{line.time:%H:%M:%S}  {text}")

    def _print(self, text: str) -> None:
        self.is_read = write_result(text) and self.is_read
