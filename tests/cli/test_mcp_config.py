"""`gkedoctor mcp config`: each client can parse what is printed, and it starts this installation."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.agent_clients import CLIENTS, FORWARDED
from gkedoctor.cli.commands.mcp.config import INSTALL
from gkedoctor.errors import ExitCode
from gkedoctor.mcp import entry as server_entry

from .conftest import Gkedoctor

KEYS = {"claude-code": "mcpServers", "codex": "mcp_servers", "gemini": "mcpServers", "cursor": "mcpServers"}
"""The top-level key of each client; VS Code has one of its own."""


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FORWARDED:
        monkeypatch.delenv(name, raising=False)


def server(client: str, text: str) -> dict[str, Any]:
    """The entry of the server, as the client parses it."""
    parsed = tomllib.loads(text) if client == "codex" else json.loads(text)
    (key, servers), *others = parsed.items()
    assert (key, list(servers), others) == (KEYS.get(client, "servers"), ["gkedoctor"], [])
    return dict(servers["gkedoctor"])


@pytest.mark.parametrize("client", CLIENTS)
def test_it_is_parsed_and_starts_this_installation(gkedoctor: Gkedoctor, client: str) -> None:
    result = gkedoctor("mcp", "config", client)
    assert result.code == ExitCode.OK
    entry = server(client, result.out)
    assert os.access(entry["command"], os.X_OK) and Path(entry["command"]).is_absolute()
    assert entry["args"][-1] == "mcp"
    assert entry.get("type", "stdio") == "stdio" and "env" not in entry
    assert all(file in result.err for file in CLIENTS[client].files)


@pytest.mark.parametrize("client", CLIENTS)
def test_flags_and_paths_survive(gkedoctor: Gkedoctor, client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = 'two words "quoted" \\ ü \x7f'
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(["/a b/é", "near"]))
    result = gkedoctor("mcp", "config", client, "--", "--context", odd)
    entry = server(client, result.out)
    assert entry["args"][-2:] == ["--context", odd]
    assert entry["env"] == {"KUBECONFIG": os.pathsep.join(["/a b/é", str(Path.cwd() / "near")])}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["config", "clod"], "not valid"),
        (["config", "codex", "--", "--contxt", "prod"], "unknown option"),
        (["config", "codex", "--", "--http", "8931"], "stdio"),
        (["--only-recordings", "config", "codex"], "go to the end"),
    ],
)
def test_what_would_not_start_is_refused(gkedoctor: Gkedoctor, words: list[str], said: str) -> None:
    result = gkedoctor("mcp", *words)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert said in result.err


def test_it_says_how_to_install_the_sdk_as_the_server_does() -> None:
    assert INSTALL == server_entry.INSTALL


@pytest.mark.parametrize("client", CLIENTS)
def test_the_skill_is_where_it_is_said_to_be(gkedoctor: Gkedoctor, client: str) -> None:
    result = gkedoctor("mcp", "skills", client)
    folder = Path(result.out.strip())
    assert (folder.name, (folder / "SKILL.md").is_file()) == ("gke-diagnosis", True)
    assert f"{CLIENTS[client].skills}/" in result.err
    assert gkedoctor("mcp", "skills").err == ""
    assert f"gkedoctor mcp skills {client}" in gkedoctor("mcp", "config", client).err
