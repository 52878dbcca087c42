"""The command itself over stdio, driven by lines of an old client; and HTTP with its checks."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx2
import pytest
import uvicorn
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from gkedoctor.cli.app import run
from gkedoctor.errors import ExitCode, UsageError
from gkedoctor.mcp import entry, http
from gkedoctor.mcp.call import Call
from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.tools.table import TOOLS
from mcp import Client, StdioServerParameters

TOKEN = "a-token-of-the-tests"


def test_an_old_client_over_stdio_that_is_then_gone() -> None:
    """The handshake of 2024, a list and an error; the server ends when its input does."""
    command = [sys.executable, "-m", "gkedoctor", "mcp", "--only-recordings"]
    hello = {
        "protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "old", "version": "0"},
    }  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def ask(number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
            message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            server.stdin.write(json.dumps(message) + "\n")
            server.stdin.flush()
            answer = json.loads(server.stdout.readline())
            assert answer["id"] == number
            return answer["result"]

        assert ask(1, "initialize", hello)["protocolVersion"] == "2024-11-05"
        server.stdin.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        assert len(ask(2, "tools/list", {})["tools"]) == 6
        assert ask(3, "tools/call", {"name": "diagnose", "arguments": {}})["isError"]
        server.stdin.close()
        assert server.wait(20) == 0


def test_the_client_of_the_sdk_over_stdio() -> None:
    command = StdioServerParameters(command=sys.executable, args=["-m", "gkedoctor", "mcp", "--only-recordings"])

    async def talk() -> None:
        async with Client(stdio_client(command)) as client:
            found = await client.call_tool("explain", {"message": "missing-secret"})
            assert found.structured_content is not None
            assert found.structured_content["certain"] is True

    anyio.run(talk)


@contextmanager
def serving(state: ServerState) -> Iterator[int]:
    listener = http.listen(0)
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(http.application(state, port, TOKEN), log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(10)


def test_http_needs_the_token_this_host_and_no_foreign_page(state: ServerState) -> None:
    good = {"Authorization": f"Bearer {TOKEN}"}
    message = {"jsonrpc": "2.0", "id": 1, "method": "ping"}

    async def talk(port: int) -> None:
        url = f"http://127.0.0.1:{port}{http.PATH}"
        async with httpx2.AsyncClient(headers={"Accept": "application/json, text/event-stream"}) as client:

            async def status(**headers: str) -> int:
                return (await client.post(url, json=message, headers=headers)).status_code

            assert await status() == 401
            assert await status(Authorization="Bearer wrong") == 401
            assert await status(**good, Host="evil.example") == 421
            assert await status(**good, Origin="http://evil.example") == 403
        async with (
            httpx2.AsyncClient(headers=good) as http_client,
            Client(streamable_http_client(url, http_client=http_client)) as mcp_client,
        ):
            found = await mcp_client.call_tool("diagnose", {"source": "example:two-problems"})
            assert not found.is_error

    with serving(state) as port:
        anyio.run(talk, port)


def test_a_call_ends_with_the_connection_of_its_client(state: ServerState, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handshake of 2025, whose server does not take a closed connection as a cancellation."""
    began, ended = threading.Event(), threading.Event()

    def slow(_state: ServerState, call: Call, _asked: Any) -> Any:
        began.set()
        if call.stopped.wait(20):
            ended.set()
        raise UsageError("stopped")

    monkeypatch.setitem(TOOLS, "explain", TOOLS["explain"]._replace(run=slow))
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "old", "version": "0"}}
    head = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json, text/event-stream"}
    with serving(state) as port:
        url = f"http://127.0.0.1:{port}{http.PATH}"
        with httpx2.Client(headers=head) as client:
            first = client.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
            client.headers["mcp-session-id"] = first.headers["mcp-session-id"]
            client.post(url, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
            asked = {"name": "explain", "arguments": {"message": "x"}}
            call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": asked}
            with client.stream("POST", url, json=call):
                assert began.wait(20)
        assert ended.wait(20)


def test_a_client_that_is_killed_in_a_call_leaves_no_server() -> None:
    command = [sys.executable, "-m", "gkedoctor", "mcp", "--only-recordings"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None and server.stdout is not None and server.stderr is not None
        hello = {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "x", "version": "0"}}
        for number, method, params in (
            (1, "initialize", hello),
            (2, "tools/call", {"name": "diagnose", "arguments": {"source": "example:two-problems"}}),
        ):
            server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n")
            server.stdin.flush()
        server.stdout.readline()
        server.stdout.close()
        server.stdin.close()
        assert server.wait(20) == 0
        assert server.stderr.read() == ""


def test_a_port_that_is_taken_is_one_line() -> None:
    with http.listen(0) as taken, pytest.raises(http.UsageError, match="cannot listen"):
        http.listen(taken.getsockname()[1])


def test_without_the_extra_the_install_line_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(entry, "find_spec", lambda name: None)
    assert run(["mcp", "--only-recordings"]) == ExitCode.USAGE
    assert "pip install 'gkedoctor[mcp]'" in capsys.readouterr().err


def test_a_token_file_is_for_http_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mcp", "--token-file", "token"]) == ExitCode.USAGE
    assert "--http" in capsys.readouterr().err
