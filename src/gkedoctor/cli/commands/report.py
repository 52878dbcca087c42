"""`gkedoctor report`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.exit_codes import NEVER, verdict
from gkedoctor.cli.live import beside_options, refuse_live_flags
from gkedoctor.cli.options import take_options
from gkedoctor.cli.output_option import Output, OutputOptions, OutputType, outputs, write
from gkedoctor.cli.settings import ConfigOptions, config_options, settings
from gkedoctor.cli.size import limits
from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.playbook.model import Severity
from gkedoctor.report.formats import names
from gkedoctor.snapshot.garbage import paused_garbage_collector

if TYPE_CHECKING:
    from gkedoctor.diagnose.model import Outcome
    from gkedoctor.snapshot.model import Snapshot

_SEVERITIES = [str(severity) for severity in Severity]


@click.command()
@click.argument("target", metavar="[KIND/NAME]", required=False)
@source_options
@beside_options
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE.gkesnap", help="Keep what was read live.")
@click.option(
    "-o",
    "--output",
    "wanted_outputs",
    type=OutputType(),
    multiple=True,
    help=f"{', '.join(names())} (default text); with =FILE written there. Repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
@click.option("-n", "--namespace", "namespaces", multiple=True, metavar="NAME", help="Only this namespace. Repeatable.")
@click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces: the default, and stronger than -n.")
@click.option("-l", "--selector", metavar="LABELS", help="Only objects with these labels: app=cart,tier!=db")
@click.option("--min-severity", type=Choice(_SEVERITIES), help="Leave out what is milder.")
@click.option(
    "--fail-on",
    type=Choice([*_SEVERITIES, NEVER]),
    help="Exit 1 if something is this grave or graver (default high).",
)
@click.option(
    "--playbooks",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="DIR",
    help="Playbooks besides the shipped ones. Repeatable.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A saved JSON report or a recording: only what it does not have counts for the exit code.",
)
@click.option("--show-suppressed", is_flag=True, help="List what is suppressed, and suppressions that meet nothing.")
@click.option(
    "--first-answers/--no-first-answers",
    default=None,
    help="Say on standard error what is found before all is read (default: on a terminal).",
)
@config_options
@click.option(
    "--output-file", type=click.Path(path_type=Path), metavar="FILE", help="Write the one -o here that has no =FILE."
)
@click.option(
    "--color",
    type=Choice(["auto", "always", "never"]),
    default="auto",
    help="auto: on a terminal, unless NO_COLOR is set.",
)
def report(source: Path | None, save: Path | None, fail_on: str | None, **given: Any) -> int:
    """Say what is wrong in a cluster, and why. Only reads.

    Without --from, the live cluster of the kubeconfig is looked at.

    With KIND/NAME (or KIND/NAMESPACE/NAME), only what is wrong with that
    object or what it suffers from.

    Exits 0 if nothing is as grave as --fail-on, 1 if something is, 4 if
    nothing was found and not everything could be looked at.

    \b
    Examples:
      gkedoctor report -n shop
      gkedoctor report deploy/cart -n shop --from cluster.json
      gkedoctor report --from cluster.json -o text -o md=t.md -o html=r.html
    """
    from gkedoctor.cli.library import library
    from gkedoctor.service.report import ReportOptions, ReportQuery

    if source is not None:
        refuse_live_flags(click.get_current_context(), ["save", "first_answers"])
    named = given["namespaces"]
    if given.pop("all_namespaces"):
        given["namespaces"] = ()
    first_answers, folders = given.pop("first_answers"), given.pop("folders")
    options, shown = take_options(ReportOptions, given), take_options(OutputOptions, given)
    held, places = settings(take_options(ConfigOptions, given)), outputs(shown)
    with paused_garbage_collector(), patiently(source):
        playbooks = library([*held.playbooks, *folders])
        query = ReportQuery(options, playbooks, held, limits())
        first = query.answer if _wants_first(first_answers, places) else None
        taken = take(source, given, Purpose(playbooks, named, first))
        if save is not None:
            _save(taken.snapshot, save)
        made = query.report(taken.snapshot, live=taken.live, notes=taken.notes)
    if taken.live:
        _remember(made.answer.outcome)
    tell(made.answer.notes)
    write(made.answer, places, shown.color)
    worst = fail_on or held.fail_on or Severity.HIGH
    return verdict(made.answer.outcome, worst, made.answer.known, made.baseline_holes)


def _wants_first(asked: bool | None, places: Sequence[Output]) -> bool:
    """First answers are for people: where a text is read on a terminal, or where they are asked for."""
    if asked is not None:
        return asked
    return sys.stderr.isatty() and Output("text") in places


def _remember(outcome: Outcome) -> None:
    from gkedoctor.cli.last_report import remember

    remember(outcome)


def _save(snapshot: Snapshot, path: Path) -> None:
    from gkedoctor.snapshot import store

    store.write(snapshot, path)
