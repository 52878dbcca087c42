"""The server in front of the SDK's own client: errors, progress, cancellation, many calls at once, older versions."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import pytest

from gkedoctor.mcp import sources
from gkedoctor.mcp.state import ServerState
from gkedoctor.snapshot.sources import load
from mcp import Client, MCPError
from tests.mcp.conftest import with_client

BROKEN = {"source": "example:teratail-missing-secret"}


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_client_of_either_era_calls_lists_and_reads(state: ServerState, mode: Any) -> None:
    async def talk(client: Client) -> None:
        assert len((await client.list_tools()).tools) == 6
        assert "Call diagnose first" in (client.instructions or "")
        found = await client.call_tool("diagnose", BROKEN)
        assert not found.is_error
        assert found.structured_content is not None
        assert found.structured_content["findings"][0]["cause"] == "missing-secret"
        report = found.structured_content["report"]
        assert [str(one.uri) for one in (await client.list_resources()).resources] == [f"gkedoctor://report/{report}"]
        assert len((await client.list_resource_templates()).resource_templates) == 4
        assert (await client.read_resource(f"gkedoctor://report/{report}")).contents
        assert [one.name for one in (await client.list_prompts()).prompts] == ["post-incident", "triage"]
        assert "teratail-secret" in str((await client.get_prompt("triage", BROKEN)).messages[0].content)

    with_client(state, talk, mode=mode)


def test_a_failed_call_is_an_answer_and_the_server_goes_on(state: ServerState, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> Any:
        raise RuntimeError("boom")

    async def talk(client: Client) -> None:
        missing = await client.call_tool("diagnose", {"source": "no/such"})
        assert missing.is_error
        assert "does not exist" in str(missing.content)
        assert (await client.call_tool("no-such-tool", {})).is_error
        for uri in ("gkedoctor://report/r9", "gkedoctor://nothing"):
            with pytest.raises(MCPError):
                await client.read_resource(uri)
        with pytest.raises(MCPError):
            await client.get_prompt("no-such-prompt")
        with monkeypatch.context() as patch:
            patch.setattr(sources, "load", breaks)
            broken = await client.call_tool("diagnose", BROKEN)
        assert broken.is_error
        assert "internal error" in str(broken.content)
        assert not (await client.call_tool("diagnose", BROKEN)).is_error

    with_client(state, talk)


def test_progress_is_reported(state: ServerState) -> None:
    lines: list[str | None] = []

    async def heard(done: float, total: float | None, line: str | None) -> None:
        lines.append(line)

    async def talk(client: Client) -> None:
        await client.call_tool("diagnose", BROKEN, progress_callback=heard)

    with_client(state, talk, mode="legacy")
    assert "reading example:teratail-missing-secret" in lines


def test_a_cancelled_call_ends_and_another_one_reads_again(state: ServerState, monkeypatch: pytest.MonkeyPatch) -> None:
    began, release = threading.Event(), threading.Event()

    def slow(path: Any) -> Any:
        began.set()
        assert release.wait(20)
        return load(path)

    monkeypatch.setattr(sources, "load", slow)

    async def talk(client: Client) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "diagnose", BROKEN)
            while not began.is_set():
                await anyio.sleep(0.005)
            group.cancel_scope.cancel()
        assert len((await client.list_tools()).tools) == 6
        release.set()
        assert not (await client.call_tool("diagnose", BROKEN)).is_error

    with_client(state, talk, mode="legacy")


def test_100_calls_at_once_read_each_source_once(state: ServerState, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(path: Any) -> Any:
        read.append(path.name)
        return load(path)

    monkeypatch.setattr(sources, "load", counted)
    names = ("teratail-missing-secret", "two-problems", "teratail-healthy")
    found: dict[str, set[str]] = {name: set() for name in names}

    async def talk(client: Client) -> None:
        async def one(name: str) -> None:
            answer = await client.call_tool("diagnose", {"source": f"example:{name}"})
            found[name].add(str(answer.structured_content))

        async with anyio.create_task_group() as group:
            for number in range(100):
                group.start_soon(one, names[number % 3])

    with_client(state, talk)
    assert sorted(read) == sorted(names)
    assert all(len(answers) == 1 for answers in found.values())
