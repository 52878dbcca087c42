"""`gkedoctor playbooks edges`."""

from __future__ import annotations

import click


@click.command()
@click.argument("kind", required=False)
def edges(kind: str | None) -> None:
    """List the edges that playbooks may follow, and the functions they may call.

    \b
    Examples:
      gkedoctor playbooks edges
      gkedoctor playbooks edges Pod
    """
    from gkedoctor.graph import EDGES
    from gkedoctor.playbook.functions import documented

    found = sorted(edge for edge in EDGES.values() if kind is None or edge.source in (kind, "*"))
    width = max(len(f"{edge.source} {edge.name}") for edge in found)
    for edge in found:
        click.echo(f"{f'{edge.source} {edge.name}':{width}}  {edge.about}")
    if kind is None:
        click.echo("\n" + "\n".join(documented()))
