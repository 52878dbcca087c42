"""Answers from a part of a live cluster: only what they need is read, and progress is shown meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gkedoctor.cli.live import board_of, ending_signals, parse_options
from gkedoctor.errors import UnreachableError

if TYPE_CHECKING:
    from gkedoctor.cli.live import Board
    from gkedoctor.collect.results import OnProgress
    from gkedoctor.live.options import LiveOptions
    from gkedoctor.live.parts import LiveParts
    from gkedoctor.report.request_path import RequestPathAnswer
    from gkedoctor.service.part_location import PartQuestion
    from gkedoctor.service.report import Report, ReportQuery


def report_of_live_part(
    query: ReportQuery, question: PartQuestion, flags: Mapping[str, Any], *, first: bool
) -> Report | None:
    """The report on a part of the cluster of the flags; None where the whole cluster is needed.

    `first`: prints what is proved already while the rest is read. SourceError where it cannot be reached.
    """
    from gkedoctor.cli.early_results import FirstAnswers

    options = parse_options(flags)
    if needs_whole(options):
        return None
    board = board_of(options.trace)
    with _signals(board):
        parts = connected(options, board.say)
        return (
            query.report_of(question, parts, FirstAnswers(board.tell).show if first else None)
            if parts is not None
            else None
        )


def path_of_live_part(entry_point: str, namespace: str | None, flags: Mapping[str, Any]) -> RequestPathAnswer | None:
    """The paths from an entry point in the cluster of the flags; None where the whole cluster is needed.

    SourceError where it cannot be reached.
    """
    from gkedoctor.service.path_part import path_of_part

    options = parse_options(flags)
    board = board_of(options.trace)
    with _signals(board):
        parts = connected(options, board.say)
        return path_of_part(entry_point, parts, namespace) if parts is not None else None


def needs_whole(options: LiveOptions) -> bool:
    """Whether something is read that is searched for the whole cluster at once."""
    from gkedoctor.snapshot.kinds import AUDIT_LOGS, HISTORY, OPERATIONS

    return bool(options.on_request & {HISTORY, AUDIT_LOGS, *OPERATIONS})


def connected(options: LiveOptions, tell: OnProgress) -> LiveParts | None:
    """The connection to the cluster; None where it does not answer, but Google Cloud alone is an answer too."""
    from gkedoctor.live.parts import LiveParts

    return unless_cloud_alone(options, lambda: LiveParts(options, tell))


def unless_cloud_alone(options: LiveOptions, connect: Callable[[], LiveParts]) -> LiveParts | None:
    """What `connect` returns; None where the cluster does not answer, but Google Cloud alone is an answer too."""
    try:
        return connect()
    except UnreachableError:
        if options.gcp and options.project is not None:
            return None
        raise


@contextmanager
def _signals(board: Board) -> Iterator[None]:
    with ending_signals():
        yield
    board.close()
