"""`gkedoctor playbooks show`."""

from __future__ import annotations

from pathlib import Path

import click

from gkedoctor.cli.commands.explain import explain, known_words
from gkedoctor.cli.shared_options import playbooks_option
from gkedoctor.cli.stdout import width, write_result
from gkedoctor.errors import UsageError


@click.command()
@click.argument("wanted", metavar="ID|CAUSE", shell_complete=known_words)
@playbooks_option
def show(wanted: str, folders: tuple[Path, ...]) -> None:
    """Show one playbook: its symptom, its causes, and how to tell them apart.

    \b
    Examples:
      gkedoctor playbooks show GKE-CFG-001
      gkedoctor playbooks show gke-svc-001
    """
    from gkedoctor.cli.library import library
    from gkedoctor.graph import nearest
    from gkedoctor.report.formats import NARROW, WIDE
    from gkedoctor.report.playbook_page import playbook_page

    known = library(folders)
    found = known.find(wanted)
    if found is None and wanted.lower() in known.causes:
        click.get_current_context().invoke(
            explain, words=(wanted,), folders=folders, form="text", everything=False, color="auto"
        )
        return
    if found is None:
        near = nearest(wanted.upper(), [playbook.id for playbook in known])
        hint = f"did you mean `{near}`?" if near else "run `gkedoctor playbooks list` for the list"
        if not folders:
            hint += " (add --playbooks DIR for your own playbooks)"
        raise UsageError(f"unknown playbook `{wanted}`", hint=hint)
    write_result(playbook_page(found.model, width(NARROW, WIDE)))
