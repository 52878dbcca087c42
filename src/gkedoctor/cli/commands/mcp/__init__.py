"""`gkedoctor mcp`: the server itself, and commands about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.lazy_group import Entry, LazyGroup
from gkedoctor.cli.live import Duration, cluster_options, parse_options
from gkedoctor.cli.messages import print_message
from gkedoctor.errors import UsageError

_COMMANDS = {
    "config": Entry("gkedoctor.cli.commands.mcp.config:config", "Print the configuration for a client."),
    "skills": Entry("gkedoctor.cli.commands.mcp.skills:skills", "Print where the skill for agents is."),
}

_MAX_AGE = "1m"


@click.group(cls=LazyGroup, entries=_COMMANDS, invoke_without_command=True)
@click.option(
    "--http", "port", type=click.IntRange(0, 65535), metavar="PORT",
    help="Serve HTTP on 127.0.0.1:PORT (0: a free port) instead of stdio.",
)  # fmt: skip
@click.option(
    "--token-file", type=click.Path(path_type=Path), metavar="FILE",
    help="Token that HTTP clients must send. Default: a new one, printed at the start.",
)  # fmt: skip
@click.option("--only-recordings", is_flag=True, help="Refuse live clusters; answer from recordings alone.")
@click.option(
    "--max-age", type=Duration(), default=_MAX_AGE, metavar="TIME",
    help=f"Read a live cluster again only after this time. Default: {_MAX_AGE}.",
)  # fmt: skip
@cluster_options
@click.pass_context
def mcp(
    ctx: click.Context,
    /,
    port: int | None,
    token_file: Path | None,
    only_recordings: bool,
    max_age: float,
    **flags: Any,
) -> None:
    """Serve diagnosis to AI agents over the Model Context Protocol.

    An agent starts this command and exchanges messages with it on standard
    input and output. It only reads: the tools diagnose clusters and
    recordings, trace requests, compare moments, explain messages, list
    leftovers and check manifests. Needs the extra gkedoctor[mcp].

    \b
    Examples:
      gkedoctor mcp
      gkedoctor mcp --context gke_acme_europe-west1_prod
      gkedoctor mcp --http 8931 --only-recordings
    """
    if ctx.invoked_subcommand is not None:
        return
    if token_file is not None and port is None:
        raise UsageError("--token-file is for --http", hint="stdio needs no token; add --http PORT")
    from gkedoctor.mcp.entry import ServerOptions, serve

    live = None if only_recordings else parse_options({**flags, "logs": True})
    serve(ServerOptions(live=live, max_age=max_age, port=port, token_file=token_file), print_message)
