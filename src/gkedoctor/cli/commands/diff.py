"""`gkedoctor diff`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.examples import RecordingPath
from gkedoctor.cli.exit_codes import NEVER, news_verdict
from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.messages import print_notes
from gkedoctor.cli.options import take_options
from gkedoctor.cli.progress import progress
from gkedoctor.cli.settings import ConfigOptions, config_options, settings
from gkedoctor.cli.shared_options import color_option, json_option, output_file_option, playbooks_option
from gkedoctor.cli.size import limits, size_option
from gkedoctor.cli.stdout import wants_colour, width, write_result
from gkedoctor.playbook.model import Severity
from gkedoctor.report.diff import names, renderer
from gkedoctor.report.formats import NARROW, WIDE, Page
from gkedoctor.snapshot.garbage import paused_garbage_collector

_PATH = click.Path(path_type=Path)


@click.command(cls=GroupedCommand)
@click.argument("before", metavar="BEFORE", type=RecordingPath())
@click.argument("after", metavar="AFTER", type=RecordingPath())
@click.option("-o", "--output", "form", type=Choice(names()), default="text", help=f"{', '.join(names())}.")
@json_option
@click.option(
    "--fail-on",
    type=Choice([*map(str, Severity), NEVER]),
    default=Severity.LOW.value,
    metavar="SEVERITY",
    help="Exit 1 if a new finding is at or above. Default: low.",
)
@playbooks_option
@size_option
@config_options
@output_file_option
@color_option
def diff(before: Path, after: Path, fail_on: str, folders: tuple[Path, ...], **given: Any) -> int:
    """Compare two recordings: what is new, what is fixed, and which change caused it.

    BEFORE and AFTER are recordings of any format or saved JSON reports.
    Changes of objects are found if both are recordings.

    Exit 0 if nothing is new, 1 if something is, 4 if nothing new was found
    but AFTER covers less than BEFORE.

    \b
    Examples:
      gkedoctor diff yesterday.gkesnap today.gkesnap
      gkedoctor diff main.json recording/ -o md --output-file comment.md
    """
    from gkedoctor.cli.library import library
    from gkedoctor.service.comparison import compare_recordings

    form, as_json, output_file, color = (given.pop(name) for name in ("form", "as_json", "output_file", "color"))
    held = settings(take_options(ConfigOptions, given))
    with paused_garbage_collector(freeze=True), progress(f"comparing {before} with {after} …"):
        found = compare_recordings(before, after, library([*held.playbooks, *folders]), held.rules, limits())
    print_notes(found.notes)
    to_terminal = output_file is None
    colour = (to_terminal or color != "auto") and wants_colour(color, os.environ)
    page = Page(width(NARROW, WIDE) if to_terminal else NARROW, colour)
    write_result(renderer("json" if as_json else form).render(found, page), output_file, colour=page.colour)
    return news_verdict(found, fail_on)
