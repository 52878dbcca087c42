"""`gkedoctor diagnose`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gkedoctor.cli.live import Duration, live_options, parse_options, refuse_live_flags
from gkedoctor.cli.settings import config_options, settings
from gkedoctor.errors import ExitCode, SourceError

if TYPE_CHECKING:
    from gkedoctor.config.model import Rule
    from gkedoctor.diagnose.model import Outcome
    from gkedoctor.live.options import LiveOptions
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.playbook.library import Library
    from gkedoctor.report.answer import Answer
    from gkedoctor.report.selection import Wanted
    from gkedoctor.snapshot.model import Snapshot
    from gkedoctor.tui.source import Source, Taken, Watch


@click.command()
@click.argument("target", metavar="[KIND/NAME]", required=False)
@click.option(
    "--from", "source", type=click.Path(path_type=Path), metavar="PATH",
    help="What to read instead of a live cluster, as for `report`.",
)  # fmt: skip
@click.option("-n", "--namespace", "namespaces", multiple=True, metavar="NAME", help="Only this namespace. Repeatable.")
@click.option(
    "--playbooks", "folders", type=click.Path(path_type=Path), multiple=True, metavar="DIR",
    help="Playbooks besides the shipped ones. Repeatable.",
)  # fmt: skip
@click.option("-w", "--watch", is_flag=True, help="Read again and again, and mark what is new, gone and changed.")
@click.option("--interval", type=Duration(), default="30s", metavar="TIME", help="Between two readings (default 30s).")
@click.option("--theme", metavar="NAME", envvar="GKEDOCTOR_THEME", help="ansi-dark, textual-light … (GKEDOCTOR_THEME)")
@config_options
@live_options
def diagnose(
    target: str | None,
    source: Path | None,
    namespaces: tuple[str, ...],
    folders: tuple[Path, ...],
    watch: bool,
    interval: float,
    theme: str | None,
    config: Path | None,
    no_config: bool,
    **flags: Any,
) -> int:
    """Walk through what is wrong on a full screen. Only reads.

    Without --from, the live cluster of the kubeconfig is looked at. Off a
    terminal it prints what `gkedoctor report` prints. No key changes the
    cluster. `?` lists the keys, `q` quits.

    Exits 0, or 2 for a wrong flag, 3 if the source cannot be read.

    \b
    Examples:
      gkedoctor diagnose -n shop --watch
      gkedoctor diagnose deploy/cart -n shop --from cluster.json
    """
    if source is not None:
        refuse_live_flags(click.get_current_context(), [*flags])
    wanted = _wanted(target, namespaces)
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        given = {"target": target, "source": source, "namespaces": namespaces, "folders": folders}
        return _plain({**given, "config": config, "no_config": no_config, **flags})
    from gkedoctor.tui.run import run

    held = settings(config, no_config)
    further = (*held.playbooks, *folders)
    every = interval if watch else None
    if source is not None:
        made = _recording(source, wanted, further, held.rules, every)
    else:
        made = _cluster(parse_options(flags), namespaces, wanted, further, held.rules, every)
    return run(made, theme)


def _plain(given: dict[str, Any]) -> int:
    """The plain report; that something was found is no failure here."""
    from gkedoctor.cli.commands.report import report

    code = click.get_current_context().invoke(report, **given)
    return ExitCode.OK if code in (ExitCode.FOUND, ExitCode.INCOMPLETE) else code


def _wanted(target: str | None, namespaces: Sequence[str]) -> Wanted:
    from gkedoctor.report.selection import Wanted
    from gkedoctor.report.target import parse_target

    return Wanted(target=parse_target(target) if target else None, namespaces=frozenset(namespaces))


def _recording(
    path: Path, wanted: Wanted, folders: Sequence[Path], rules: Sequence[Rule], interval: float | None
) -> Source:
    from gkedoctor.snapshot.sources import load
    from gkedoctor.tui.source import Source, Taken

    if not path.exists():
        raise SourceError(f"{path} does not exist")

    def take(_: Sequence[CompiledPlaybook], __: Watch) -> Taken:
        return Taken(load(path))

    return Source(
        str(path), take, lambda: _library(tuple(folders)), _sift(wanted, rules, tuple(folders)), interval=interval
    )


def _cluster(
    live: LiveOptions,
    namespaces: Sequence[str],
    wanted: Wanted,
    folders: Sequence[Path],
    rules: Sequence[Rule],
    interval: float | None,
) -> Source:
    from gkedoctor.cli.live_source import Gathering
    from gkedoctor.tui.source import Source

    gathering = Gathering(live, namespaces)
    return Source(
        live.context or "the cluster of the kubeconfig", gathering.load, lambda: _library(tuple(folders)),
        _sift(wanted, rules, tuple(folders)), live=True, so_far=gathering.so_far, interval=interval,
    )  # fmt: skip


@cache
def _library(folders: tuple[Path, ...]) -> Library:
    """Read once, however often the cluster is."""
    from gkedoctor.cli.library import library

    return library(folders)


def _sift(wanted: Wanted, rules: Sequence[Rule], folders: tuple[Path, ...]) -> Any:
    from gkedoctor.report.sift import answer

    def sift(outcome: Outcome, snapshot: Snapshot) -> Answer:
        return answer(outcome, snapshot, wanted, _library(folders), rules=rules)

    return sift
