"""`gkedoctor leftovers`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.shared_options import color_option
from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.cli.stdout import wants_colour, width, write_result
from gkedoctor.errors import ExitCode
from gkedoctor.playbook.model import Severity
from gkedoctor.report.formats import NARROW, WIDE, Page, renderer
from gkedoctor.snapshot.garbage import paused_garbage_collector


@click.command(cls=GroupedCommand)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as `report` does, with these findings only.")
@color_option
@source_options
def leftovers(as_json: bool, color: str, source: Path | None, **flags: Any) -> int:
    """List Google Cloud resources left behind by deleted clusters.

    Also finds those of deleted Ingresses, Services and volume claims. Prints
    the commands that delete each group, in the right order; gkedoctor itself
    deletes nothing. Without --from, reads the live cluster of the kubeconfig
    and its project. If the cluster is deleted or there is no kubeconfig,
    --project is enough.

    Exit 0 if nothing is left, 1 if something is, 4 if nothing was found but
    not everything could be checked.

    \b
    Examples:
      gkedoctor leftovers --project acme
      gkedoctor leftovers --from recording/ --json
    """
    from gkedoctor.cli.library import library
    from gkedoctor.report.answer import Answer
    from gkedoctor.service.leftovers import leftover_playbooks
    from gkedoctor.service.leftovers import leftovers as left_behind

    with paused_garbage_collector(freeze=True), patiently(source):
        playbooks = leftover_playbooks(library(()))
        taken = take(source, flags | {"logs": False}, Purpose(playbooks, alone=True))
        outcome = left_behind(taken.snapshot, playbooks, live=taken.live)
    tell(taken.notes)
    page = Page(width(NARROW, WIDE), wants_colour(color, os.environ))
    text = renderer("json" if as_json else "text").render(Answer(outcome, advice_in_full=True), page)
    write_result(text, colour=page.colour)
    if any(d.severity is not Severity.ADVISORY for d in outcome.diagnoses):
        return ExitCode.FOUND
    return ExitCode.OK if outcome.complete else ExitCode.INCOMPLETE
