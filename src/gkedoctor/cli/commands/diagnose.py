"""`gkedoctor diagnose`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.live import Duration, live_options, parse_options, refuse_live_flags
from gkedoctor.cli.options import take_options
from gkedoctor.cli.settings import ConfigOptions, config_options, settings
from gkedoctor.cli.size import size_option
from gkedoctor.errors import ExitCode


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
@size_option
@live_options
def diagnose(source: Path | None, watch: bool, interval: float, theme: str | None, **given: Any) -> int:
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
    from gkedoctor.report.object_argument import parse_target
    from gkedoctor.service.report import ReportOptions

    if given["target"]:
        parse_target(given["target"])
    names = ("target", "namespaces", "folders", "config", "no_config")
    flags = {name: value for name, value in given.items() if name not in names}
    if source is not None:
        refuse_live_flags(click.get_current_context(), [*flags])
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        return _plain({"source": source, **given})
    from gkedoctor.cli.screen_sources import ScreenQuery, cluster_source, recording_source
    from gkedoctor.tui.run import run

    held = settings(take_options(ConfigOptions, given))
    options = ReportOptions(target=given["target"], namespaces=given["namespaces"])
    query = ScreenQuery(options, (*held.playbooks, *given["folders"]), held.rules)
    every = interval if watch else None
    if source is not None:
        return run(recording_source(source, query, every), theme)
    return run(cluster_source(parse_options(flags), query, every), theme)


def _plain(given: dict[str, Any]) -> int:
    """The plain report; that something was found is no failure here."""
    from gkedoctor.cli.commands.report import report

    code = click.get_current_context().invoke(report, **given)
    return ExitCode.OK if code in (ExitCode.FOUND, ExitCode.INCOMPLETE) else code
