"""`gkedoctor mcp config`."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import click

from gkedoctor.cli.agent_clients import CLIENTS, AgentClient, StdioServer, forwarded
from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.messages import print_message, print_note
from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import UsageError
from gkedoctor.mcp import INSTALL


@click.command()
@click.argument("client", type=Choice(list(CLIENTS)), metavar="|".join(CLIENTS))
@click.argument("flags", nargs=-1, type=click.UNPROCESSED, metavar="[-- FLAGS]")
@click.pass_context
def config(context: click.Context, client: str, flags: tuple[str, ...]) -> None:
    """Print the configuration with which a client starts the server.

    Writes no file: where the text goes is printed on standard error. FLAGS
    are those of `gkedoctor mcp`. KUBECONFIG, GOOGLE_APPLICATION_CREDENTIALS
    and CLOUDSDK_CONFIG are included if they are set, because not every client
    passes them on.

    \b
    Examples:
      gkedoctor mcp config claude-code
      gkedoctor mcp config codex >> ~/.codex/config.toml
      gkedoctor mcp config vscode -- --only-recordings
    """
    _refuse_flags_in_front(context.parent)
    _check(flags)
    command, *arguments = executable()
    server = StdioServer(command, (*arguments, "mcp", *flags), forwarded(os.environ))
    write_result(CLIENTS[client].config(server))
    for line in _where(CLIENTS[client], server):
        print_message(line)
    print_message(f"The skill that says when to use it: gkedoctor mcp skills {client}")
    if importlib.util.find_spec("mcp") is None:
        print_note(f"the server needs the MCP SDK, which is not installed: {INSTALL}")


def executable() -> list[str]:
    """What starts this installation of gkedoctor: its script by an absolute path, else this Python with the module."""
    beside = shutil.which("gkedoctor", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("gkedoctor")
    return [str(Path(found).absolute())] if found else [sys.executable, "-m", "gkedoctor"]


def _refuse_flags_in_front(group: click.Context | None) -> None:
    """UsageError for `gkedoctor mcp --context prod config …`, whose flag would be lost."""
    given = click.core.ParameterSource.COMMANDLINE
    if group is not None and any(group.get_parameter_source(name) is given for name in group.params):
        raise UsageError("flags of the server go to the end", hint="gkedoctor mcp config CLIENT -- FLAGS")


def _check(flags: tuple[str, ...]) -> None:
    """UsageError for flags that `gkedoctor mcp` does not have, or that do not serve on standard input and output."""
    from gkedoctor.cli.commands.mcp import mcp

    context = mcp.make_context("mcp", list(flags))
    if context.params.get("port") is not None:
        raise UsageError("these clients start the server on stdio", hint="leave --http out")


def _where(client: AgentClient, server: StdioServer) -> list[str]:
    """Where the configuration goes."""
    lines = [f"{client.title} reads this from {' or '.join(client.files)}. Merge it if the file exists."]
    if client.command is not None:
        lines.append(f"The same as a command: {client.command(server)}")
    return lines
