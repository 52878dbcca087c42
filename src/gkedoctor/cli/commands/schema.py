"""`gkedoctor schema`."""

from __future__ import annotations

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.stdout import write_result

_NAMES = [
    "report",
    "playbook",
    "causes",
    "messages",
    "diff",
    "changes",
    "fleet",
    "teardown",
    "verify",
    "whatif",
    "history",
    "change",
    "config",
]


@click.command()
@click.argument("name", type=Choice(_NAMES), metavar="|".join(_NAMES))
def schema(name: str) -> None:
    """Print the JSON Schema of reports, playbooks, causes, messages, comparisons, fleets or configurations.

    \b
    Examples:
      gkedoctor schema report > report-v1.json
      gkedoctor schema playbook > playbook-v1.json
    """
    from gkedoctor.report.formats.json import encoded
    from gkedoctor.report.schemas import SCHEMAS

    write_result(encoded(SCHEMAS[name]()) + "\n")
