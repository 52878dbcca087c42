"""`gkedoctor report`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace as replace_field

from gkedoctor.cli.choice import Choice
from gkedoctor.cli.live import beside_options, refuse_live_flags
from gkedoctor.cli.outputs import Output, OutputType, outputs, write
from gkedoctor.cli.settings import config_options, settings
from gkedoctor.cli.source import Purpose, Taken, patiently, source_options, take, tell
from gkedoctor.cli.verdict import NEVER, verdict
from gkedoctor.playbook.model import Severity
from gkedoctor.report.formats import names
from gkedoctor.snapshot.garbage import paused_garbage_collector

if TYPE_CHECKING:
    from gkedoctor.compare.side import Side
    from gkedoctor.config.model import Rule
    from gkedoctor.playbook.library import Library
    from gkedoctor.report.answer import Answer
    from gkedoctor.report.selection import Wanted
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
def report(
    target: str | None,
    source: Path | None,
    save: Path | None,
    wanted_outputs: tuple[Output, ...],
    as_json: bool,
    namespaces: tuple[str, ...],
    all_namespaces: bool,
    selector: str | None,
    min_severity: str | None,
    fail_on: str | None,
    folders: tuple[Path, ...],
    baseline: Path | None,
    show_suppressed: bool,
    first_answers: bool | None,
    config: Path | None,
    no_config: bool,
    output_file: Path | None,
    color: str,
    **flags: Any,
) -> int:
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
    if source is not None:
        refuse_live_flags(click.get_current_context(), ["save", "first_answers"])
    held = settings(config, no_config)
    severity = min_severity or held.min_severity or Severity.ADVISORY
    wanted = _wanted(target, () if all_namespaces else namespaces, selector, severity)
    places = outputs(wanted_outputs, as_json, output_file)
    with paused_garbage_collector(), patiently(source):
        playbooks = _library([*held.playbooks, *folders])
        look = partial(_look, playbooks, wanted, held.rules, show_suppressed)
        first = look if _wants_first(first_answers, places) else None
        taken = take(source, flags, Purpose(playbooks, namespaces, first))
        if save is not None:
            _save(taken.snapshot, save)
        known = _baseline(baseline, playbooks, held.rules) if baseline is not None else None
        answer = _told_how(look(taken.snapshot, known), taken, playbooks)
    tell(answer.notes)
    write(answer, places, color)
    holes = known.holes if known is not None else frozenset()
    return verdict(answer.outcome, fail_on or held.fail_on or Severity.HIGH, answer.known, holes)


def _wanted(target: str | None, namespaces: Sequence[str], selector: str | None, min_severity: str) -> Wanted:
    from gkedoctor.graph.core.selector_syntax import parse_label_selector
    from gkedoctor.report.selection import Wanted
    from gkedoctor.report.target import parse_target

    return Wanted(
        target=parse_target(target) if target else None,
        namespaces=frozenset(namespaces),
        labels=parse_label_selector(selector) if selector else (),
        min_severity=Severity(min_severity),
    )


def _wants_first(asked: bool | None, places: Sequence[Output]) -> bool:
    """First answers are for people: where a text is read on a terminal, or where they are asked for."""
    if asked is not None:
        return asked
    return sys.stderr.isatty() and Output("text") in places


def _library(folders: Sequence[Path]) -> Library:
    from gkedoctor.cli.library import library

    return library(folders)


def _save(snapshot: Snapshot, path: Path) -> None:
    from gkedoctor.snapshot import store

    store.write(snapshot, path)


def _look(
    playbooks: Library,
    wanted: Wanted,
    rules: Sequence[Rule],
    show_suppressed: bool,
    snapshot: Snapshot,
    baseline: Side | None = None,
) -> Answer:
    """What was asked for, out of all that is found."""
    from gkedoctor.diagnose.engine import diagnose
    from gkedoctor.report.part import answer_of_part
    from gkedoctor.report.sift import answer

    if not rules and baseline is None:
        found = answer_of_part(snapshot, playbooks, wanted, show_suppressed=show_suppressed)
        if found is not None:
            return found
    outcome = diagnose(snapshot, playbooks)
    return answer(outcome, snapshot, wanted, playbooks, rules=rules, baseline=baseline, show_suppressed=show_suppressed)


def _told_how(found: Answer, taken: Taken, playbooks: Library) -> Answer:
    """The answer with what is to be said of how the snapshot was taken, and with the playbooks' titles."""
    titles = {playbook.id: playbook.model.title for playbook in playbooks}
    outcome = replace_field(found.outcome, live=taken.live)
    return replace(found, outcome=outcome, playbooks=titles, notes=(*taken.notes, *found.notes))


def _baseline(path: Path, playbooks: Library, rules: Sequence[Rule]) -> Side:
    from gkedoctor.cli.sides import side

    return side(path, playbooks, rules)[0]
