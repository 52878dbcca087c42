"""`gkedoctor path`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gkedoctor.cli.output import width, write_result
from gkedoctor.cli.pace import paused_garbage_collector, progress
from gkedoctor.errors import ExitCode, UsageError
from gkedoctor.report.formats import NARROW, WIDE

if TYPE_CHECKING:
    from gkedoctor.report.request import Way


@click.command()
@click.argument("entrance", metavar="KIND/NAME|HOST|IP")
@click.option(
    "--from", "source", type=click.Path(path_type=Path), metavar="PATH", help="What to read, as for `report`."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def path(entrance: str, source: Path | None, as_json: bool) -> int:
    """Show the way of a request, hop by hop, from the load balancer to the Pods.

    Begins at an Ingress, a Gateway or a Service (KIND/NAMESPACE/NAME), at
    a host or at an IP address. Each hop is OK, FAIL or unknown, with the
    one fact that decides.

    Exits 0 if every hop is OK, 1 if one fails, 4 if none fails and one is
    not known.

    \b
    Examples:
      gkedoctor path Ingress/shop/storefront --from recording/
      gkedoctor path shop.example.com --from recording/ --json
    """
    from gkedoctor.report.formats.json import encoded
    from gkedoctor.report.path_text import path_lines
    from gkedoctor.report.request import to_wire

    if source is None:
        raise UsageError("`path` needs --from PATH", hint="a recording, as for `gkedoctor report`")
    with paused_garbage_collector(), progress(f"reading {source} …"):
        found = _way(entrance, source)
    for note in found.notes:
        click.echo(f"gkedoctor: note: {note}", err=True)
    text = encoded(to_wire(found)) if as_json else "\n".join(path_lines(found.hops, width(NARROW, WIDE)))
    write_result(text + "\n" if text else "")
    return {"OK": ExitCode.OK, "FAIL": ExitCode.FOUND}.get(found.state, ExitCode.INCOMPLETE)


def _way(entrance: str, source: Path) -> Way:
    from gkedoctor.report.request import way
    from gkedoctor.snapshot.sources import load

    return way(entrance, load(source))
