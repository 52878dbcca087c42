"""`gkedoctor leftovers`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gkedoctor.cli.choice import Choice
from gkedoctor.cli.output import wants_colour, width, write_result
from gkedoctor.cli.pace import paused_garbage_collector, progress
from gkedoctor.errors import ExitCode
from gkedoctor.playbook.model import Severity
from gkedoctor.report.formats import NARROW, WIDE, Page, renderer

if TYPE_CHECKING:
    from gkedoctor.diagnose.model import NotChecked, Outcome

_NEEDED = ("compute.forwardingRules", "container.clusters")
"""Collections without which nothing can be said of leftovers."""

_COUNTED = {
    "forwarding rules": "compute.forwardingRules",
    "firewall rules": "compute.firewalls",
    "disks": "compute.disks",
}


@click.command()
@click.option(
    "--from", "source", required=True, type=click.Path(path_type=Path), metavar="PATH",
    help="What to read: a recording or snapshot with Google Cloud's side.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The report's JSON, with these diagnoses only.")
@click.option(
    "--color", type=Choice(["auto", "always", "never"]), default="auto",
    help="auto: on a terminal, unless NO_COLOR is set.",
)  # fmt: skip
def leftovers(source: Path, as_json: bool, color: str) -> int:
    """Say what deleted clusters, Ingresses and claims left on Google Cloud.

    Prints the commands that delete each group, in the order that works.
    gkedoctor itself deletes nothing.

    Exits 0 if nothing is left over, 1 if something is, 4 if nothing was found
    and not everything could be looked at.

    \b
    Examples:
      gkedoctor leftovers --from recording/
      gkedoctor leftovers --from recording/ --json
    """
    from gkedoctor.report.answer import Answer

    with paused_garbage_collector(), progress(f"reading {source} …"):
        outcome = _outcome(source)
    page = Page(width(NARROW, WIDE), wants_colour(color, os.environ))
    write_result(renderer("json" if as_json else "text").render(Answer(outcome, advice_in_full=True), page))
    if any(d.severity is not Severity.ADVISORY for d in outcome.diagnoses):
        return ExitCode.FOUND
    return ExitCode.OK if outcome.complete else ExitCode.INCOMPLETE


def _outcome(source: Path) -> Outcome:
    """The outcome of the playbooks that look for leftovers and nothing else."""
    import msgspec

    from gkedoctor.cli.library import library
    from gkedoctor.diagnose.engine import diagnose
    from gkedoctor.snapshot.sources import load

    snapshot = load(source)
    outcome = diagnose(snapshot, [p for p in library(()) if "leftover" in p.model.tags])
    counts = {noun: len(snapshot.collection(name).objects) for noun, name in _COUNTED.items()}
    return msgspec.structs.replace(outcome, looked_at=counts, complete=not any(map(_matters, outcome.not_checked)))


def _matters(entry: NotChecked) -> bool:
    """Whether leftovers may have been missed: a needed listing is not there, or one was asked for and refused."""
    return entry.collection in _NEEDED or entry.reason not in ("not_asked", "complete")
