"""`gkedoctor playbooks list`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.shared_options import playbooks_option
from gkedoctor.cli.stdout import write_result

if TYPE_CHECKING:
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.playbook.library import Library

SCHEMA_ID = "gkedoctor/playbooks/v1"


@click.command("list")
@click.option(
    "-o",
    "--output",
    "form",
    type=Choice(["text", "json"]),
    default="text",
    help="Output format: text (default) or json.",
)
@playbooks_option
def list_playbooks(form: str, folders: tuple[Path, ...]) -> None:
    """List the playbooks, one per line.

    \b
    Examples:
      gkedoctor playbooks list
      gkedoctor playbooks list -o json --playbooks my-playbooks/
    """
    from gkedoctor.cli.library import library

    found = library(folders)
    write_result(_json(found) if form == "json" else _text(found))


def _text(found: Library) -> str:
    id_width = max((len(p.id) for p in found), default=0)
    subject_width = max((len(p.kinds[0]) for p in found), default=0)
    return "".join(f"{p.id:<{id_width}}  {p.kinds[0]:<{subject_width}}  {p.model.title}\n" for p in found)


def _json(found: Library) -> str:
    from gkedoctor.report.formats.json import encoded

    return encoded({"schema": SCHEMA_ID, "playbooks": [_entry(p) for p in found]}) + "\n"


def _entry(playbook: CompiledPlaybook) -> dict[str, object]:
    model = playbook.model
    return {
        "id": model.id,
        "title": model.title,
        "subject": model.kinds[0],
        "severity": model.severity,
        "status": model.maturity,
        "maturity": model.maturity,
        "tags": model.tags,
        "causes": [cause.cause for cause in model.causes],
        "path": playbook.path,
    }
