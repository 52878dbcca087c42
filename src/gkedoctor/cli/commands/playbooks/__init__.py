"""`gkedoctor playbooks`."""

from __future__ import annotations

import click

from gkedoctor.cli.lazy_group import Entry, LazyGroup

_HERE = "gkedoctor.cli.commands.playbooks"
_COMMANDS = {
    "list": Entry(f"{_HERE}.list:list_playbooks", "List the playbooks."),
    "show": Entry(f"{_HERE}.show:show", "Show one playbook."),
    "lint": Entry(f"{_HERE}.lint:lint", "Check playbooks and messages for mistakes."),
    "edges": Entry(f"{_HERE}.edges:edges", "List the edges and functions that playbooks may use."),
    "new": Entry(f"{_HERE}.new:new", "Write a playbook, its tests and its cause."),
    "test": Entry(f"{_HERE}.test:test", "Run the cases beside playbooks."),
}


@click.group(cls=LazyGroup, entries=_COMMANDS)
def playbooks() -> None:
    """List, show, lint and test playbooks.

    \b
    Examples:
      gkedoctor playbooks show GKE-CFG-001
      gkedoctor playbooks lint my-playbooks/
    """
