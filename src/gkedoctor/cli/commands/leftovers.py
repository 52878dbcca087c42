"""`gkedoctor leftovers`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.cli.stdout import wants_colour, width, write_result
from gkedoctor.errors import ExitCode
from gkedoctor.playbook.model import Severity
from gkedoctor.report.formats import NARROW, WIDE, Page, renderer
from gkedoctor.snapshot.garbage import paused_garbage_collector


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The report's JSON, with these diagnoses only.")
@click.option(
    "--color", type=Choice(["auto", "always", "never"]), default="auto",
    help="auto: on a terminal, unless NO_COLOR is set.",
)  # fmt: skip
@source_options
def leftovers(as_json: bool, color: str, source: Path | None, **flags: Any) -> int:
    """Say what deleted clusters, Ingresses and claims left on Google Cloud.

    Prints the commands that delete each group, in the order that works.
    gkedoctor itself deletes nothing. Without --from, the live cluster of the
    kubeconfig and its project are looked at. Where the cluster is deleted,
    or there is no kubeconfig, --project is enough.

    Exits 0 if nothing is left over, 1 if something is, 4 if nothing was found
    and not everything could be looked at.

    \b
    Examples:
      gkedoctor leftovers --project acme
      gkedoctor leftovers --from recording/ --json
    """
    from gkedoctor.cli.library import library
    from gkedoctor.report.answer import Answer
    from gkedoctor.service.leftovers import leftover_playbooks
    from gkedoctor.service.leftovers import leftovers as left_behind

    with paused_garbage_collector(), patiently(source):
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
