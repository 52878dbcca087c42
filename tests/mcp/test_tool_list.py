"""What every agent reads before it asks anything: a change of it is seen in review, and it stays small."""

from __future__ import annotations

import json
import os
from pathlib import Path

from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.tokens import tokens
from mcp import Client
from tests.mcp.conftest import with_client

GOLDEN = Path(__file__).parent / "tools_list.json"
MOST = 1500


async def listed(client: Client) -> list[dict[str, object]]:
    found = await client.list_tools()
    return [tool.model_dump(by_alias=True, mode="json", exclude_none=True) for tool in found.tools]


def test_the_list_is_the_golden_one_and_costs_at_most_1500_tokens(state: ServerState) -> None:
    found = with_client(state, listed)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(found, indent=1) + "\n")
    assert found == json.loads(GOLDEN.read_text()), "if that is meant: UPDATE_GOLDEN=1 pytest tests/mcp"
    assert tokens(json.dumps(found, separators=(",", ":"))) <= MOST


def test_every_tool_only_reads(state: ServerState) -> None:
    found = with_client(state, listed)
    assert [tool["name"] for tool in found] == sorted(str(tool["name"]) for tool in found)
    for tool in found:
        hints = tool["annotations"]
        assert isinstance(hints, dict)
        assert (hints["readOnlyHint"], hints["destructiveHint"]) == (True, False)
