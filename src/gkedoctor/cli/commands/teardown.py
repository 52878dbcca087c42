"""`gkedoctor teardown`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.shared_options import json_or_text_option
from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import ExitCode
from gkedoctor.snapshot.garbage import paused_garbage_collector


@click.command(cls=GroupedCommand)
@json_or_text_option
@source_options
def teardown(as_json: bool, source: Path | None, **flags: Any) -> int:
    """List what deleting this cluster now would leave on Google Cloud.

    Prints what to delete first, in the right order, with commands to review
    and paste. gkedoctor itself deletes nothing. Without --from, reads the
    live cluster of the kubeconfig.

    Exit 0 if nothing would be left, 1 if something would, 4 if nothing was
    found but not everything could be checked.

    \b
    Examples:
      gkedoctor teardown --context gke_acme_europe-west1_old
      gkedoctor teardown --from cluster.json
    """
    from gkedoctor.report.teardown import json, text
    from gkedoctor.service.teardown import teardown_plan

    with paused_garbage_collector(freeze=True), patiently(source):
        taken = take(source, flags | {"logs": False}, Purpose(alone=True))
        plan = teardown_plan(taken.snapshot)
    tell(taken.notes)
    write_result((json if as_json else text).render(plan))
    if plan.stages:
        return ExitCode.FOUND
    return ExitCode.INCOMPLETE if plan.not_checked else ExitCode.OK
