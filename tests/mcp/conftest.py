"""A server in this process, and the SDK's own client in front of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import msgspec
import pytest

from gkedoctor.live.options import LiveOptions
from gkedoctor.mcp.call import Call
from gkedoctor.mcp.server import McpServer
from gkedoctor.mcp.sources import Sources
from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.tools.answer import ToolAnswer
from gkedoctor.mcp.tools.table import TOOLS
from mcp import Client
from tests.conftest import shipped_playbooks

T = TypeVar("T")


def state_of(live: LiveOptions | None = None, max_age: float = 60.0, **options: Any) -> ServerState:
    """The state of a server, with the playbooks that all tests share."""
    state = ServerState(Sources(live, max_age, **options))
    state._library = shipped_playbooks()
    return state


@pytest.fixture
def state() -> ServerState:
    return state_of()


def call(state: ServerState, tool: str, **arguments: Any) -> ToolAnswer:
    """The answer of a tool, without the SDK."""
    return TOOLS[tool].call(state, Call(), arguments)


def answer(state: ServerState, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured part of it, as JSON has it."""
    found: dict[str, Any] = msgspec.to_builtins(call(state, tool, **arguments).structured)
    return found


def with_client(state: ServerState, talk: Callable[[Client], Awaitable[T]], **options: Any) -> T:
    """What a conversation comes to."""

    async def run() -> T:
        async with Client(McpServer(state).sdk, **options) as client:
            return await talk(client)

    return anyio.run(run)
