"""`gkedoctor report`."""

from __future__ import annotations

from pathlib import Path

import click

from gkedoctor.errors import ExitCode, UsageError


@click.command()
@click.option("--from", "source", type=click.Path(path_type=Path), metavar="PATH", help="The recording to read.")
@click.option("-o", "--output", "form", default="text", help="The format.")
@click.option("--json", "as_json", is_flag=True, help="Short for `-o json`.")
def report(source: Path | None, form: str, as_json: bool) -> int:
    """Say what is wrong in a recorded cluster, and why.

    \b
    Examples:
      gkedoctor report --from cluster.json
      gkedoctor report --from cluster.json --json
    """
    from gkedoctor import shipped
    from gkedoctor.cli.output import write_result
    from gkedoctor.cli.pace import paused_garbage_collector
    from gkedoctor.diagnose.engine import diagnose
    from gkedoctor.playbook.loader import load_playbooks
    from gkedoctor.report.formats import Page, renderer
    from gkedoctor.snapshot.sources import load

    if source is None:
        raise UsageError("no --from PATH")
    with paused_garbage_collector():
        outcome = diagnose(load(source), load_playbooks([shipped.playbooks()], check=False))
    write_result(renderer("json" if as_json else form).render(outcome, Page()))
    return ExitCode.OK
