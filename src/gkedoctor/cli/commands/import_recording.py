"""`gkedoctor import`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from gkedoctor.cli.examples import RecordingPath
from gkedoctor.cli.messages import print_message
from gkedoctor.cli.progress import progress
from gkedoctor.cli.size import limits, size_option
from gkedoctor.snapshot.garbage import paused_garbage_collector
from gkedoctor.snapshot.timestamps import parse_timestamp


def moment(text: str) -> datetime:
    """A time with its zone, UTC where it names none."""
    time = parse_timestamp(text)
    if time is None:
        raise click.BadParameter(f"`{text}` is not a time; write it like 2026-11-22T12:00:00Z")
    return time


@click.command("import")
@click.argument("source", metavar="SRC", type=RecordingPath())
@click.option(
    "-o", "--output", "to", required=True, type=click.Path(path_type=Path), metavar="FILE.gkesnap|DIR",
    help="File or directory to write.",
)  # fmt: skip
@size_option
@click.option("--config-values", is_flag=True, help="Keep values of ConfigMaps. Values of Secrets are never kept.")
@click.option("--keep-values", is_flag=True, help="Mask only values of Secrets; reports will say so.")
@click.option(
    "--recorded-at", type=moment, metavar="TIME", help="Time of the recording, if the source does not contain it."
)
@click.option("--pseudonymize", is_flag=True, help="Replace people by user-1, user-2, …. Default: keep them.")
def import_recording(
    source: Path, to: Path, config_values: bool, keep_values: bool, recorded_at: datetime | None, pseudonymize: bool
) -> None:
    """Convert a recording of any format into a gkedoctor snapshot.

    Reads a `kubectl get -o json` (or YAML) list, a cluster-info dump, a
    support bundle, a must-gather or a directory of them. Values of Secrets are
    removed; anything else that resembles a credential is masked.

    \b
    Examples:
      gkedoctor import cluster.json -o shop.gkesnap
      gkedoctor import dump/ -o shop/ --recorded-at 2026-11-22T12:00:00Z
    """
    from gkedoctor.report.inventory import summary
    from gkedoctor.snapshot import store
    from gkedoctor.snapshot.pseudonyms import pseudonymized
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
        store.write(pseudonymized(snapshot) if pseudonymize else snapshot, to)
    for line in [*summary(snapshot), f"wrote {to}"]:
        print_message(line)
