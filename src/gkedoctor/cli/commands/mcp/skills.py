"""`gkedoctor mcp skills`."""

from __future__ import annotations

import shlex

import click

from gkedoctor import shipped
from gkedoctor.cli.agent_clients import CLIENTS
from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.messages import print_message
from gkedoctor.cli.stdout import write_result


@click.command()
@click.argument("client", type=Choice(list(CLIENTS)), metavar=f"[{'|'.join(CLIENTS)}]", required=False)
def skills(client: str | None) -> None:
    """Print where the skill for AI agents is, and how a client gets it.

    Writes no file. The skill says when an agent calls the server, and what it
    must not conclude; it comes with this installation.

    \b
    Examples:
      gkedoctor mcp skills
      gkedoctor mcp skills claude-code
    """
    folders = sorted(path for path in shipped.skills().iterdir() if path.is_dir())
    write_result("".join(f"{folder}\n" for folder in folders))
    if client is None:
        return
    known = CLIENTS[client]
    print_message(f"{known.title} reads skills from {known.skills}. To copy them there:")
    print_message(f"mkdir -p {known.skills} && cp -R {shlex.join(map(str, folders))} {known.skills}/")
