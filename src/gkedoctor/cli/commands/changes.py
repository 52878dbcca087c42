"""`gkedoctor changes`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.live import Duration, change_record_options
from gkedoctor.cli.object_words import complete_object, one_object
from gkedoctor.cli.shared_options import json_or_text_option, namespaces_option
from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.cli.stdout import width, write_result
from gkedoctor.errors import ExitCode
from gkedoctor.report.formats import NARROW, WIDE
from gkedoctor.snapshot.garbage import paused_garbage_collector


@click.command(cls=GroupedCommand)
@click.argument("target", metavar="[KIND/NAME]", nargs=-1, callback=one_object, shell_complete=complete_object)
@click.option("--since", type=Duration(), default="24h", metavar="TIME", help="How far back, as in 2h. Default: 24h.")
@json_or_text_option
@namespaces_option
@change_record_options
@source_options
def changes(
    target: str | None, since: float, as_json: bool, namespaces: tuple[str, ...], source: Path | None, **flags: Any
) -> int:
    """List who changed what in a cluster, in the order of time.

    Field managers, revisions of workloads, Events of scaling and creation
    times, as the cluster records them: a client, not a person; and
    operations of Google Cloud (--no-gcp: none). Only --audit-logs names
    people, and objects of the cluster that were deleted. Without --from,
    reads the live cluster of the kubeconfig.

    Exit 0, or 4 if a needed listing was refused.

    \b
    Examples:
      gkedoctor changes --since 2h
      gkedoctor changes deploy/cart -n shop
      gkedoctor changes --audit-logs 2h
      gkedoctor changes --from recording/ --json
    """
    from gkedoctor.cli.library import library
    from gkedoctor.report.recorded_changes import json, text
    from gkedoctor.service.changes import ChangesOptions
    from gkedoctor.service.changes import changes as recorded

    if source is None and flags["gcp"] and flags["operations"] is None:
        flags["operations"] = since
    with paused_garbage_collector(), patiently(source):
        playbooks = library(()) if source is None else ()
        taken = take(source, flags | {"logs": False}, Purpose(playbooks, fallback=namespaces))
        found = recorded(taken.snapshot, ChangesOptions(target=target, namespaces=namespaces, since=since))
    tell([*taken.notes, *(() if as_json else found.notes)])
    if as_json:
        shown = json.render(found.changes, found.begin, found.end, complete=found.complete, notes=found.notes)
    else:
        shown = text.render(found.changes, width(NARROW, WIDE))
    write_result(shown)
    return ExitCode.OK if found.complete else ExitCode.INCOMPLETE
