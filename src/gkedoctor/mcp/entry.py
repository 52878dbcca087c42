"""The start of the server, without the SDK: where the extra is missing, one line says how to install it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gkedoctor.errors import UsageError
from gkedoctor.live.options import LiveOptions
from gkedoctor.mcp import INSTALL


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """`live`: which cluster and as whom; None: recordings alone. `max_age`: seconds for which a reading is reused.

    `port`: of HTTP on loopback; None: stdio. `token_file`: of the token for HTTP; None: a new one.
    """

    live: LiveOptions | None = None
    max_age: float = 60.0
    port: int | None = None
    token_file: Path | None = None


def serve(options: ServerOptions, say: Callable[[str], None]) -> None:
    """Serves until the client leaves. `say` gets what a person has to know. UsageError where the SDK is missing."""
    if find_spec("mcp") is None:
        raise UsageError("the MCP SDK is not installed", hint=INSTALL)
    from gkedoctor.mcp.sources import Sources
    from gkedoctor.mcp.state import ServerState

    state = ServerState(Sources(options.live, options.max_age))
    if options.port is None:
        from gkedoctor.mcp.server import run_stdio

        run_stdio(state)
        return
    from gkedoctor.mcp.http import run_http
    from gkedoctor.serve.access import token_from

    token = token_from(options.token_file)
    if options.token_file is None:
        say(f"Authorization: Bearer {token}")
    run_http(state, options.port, token, say)
