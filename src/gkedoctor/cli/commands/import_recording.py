"""`gkedoctor import`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from gkedoctor.cli.messages import print_message
from gkedoctor.cli.progress import progress
from gkedoctor.cli.size import limits, size_option
from gkedoctor.snapshot.garbage import paused_garbage_collector
from gkedoctor.snapshot.timestamps import parse_timestamp


def moment(text: str) -> datetime:
    """A time with its zone, UTC where it names none."""
    time = parse_timestamp(text)
    if time is None:
        raise click.BadParameter(f"`{text}` is no time; write it like 2026-11-22T12:00:00Z")
    return time


@click.command("import")
@click.argument("source", metavar="SRC", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "to", required=True, type=click.Path(path_type=Path), metavar="FILE.gkesnap|DIR",
    help="Where to write: one file, or a directory to look at and keep in git.",
)  # fmt: skip
@size_option
@click.option("--config-values", is_flag=True, help="Keep the values of ConfigMaps. Those of Secrets never are.")
@click.option("--keep-values", is_flag=True, help="Mask nothing but values of Secrets; every report will say so.")
@click.option("--recorded-at", type=moment, metavar="TIME", help="When it was recorded, if the source does not say.")
def import_recording(
    source: Path, to: Path, config_values: bool, keep_values: bool, recorded_at: datetime | None
) -> None:
    """Turn a recording of any format into a snapshot of gkedoctor's own.

    Reads a `kubectl get -o json` (or YAML) list, a cluster-info dump, a
    support bundle, a must-gather or a directory of them. The values of
    Secrets are left behind; what looks like a credential elsewhere is masked.

    \b
    Examples:
      gkedoctor import cluster.json -o shop.gkesnap
      gkedoctor import dump/ -o shop/ --recorded-at 2026-11-22T12:00:00Z
    """
    from gkedoctor.report.inventory import inventory
    from gkedoctor.snapshot import store
    from gkedoctor.snapshot.sources import load

    with paused_garbage_collector(), progress(f"reading {source} …"):
        snapshot = load(
            source,
            config_values=config_values,
            recorded_at=recorded_at,
            verify=not source.is_dir(),  # a directory is there to be edited; a file that differs is damaged
            keep_values=keep_values,
            limits=limits(),
        )
        store.write(snapshot, to)
    for line in [*inventory(snapshot), f"wrote {to}"]:
        print_message(line)
