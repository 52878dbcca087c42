"""`gkedoctor playbooks edges`."""

from __future__ import annotations

import click

from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import UsageError


@click.command()
@click.argument("kind", required=False)
def edges(kind: str | None) -> None:
    """List the edges, candidate indexes and functions that playbooks may use.

    \b
    Examples:
      gkedoctor playbooks edges
      gkedoctor playbooks edges Pod
    """
    from gkedoctor.graph import CANDIDATE_INDEXES, EDGES, nearest
    from gkedoctor.playbook.functions import documented

    kinds = sorted({edge.source for edge in EDGES.values()})
    if kind is not None and kind not in kinds:
        near = nearest(kind, kinds)
        raise UsageError(f"no edge starts at `{kind}`", hint=f"did you mean `{near}`?" if near else ", ".join(kinds))
    found = sorted(edge for edge in EDGES.values() if kind is None or edge.source in (kind, "*"))
    width = max(len(f"{edge.source} {edge.name}") for edge in found)
    lines = [f"{f'{edge.source} {edge.name}':{width}}  {edge.about}" for edge in found]
    named = sorted(one for one in CANDIDATE_INDEXES.values() if kind in (None, one.source))
    if named:
        lines += ["", "suspects", *(f"{f'{one.source} {one.name}':{width}}  {one.about}" for one in named)]
    if kind is None:
        lines += ["", *documented()]
    write_result("".join(f"{line}\n" for line in lines))
