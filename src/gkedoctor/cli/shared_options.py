"""Options that several commands have, each written once."""

from __future__ import annotations

from pathlib import Path

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.object_words import complete_namespace

json_option = click.option("--json", "as_json", is_flag=True, help="Same as -o json.")
json_or_text_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
"""For commands without `-o`."""

output_file_option = click.option(
    "--output-file", type=click.Path(path_type=Path), metavar="FILE", help="Write the output to FILE."
)
color_option = click.option(
    "--color",
    type=Choice(["auto", "always", "never"]),
    metavar="WHEN",
    default="auto",
    help="always, never, or auto (default): on a terminal.",
)
namespaces_option = click.option(
    "-n",
    "--namespace",
    "namespaces",
    shell_complete=complete_namespace,
    multiple=True,
    metavar="NAME",
    help="Limit to this namespace. Repeatable.",
)
playbooks_option = click.option(
    "--playbooks",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="DIR",
    help="Use the playbooks of a folder. Repeatable.",
)
