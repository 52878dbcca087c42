"""How each AI agent is configured to start `gkedoctor mcp`: the text of its configuration, and the file it goes into.

Formats, checked with Claude Code 2.1.197, Codex 0.171.0 and Gemini CLI 0.61.0: https://code.claude.com/docs/en/mcp,
https://developers.openai.com/codex/mcp, https://geminicli.com/docs/tools/mcp-server, https://cursor.com/docs/mcp and
https://code.visualstudio.com/docs/agents/reference/mcp-configuration. Folders of skills: https://code.claude.com/docs/en/skills,
https://developers.openai.com/codex/skills, https://geminicli.com/docs/cli/skills, https://cursor.com/docs/skills and
https://code.visualstudio.com/docs/copilot/customization/agent-skills.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NAME = "gkedoctor"
_STARTUP_SECONDS = 30
_TOOL_SECONDS = 300
"""As `report --timeout`. Codex ends calls after 60 s by default, which a large live cluster can take longer than."""

FORWARDED = ("KUBECONFIG", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG")
"""Variables with paths that a server needs as the user's shell has them. Codex forwards a fixed list without them, and
an editor that was not started in the shell does not know them."""


@dataclass(frozen=True)
class StdioServer:
    """A command that speaks MCP on its standard input and output, and the variables it needs."""

    command: str
    args: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AgentClient:
    """A client by the name its users type: `config` gives the text that goes into `files`.

    `files`: paths relative to the project or below `~`. `skills`: the user's folder of skills. `command`: a command of
    the client that does the same, or none.
    """

    title: str
    config: Callable[[StdioServer], str]
    files: tuple[str, ...]
    skills: str
    command: Callable[[StdioServer], str] | None = None


def forwarded(environment: Mapping[str, str]) -> dict[str, str]:
    """Those of `FORWARDED` that are set, with absolute paths: a client starts the server in a folder of its own."""
    found = {}
    for name in FORWARDED:
        paths = [path for path in environment.get(name, "").split(os.pathsep) if path]
        if paths:
            found[name] = os.pathsep.join(map(os.path.abspath, paths))
    return found


def _json(key: str, *, typed: bool) -> Callable[[StdioServer], str]:
    """A configuration in JSON with the servers under `key`; `typed`: each names its transport."""

    def text(server: StdioServer) -> str:
        entry: dict[str, object] = {"type": "stdio"} if typed else {}
        entry |= {"command": server.command, "args": list(server.args)}
        if server.env:
            entry["env"] = dict(server.env)
        return _printable(json.dumps({key: {_NAME: entry}}, indent=2, ensure_ascii=False)) + "\n"

    return text


def _toml(server: StdioServer) -> str:
    """A table for `config.toml` of Codex."""
    lines = [
        f"[mcp_servers.{_NAME}]",
        f"command = {_toml_string(server.command)}",
        f"args = [{', '.join(map(_toml_string, server.args))}]",
        f"startup_timeout_sec = {_STARTUP_SECONDS}",
        f"tool_timeout_sec = {_TOOL_SECONDS}",
    ]
    if server.env:
        lines += ["", f"[mcp_servers.{_NAME}.env]"]
        lines += [f"{name} = {_toml_string(value)}" for name, value in server.env.items()]
    return "\n".join(lines) + "\n"


def _toml_string(text: str) -> str:
    """A basic string of TOML, which is one of JSON without bare control characters."""
    return _printable(json.dumps(text, ensure_ascii=False))


def _printable(text: str) -> str:
    """JSON in which no character controls a terminal: JSON allows DEL and C1 as they are, TOML allows neither."""
    return "".join(f"\\u{ord(char):04x}" if "\x7f" <= char <= "\x9f" else char for char in text)


def _shell(*words: str) -> Callable[[StdioServer], str]:
    """A command that adds the server: `words`, its variables as `--env`, `--`, and what starts it."""

    def command(server: StdioServer) -> str:
        env = [part for name, value in server.env.items() for part in ("--env", f"{name}={value}")]
        return shlex.join([*words, _NAME, *env, "--", server.command, *server.args])

    return command


CLIENTS: Mapping[str, AgentClient] = MappingProxyType(
    {
        "claude-code": AgentClient(
            "Claude Code",
            _json("mcpServers", typed=True),
            (".mcp.json",),
            "~/.claude/skills",
            _shell("claude", "mcp", "add"),
        ),
        "codex": AgentClient(
            "Codex", _toml, ("~/.codex/config.toml",), "~/.agents/skills", _shell("codex", "mcp", "add")
        ),
        "gemini": AgentClient(
            "Gemini CLI",
            _json("mcpServers", typed=False),
            (".gemini/settings.json", "~/.gemini/settings.json"),
            "~/.gemini/skills",
        ),
        "cursor": AgentClient(
            "Cursor", _json("mcpServers", typed=True), (".cursor/mcp.json", "~/.cursor/mcp.json"), "~/.cursor/skills"
        ),
        "vscode": AgentClient("VS Code", _json("servers", typed=True), (".vscode/mcp.json",), "~/.copilot/skills"),
    }
)
