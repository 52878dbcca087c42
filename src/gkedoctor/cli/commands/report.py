"""`gkedoctor report`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.exit_codes import NEVER, verdict
from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.live import Duration, beside_options, refuse_live_flags
from gkedoctor.cli.live_part import report_of_live_part
from gkedoctor.cli.object_words import complete_object, one_object
from gkedoctor.cli.options import take_options
from gkedoctor.cli.output_option import Output, OutputOptions, OutputType, outputs, write
from gkedoctor.cli.settings import ConfigOptions, config_options, settings
from gkedoctor.cli.shared_options import (
    color_option,
    json_option,
    namespaces_option,
    output_file_option,
    playbooks_option,
)
from gkedoctor.cli.size import limits
from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.playbook.model import Severity
from gkedoctor.report.formats import names
from gkedoctor.snapshot.garbage import keep_until_exit, paused_garbage_collector
from gkedoctor.snapshot.recorded_parts import WORTH_A_PART, stored_size

if TYPE_CHECKING:
    from gkedoctor.diagnose.model import Outcome
    from gkedoctor.snapshot.model import Snapshot

_SEVERITIES = [str(severity) for severity in Severity]


@click.command(cls=GroupedCommand)
@click.argument("target", metavar="[KIND/NAME|HOST|IP]", nargs=-1, callback=one_object, shell_complete=complete_object)
@source_options
@beside_options
@click.option(
    "--save", type=click.Path(path_type=Path), metavar="FILE.gkesnap", help="Save what was read from the live cluster."
)
@click.option(
    "-o",
    "--output",
    "wanted_outputs",
    type=OutputType(),
    multiple=True,
    help=f"{', '.join(names())}. Default: text. Repeatable.",
)
@json_option
@namespaces_option
@click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces (default; overrides -n).")
@click.option("-l", "--selector", metavar="LABELS", help="Limit to objects with these labels: app=cart")
@click.option(
    "--min-severity", type=Choice(_SEVERITIES), metavar="SEVERITY", help="Leave out findings below this severity."
)
@click.option(
    "--fail-on",
    type=Choice([*_SEVERITIES, NEVER]),
    metavar="SEVERITY",
    help="Exit 1 if a finding is at or above. Default: high.",
)
@playbooks_option
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="JSON report or recording of known findings.",
)
@click.option("-w", "--watch", is_flag=True, help="Then print each change until Ctrl-C.")
@click.option(
    "--interval", type=Duration(), default="30s", metavar="TIME", help="For what cannot be watched. Default: 30s."
)
@click.option("--details", is_flag=True, help="All findings with all evidence.")
@click.option("--show-suppressed", is_flag=True, help="List suppressions, also those that match nothing.")
@click.option(
    "--first-answers/--no-first-answers",
    default=None,
    help="Print findings while reading (on a terminal).",
)
@config_options
@output_file_option
@color_option
def report(
    source: Path | None,
    save: Path | None,
    fail_on: str | None,
    details: bool,
    watch: bool,
    interval: float,
    **given: Any,
) -> int:
    """Report problems in a cluster, with cause and fix. Only reads.
    Without --from, reads the live cluster. An object (deploy/cart, deploy cart
    or cart) or its host, IP or URL limits it to what affects that object,
    ns:shop to a namespace.

    Exit 0 if no finding is at or above --fail-on, 1 if one is or a symptom has
    no known cause, 4 if none is but a needed listing was refused or a hop of a
    request path is unknown. SEVERITY: critical, high, medium, low or advisory.

    \b
    Examples:
      gkedoctor report deploy/cart -n shop --watch
      gkedoctor report --from cluster.json -o text -o md=t.md -o html=r.html
    """
    from gkedoctor.cli.library import library
    from gkedoctor.report.object_argument import namespace_term
    from gkedoctor.service.report import ReportOptions, ReportQuery

    if source is not None:
        refuse_live_flags(click.get_current_context(), ["save", "first_answers"])
    named = (*given["namespaces"], *namespace_term(given["target"]))
    if given.pop("all_namespaces"):
        given["namespaces"] = ()
    first_answers, folders = given.pop("first_answers"), given.pop("folders")
    options, shown = take_options(ReportOptions, given), take_options(OutputOptions, given)
    held, places = settings(take_options(ConfigOptions, given)), outputs(shown)
    worst = fail_on or held.fail_on or Severity.HIGH
    if watch:
        from gkedoctor.cli.report_watch import WatchedReport, watch_report

        watched = WatchedReport(
            options, held, named, source, interval, places, shown, details, (*held.playbooks, *folders)
        )
        return verdict(watch_report(watched, given, {"--save": save, "--baseline": options.baseline}).outcome, worst)
    with paused_garbage_collector(freeze=True), patiently(source):
        playbooks = library([*held.playbooks, *folders])
        query = ReportQuery(options, playbooks, held, limits())
        question = query.part if source is None and save is None else None
        first = _wants_first(first_answers, places)
        made = report_of_live_part(query, question, given, first=first) if question is not None else None
        if made is None:
            taken = take(source, given, Purpose(playbooks, named, query.answer if first else None))
            if save is not None:
                _save(taken.snapshot, save)
            made = query.report(taken.snapshot, live=taken.live, notes=taken.notes)
            if stored_size(taken.snapshot) >= WORTH_A_PART:
                keep_until_exit(taken.snapshot)
    if source is None:
        _remember(made.answer.outcome)
    tell(made.answer.notes)
    write(made.answer, places, shown.color, details=details)
    return verdict(made.answer.outcome, worst, made.answer.known, made.baseline_holes)


def _wants_first(asked: bool | None, places: Sequence[Output]) -> bool:
    """First answers are for people: where a text is read on a terminal, or where they are asked for."""
    if asked is not None:
        return asked
    return sys.stderr.isatty() and sys.stdout.isatty() and Output("text") in places


def _remember(outcome: Outcome) -> None:
    from gkedoctor.cli.last_report import remember

    remember(outcome)


def _save(snapshot: Snapshot, path: Path) -> None:
    from gkedoctor.snapshot import store

    store.write(snapshot, path)
