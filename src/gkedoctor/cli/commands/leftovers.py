"""`gkedoctor leftovers`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gkedoctor.cli.choice import Choice
from gkedoctor.cli.output import wants_colour, width, write_result
from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.errors import ExitCode
from gkedoctor.playbook.model import Severity
from gkedoctor.report.formats import NARROW, WIDE, Page, renderer
from gkedoctor.snapshot.garbage import paused_garbage_collector

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
    from gkedoctor.report.answer import Answer

    with paused_garbage_collector(), patiently(source):
        outcome, notes = _outcome(source, flags | {"logs": False})
    tell(notes)
    page = Page(width(NARROW, WIDE), wants_colour(color, os.environ))
    text = renderer("json" if as_json else "text").render(Answer(outcome, advice_in_full=True), page)
    write_result(text, colour=page.colour)
    if any(d.severity is not Severity.ADVISORY for d in outcome.diagnoses):
        return ExitCode.FOUND
    return ExitCode.OK if outcome.complete else ExitCode.INCOMPLETE


def _outcome(source: Path | None, flags: Mapping[str, Any]) -> tuple[Outcome, Sequence[str]]:
    """The outcome of the playbooks that look for leftovers and nothing else, and notes on how it was read."""
    import msgspec

    from gkedoctor.cli.library import library
    from gkedoctor.diagnose.engine import diagnose

    playbooks = [p for p in library(()) if "leftover" in p.model.tags]
    snapshot, live, notes = take(source, flags, Purpose(playbooks, alone=True))
    outcome = diagnose(snapshot, playbooks)
    counts = {noun: len(snapshot.collection(name).objects) for noun, name in _COUNTED.items()}
    complete = not any(map(_matters, outcome.not_checked))
    return msgspec.structs.replace(outcome, looked_at=counts, complete=complete, live=live), notes


def _matters(entry: NotChecked) -> bool:
    """Whether leftovers may have been missed: a needed listing is not there, or one was asked for and refused."""
    return entry.collection in _NEEDED or entry.reason not in ("not_asked", "complete")
