"""`gkedoctor diagnose`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.examples import RecordingPath
from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.live import Duration, live_options, parse_options, refuse_live_flags
from gkedoctor.cli.object_words import complete_object, one_object
from gkedoctor.cli.options import take_options
from gkedoctor.cli.progress import at_once
from gkedoctor.cli.settings import ConfigOptions, config_options, settings
from gkedoctor.cli.shared_options import namespaces_option, playbooks_option
from gkedoctor.cli.size import size_option
from gkedoctor.cli.theme import ThemeName
from gkedoctor.errors import ExitCode


def _themes() -> list[str]:
    from gkedoctor.tui.themes import theme_names

    return theme_names()


@click.command(cls=GroupedCommand)
@click.argument("target", metavar="[KIND/NAME|ns:NAME]", nargs=-1, callback=one_object, shell_complete=complete_object)
@click.option(
    "--from", "source", type=RecordingPath(), metavar="PATH",
    help="Recording to read (or example:NAME), not a cluster.",
)  # fmt: skip
@namespaces_option
@playbooks_option
@click.option("-w", "--watch", is_flag=True, help="Follow the cluster, and mark what is new, changed and fixed.")
@click.option(
    "--interval",
    type=Duration(),
    default="30s",
    metavar="TIME",
    help="With --watch: interval for what cannot be watched, as Google Cloud. Default: 30s.",
)
@click.option("--theme", metavar="NAME", envvar="GKEDOCTOR_THEME", type=ThemeName(_themes),
              help="Colors: textual-dark, textual-light, … (GKEDOCTOR_THEME).")  # fmt: skip
@config_options
@size_option
@live_options
def diagnose(source: Path | None, watch: bool, interval: float, theme: str | None, **given: Any) -> int:
    """Browse problems interactively on a full screen. Only reads.

    Without --from, reads the live cluster of the kubeconfig. Without a
    terminal, prints the text of `gkedoctor report`. No key changes the
    cluster. Press ? for the keys, q to quit.

    Exit 0, 2 for a wrong flag, or 3 if the source cannot be read.

    \b
    Examples:
      gkedoctor diagnose -n shop --watch
      gkedoctor diagnose deploy/cart -n shop --from cluster.json
    """
    from gkedoctor.report.object_argument import parse_target
    from gkedoctor.service.report import ReportOptions

    if given["target"] and "/" in given["target"]:
        parse_target(given["target"])
    names = ("target", "namespaces", "folders", "config", "no_config")
    flags = {name: value for name, value in given.items() if name not in names}
    if source is not None:
        refuse_live_flags(click.get_current_context(), [*flags])
    streams = (sys.stdin, sys.stdout, sys.stderr)  # Textual draws on standard error
    if not all(stream.isatty() for stream in streams) or os.environ.get("TERM") == "dumb":
        return _plain({"source": source, **given})
    with at_once(f"gkedoctor: reading {source.name if source is not None else 'the cluster'} …"):
        from gkedoctor.cli.screen_sources import ScreenQuery, cluster_source, recording_source
        from gkedoctor.tui.run import run

    held = settings(take_options(ConfigOptions, given))
    options = ReportOptions(target=given["target"], namespaces=given["namespaces"])
    query = ScreenQuery(options, (*held.playbooks, *given["folders"]), held.rules)
    every = interval if watch else None
    if source is not None:
        return run(recording_source(source, query, every), theme)
    return run(cluster_source(parse_options(flags, screen=True), query, every), theme)


def _plain(given: dict[str, Any]) -> int:
    """The plain report; that something was found is no failure here."""
    from gkedoctor.cli.commands.report import report

    code = click.get_current_context().invoke(report, **given)
    return ExitCode.OK if code in (ExitCode.FOUND, ExitCode.INCOMPLETE) else code
