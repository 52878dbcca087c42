"""Streamable HTTP on loopback: with a token, and for requests alone that are meant for this host and no page sent.

The SDK's transport security checks Host and Origin, which keeps out pages that a browser shows (DNS rebinding); the
token keeps out other users of the machine.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import anyio
import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from gkedoctor.errors import UsageError
from gkedoctor.mcp.server import McpServer
from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.workers import CLIENT_GONE
from gkedoctor.serve.access import Access

HOST = "127.0.0.1"
PATH = "/mcp"
_NAMES = (HOST, "localhost")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class TokenCheck:
    """Lets requests with the token through, and answers 401 to the others."""

    def __init__(self, application: Application, token: str) -> None:
        self._application, self._access = application, Access(token, "", "")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, or the life of the server."""
        if scope["type"] != "http" or self._access.lets_in(_authorization(scope)):
            await self._application(scope, _noting_the_end(scope, receive), send)
            return
        headers = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send(
            {"type": "http.response.body", "body": b"the token is missing or wrong: Authorization: Bearer TOKEN\n"}
        )


def _noting_the_end(scope: Message, receive: Receive) -> Receive:
    """The same, which sets an event of the request when its client has closed the connection.

    Without an event store no later request can take up its answer, so that the call has no reader any more.
    """
    gone = scope[CLIENT_GONE] = anyio.Event()

    async def received() -> Message:
        message = await receive()
        if message["type"] == "http.disconnect":
            gone.set()
        return message

    return received


def _authorization(scope: Message) -> str:
    values = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
    return values[0].decode("latin-1") if len(values) == 1 else ""


def application(state: ServerState, port: int, token: str) -> Application:
    """The ASGI application."""
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[f"{name}:{port}" for name in _NAMES],
        allowed_origins=[f"http://{name}:{port}" for name in _NAMES],
    )
    inner = McpServer(state).sdk.streamable_http_app(streamable_http_path=PATH, host=HOST, transport_security=security)
    return TokenCheck(inner, token)


def run_http(state: ServerState, port: int, token: str, say: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM. `say` gets the address. UsageError where the port is taken."""
    listener = listen(port)
    bound = int(listener.getsockname()[1])
    say(f"http://{HOST}:{bound}{PATH}")
    config = uvicorn.Config(application(state, bound, token), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def listen(port: int) -> socket.socket:
    """A socket on loopback. UsageError where the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise UsageError(
            f"cannot listen on {HOST}:{port}: {error.strerror or error}", hint="another port, or 0 for a free one"
        ) from None
    return listener
