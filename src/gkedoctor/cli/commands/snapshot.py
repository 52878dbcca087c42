"""`gkedoctor snapshot`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.live import live_options, parse_options, read_live
from gkedoctor.cli.messages import print_message, print_note
from gkedoctor.cli.settings import ConfigOptions, settings
from gkedoctor.errors import ExitCode, UsageError
from gkedoctor.snapshot.garbage import paused_garbage_collector


@click.command(cls=GroupedCommand)
@click.option(
    "-o", "--output", "to", required=True, type=click.Path(path_type=Path), metavar="FILE.gkesnap|DIR",
    help="File or directory to write.",
)  # fmt: skip
@click.option(
    "-n", "--namespace", "namespaces", multiple=True, metavar="NAME", help="Limit to this namespace. Repeatable."
)
@click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces (default; overrides -n).")
@click.option("--keep-values", is_flag=True, help="Mask only values of Secrets; reports will say so.")
@click.option(
    "--pseudonymize/--no-pseudonymize",
    default=None,
    help="Replace people by user-1, user-2, …. Default: pseudonymize in .gkedoctor.yaml.",
)
@live_options
def snapshot(
    to: Path,
    namespaces: tuple[str, ...],
    all_namespaces: bool,
    keep_values: bool,
    pseudonymize: bool | None,
    **flags: Any,
) -> int:
    """Record the live cluster, Kubernetes and Google Cloud, to diagnose it later or elsewhere.

    Only reads. Values of Secrets and ConfigMaps are not recorded; anything
    else that resembles a credential is masked.

    \b
    Examples:
      gkedoctor snapshot -o shop.gkesnap
      gkedoctor snapshot -o shop.gkesnap -n shop --no-gcp --no-logs
      gkedoctor snapshot -o shop.gkesnap --audit-logs 2h --pseudonymize
    """
    from gkedoctor.cli.library import library
    from gkedoctor.report.inventory import inventory
    from gkedoctor.snapshot import store
    from gkedoctor.snapshot.pseudonyms import pseudonymized

    if not to.parent.is_dir():
        raise UsageError(f"cannot write {to}: there is no folder {to.parent}", hint=f"mkdir -p {to.parent}")
    is_sent_on = settings(ConfigOptions()).pseudonymize if pseudonymize is None else pseudonymize
    with paused_garbage_collector():
        only = () if all_namespaces else namespaces
        recorded = read_live(parse_options(flags).request(library(()), only=only, packed=True), keep_values=keep_values)
        store.write(pseudonymized(recorded.snapshot) if is_sent_on else recorded.snapshot, to)
    for line in [*inventory(recorded.snapshot), f"wrote {to}"]:
        print_message(line)
    if recorded.unreached:
        print_note(f"{recorded.unreached}; Google Cloud alone was recorded")
    if recorded.interrupted:
        print_note("interrupted: this snapshot is partial")
        return ExitCode.INTERRUPTED
    return ExitCode.INCOMPLETE if recorded.unreached else ExitCode.OK
