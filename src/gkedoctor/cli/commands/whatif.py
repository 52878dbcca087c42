"""`gkedoctor whatif`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.exit_codes import NEVER, whatif_verdict
from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.messages import print_notes
from gkedoctor.cli.options import take_options
from gkedoctor.cli.settings import ConfigOptions, config_options, settings
from gkedoctor.cli.shared_options import color_option, json_option, output_file_option, playbooks_option
from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.cli.stdout import wants_colour, width, write_result
from gkedoctor.errors import UsageError
from gkedoctor.playbook.model import Severity
from gkedoctor.report.formats import NARROW, WIDE, Page
from gkedoctor.report.whatif import names, renderer
from gkedoctor.snapshot.garbage import paused_garbage_collector

if TYPE_CHECKING:
    from gkedoctor.service.whatif import WhatIfOptions

_PATH = click.Path(path_type=Path)


@click.command(cls=GroupedCommand)
@click.argument("command", metavar="[-- kubectl …]", nargs=-1, type=click.UNPROCESSED)
@click.option("-f", "--filename", "files", type=_PATH, multiple=True, metavar="PATH",
              help="Manifests to apply: a file, a folder, or - for standard input. Repeatable.")  # fmt: skip
@click.option("-n", "--namespace", default="default", metavar="NAME",
              help="Namespace for manifests that do not set one.")  # fmt: skip
@click.option("-o", "--output", "form", type=Choice(names()), default="text", help=f"{', '.join(names())}.")
@json_option
@click.option("--details", is_flag=True, help="Show which steps of controllers were assumed, and where they are "
              "documented.")  # fmt: skip
@click.option(
    "--fail-on",
    type=Choice([*map(str, Severity), NEVER]),
    default=Severity.LOW.value,
    help="Exit 1 if a new finding is at or above this severity. Default: low.",
)
@playbooks_option
@config_options
@source_options
@output_file_option
@color_option
def whatif(source: Path | None, folders: tuple[Path, ...], fail_on: str, **given: Any) -> int:
    """Show what a change would fix and break, without making it.

    The change is laid over the live cluster, or over a recording (--from),
    in memory. The next steps of controllers, scheduler and kubelet are
    simulated by documented rules, and the result is diagnosed as by
    `report`. Nothing is ever written to the cluster.

    The change is a set of manifests (-f), a kubectl command after --, or
    both. Verbs: patch, set, scale, autoscale, annotate, label, taint,
    cordon, uncordon, drain, create, apply, replace, expose, delete,
    rollout.

    Exit 0 if no finding is new, 1 if one is, 2 if the change would be
    refused, 3 if a file or the source cannot be read, 4 if no finding is
    new and not everything could be checked.

    \b
    Examples:
      gkedoctor whatif -f production/
      gkedoctor whatif -f shop.yaml -n shop -o json
      gkedoctor whatif -- kubectl -n shop scale deploy/web --replicas=0
      gkedoctor whatif --from before.gkesnap -- kubectl uncordon node-1
    """
    from gkedoctor.cli.library import library
    from gkedoctor.service import whatif as service

    form, as_json, details, output_file, color = (
        given.pop(name) for name in ("form", "as_json", "details", "output_file", "color")
    )
    options = take_options(service.WhatIfOptions, given)
    held = settings(take_options(ConfigOptions, given))
    _check(options)
    changes = service.changes(options, sys.stdin.buffer)
    playbooks = library([*held.playbooks, *folders])
    with paused_garbage_collector(freeze=True), patiently(source):
        taken = take(source, given, Purpose(playbooks))
        found = service.what_if(taken.snapshot, changes, playbooks, held.rules)
    tell(taken.notes)
    print_notes(found.notes)
    to_terminal = output_file is None
    colour = (to_terminal or color != "auto") and wants_colour(color, os.environ)
    page = Page(width(NARROW, WIDE) if to_terminal else NARROW, colour)
    text = renderer("json" if as_json else form).render(found, page, details=details)
    write_result(text, output_file, colour=page.colour)
    return whatif_verdict(found, fail_on)


def _check(options: WhatIfOptions) -> None:
    if not options.files and not options.command:
        raise UsageError(
            "no change was given",
            hint="gkedoctor whatif -f change.yaml, or gkedoctor whatif -- kubectl scale deploy/web --replicas=3",
        )
