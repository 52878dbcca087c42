"""A report on a part of a live cluster: only what it needs is read, and progress is shown meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gkedoctor.cli.live import Board, ending_signals, parse_options

if TYPE_CHECKING:
    from gkedoctor.service.part_report import PartQuestion
    from gkedoctor.service.report import Report, ReportQuery


def report_of_live_part(query: ReportQuery, question: PartQuestion, flags: Mapping[str, Any]) -> Report | None:
    """The report on a part of the cluster of the flags; None where only the whole can tell.

    SourceError where it cannot be reached.
    """
    from gkedoctor.live.parts import LiveParts

    board = Board(sys.stderr.isatty())
    with ending_signals():
        found = query.report_of(question, LiveParts(parse_options(flags), board.say))
    board.close()
    return found
