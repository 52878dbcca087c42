"""The start of the server, without the SDK: where the extra is missing, one line says how to install it."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from gkedoctor.errors import UsageError
from gkedoctor.live.options import LiveOptions

INSTALL = "pip install 'gkedoctor[mcp]'"


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """`live`: which cluster and as whom; None: recordings alone. `max_age`: seconds for which a reading is reused.

    `port`: of HTTP on loopback; None: stdio. `token_file`: of the token for HTTP; None: a new one.
    """

    live: LiveOptions | None = None
    max_age: float = 60.0
    port: int | None = None
    token_file: Path | None = None


def serve(options: ServerOptions) -> None:
    """Serves until the client leaves. UsageError where the SDK is not installed."""
    if importlib.util.find_spec("mcp") is None:
        raise UsageError("the MCP SDK is not installed", hint=INSTALL)
    raise UsageError("the server is not there yet")
