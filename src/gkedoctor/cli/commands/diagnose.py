"""`gkedoctor diagnose`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gkedoctor.cli.pace import paused_garbage_collector
from gkedoctor.cli.settings import config_options, settings
from gkedoctor.errors import ExitCode, SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gkedoctor.config.model import Rule
    from gkedoctor.diagnose.model import Outcome
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.report.answer import Answer
    from gkedoctor.snapshot.model import Snapshot
    from gkedoctor.tui.app import Source


@click.command()
@click.argument("target", metavar="[KIND/NAME]", required=False)
@click.option(
    "--from", "source", type=click.Path(path_type=Path), metavar="PATH", help="What to read, as for `report`."
)
@click.option("-n", "--namespace", "namespaces", multiple=True, metavar="NAME", help="Only this namespace. Repeatable.")
@click.option(
    "--playbooks", "folders", type=click.Path(path_type=Path), multiple=True, metavar="DIR",
    help="Playbooks besides the shipped ones. Repeatable.",
)  # fmt: skip
@click.option(
    "--theme", metavar="NAME", envvar="GKEDOCTOR_THEME", help="ansi-dark, ansi-light, nord, … (GKEDOCTOR_THEME)."
)
@config_options
def diagnose(
    target: str | None,
    source: Path | None,
    namespaces: tuple[str, ...],
    folders: tuple[Path, ...],
    theme: str | None,
    config: Path | None,
    no_config: bool,
) -> int:
    """Walk through what is wrong on a full screen.

    Off a terminal it prints what `gkedoctor report` prints. No key
    changes the cluster. `?` lists the keys, `q` quits.

    Exits 0, or 2 for a wrong flag, 3 if the source cannot be read.

    \b
    Examples:
      gkedoctor diagnose --from cluster.json
      gkedoctor diagnose deploy/cart -n shop --from cluster.gkesnap
    """
    if source is None:
        raise SourceError(
            "`diagnose` cannot look at a live cluster yet",
            hint="record it with kubectl, as the README says, then: gkedoctor diagnose --from cluster.json",
        )
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        return _plain(target, source, namespaces, folders, config, no_config)
    from gkedoctor.tui.run import run

    held = settings(config, no_config)
    with paused_garbage_collector():
        return run(_source(target, source, namespaces, [*held.playbooks, *folders], held.rules), theme)


def _plain(
    target: str | None,
    source: Path,
    namespaces: tuple[str, ...],
    folders: tuple[Path, ...],
    config: Path | None,
    no_config: bool,
) -> int:
    """The plain report; that something was found is no failure here."""
    from gkedoctor.cli.commands.report import report

    context = click.get_current_context()
    context.invoke(
        report, target=target, source=source, namespaces=namespaces, folders=folders, config=config, no_config=no_config
    )
    return ExitCode.OK


def _source(
    target: str | None, path: Path, namespaces: Sequence[str], folders: Sequence[Path], rules: Sequence[Rule]
) -> Source:
    from gkedoctor.cli.library import library
    from gkedoctor.report.selection import Wanted
    from gkedoctor.report.sift import answer
    from gkedoctor.report.target import parse_target
    from gkedoctor.snapshot.sources import load
    from gkedoctor.tui.app import Source

    wanted = Wanted(target=parse_target(target) if target else None, namespaces=frozenset(namespaces))

    def sift(outcome: Outcome, snapshot: Snapshot) -> Answer:
        return answer(outcome, snapshot, wanted, rules=rules)

    def playbooks() -> list[CompiledPlaybook]:
        return library(folders)

    return Source(str(path), lambda: load(path), playbooks, sift)
