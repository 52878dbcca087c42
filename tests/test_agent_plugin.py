"""The plugin for AI agents: manifests that five clients read, and a skill within the limits of the format.

Formats: code.claude.com/docs/en/plugins, developers.openai.com/codex/plugins/build, geminicli.com/docs/extensions,
agent-plugins.org/specification (Cursor, VS Code, Codex) and agentskills.io/specification.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from benchmarks.tokens import Said, conversation, transcript

from gkedoctor import __version__
from gkedoctor.cli.app import run
from gkedoctor.cli.commands.mcp import mcp
from tests.conftest import ROOT

PLUGIN = ROOT / "integrations" / "agent"
SKILL = PLUGIN / "skills" / "gke-diagnosis"
MANIFESTS = ("plugin.json", ".claude-plugin/plugin.json", ".codex-plugin/plugin.json", "gemini-extension.json")
PORTABLE = {"$schema", "name", "version", "description", "author", "homepage", "repository", "license", "keywords"}
"""The keys of the Agent Plugins format, which allows no others."""

TEXTS = sorted(SKILL.rglob("*.md"))


def parsed(name: str) -> Any:
    return json.loads((PLUGIN / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_manifest_has_the_name_and_version_of_the_package(name: str) -> None:
    manifest = parsed(name)
    assert (manifest["name"], manifest["version"]) == ("gkedoctor", __version__)
    assert manifest["description"] == parsed("plugin.json")["description"]


def test_the_portable_manifest_has_no_other_keys() -> None:
    assert set(parsed("plugin.json")) <= PORTABLE
    assert parsed("plugin.json")["$schema"].endswith("/1.0.0/plugin.schema.json")


@pytest.mark.parametrize("name", ["mcp.json", ".mcp.json", "gemini-extension.json"])
def test_every_client_starts_the_same_command(name: str) -> None:
    ((server, entry),) = parsed(name)["mcpServers"].items()
    assert server == "gkedoctor"
    assert (entry["command"], entry["args"], entry.get("type", "stdio")) == ("gkedoctor", ["mcp"], "stdio")
    assert run(["mcp", "--help"]) == 0


def test_what_manifests_and_marketplaces_refer_to_exists() -> None:
    codex = parsed(".codex-plugin/plugin.json")
    assert all((PLUGIN / codex[key]).exists() for key in ("skills", "mcpServers"))
    folder = PLUGIN.parent
    claude = json.loads((folder / ".claude-plugin" / "marketplace.json").read_text())
    agents = json.loads((folder / ".agents" / "plugins" / "marketplace.json").read_text())
    assert [folder / entry["source"] for entry in claude["plugins"]] == [PLUGIN]
    assert [folder / entry["source"]["path"] for entry in agents["plugins"]] == [PLUGIN]


def test_the_skill_is_within_the_limits_of_the_format() -> None:
    text = (SKILL / "SKILL.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    meta = yaml.safe_load(front)
    assert meta["name"] == SKILL.name and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", meta["name"])
    assert len(meta["description"]) <= 1024 and "<" not in meta["description"]
    assert "Use when" in meta["description"] and "Don't use for" in meta["description"]
    assert all(word in meta["description"] for word in ("502", "Pending", "CrashLoopBackOff", "ImagePullBackOff"))
    assert len(body.splitlines()) < 500


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_links_lead_to_files(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert all((path.parent / link).is_file() for link in links if "://" not in link)


def test_every_reference_is_linked() -> None:
    body = (SKILL / "SKILL.md").read_text(encoding="utf-8")
    assert all(f"references/{path.name}" in body for path in TEXTS if path.parent.name == "references")


def test_every_command_of_the_skill_exists(capsys: pytest.CaptureFixture[str]) -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in TEXTS)
    used = re.findall(r"gkedoctor ((?:playbooks )?[a-z]+)((?: [^`|\n#]*)?)", texts)
    named = {command for command, _ in used if command not in {"reads", "reports", "uses", "is", "does"}}
    assert {"report", "verify", "path", "lint", "access", "explain", "diff", "changes"} <= named
    for command in sorted(named):
        assert run([command, "--help"]) == 0, command
        offered = capsys.readouterr().out
        flags = {flag for other, rest in used if other == command for flag in re.findall(r"--[a-z-]+", rest)}
        assert all(flag in offered for flag in flags), (command, flags)


def test_the_example_for_kagent_reads_with_the_printed_role_and_starts_the_server() -> None:
    """The fields are those of kagent-dev/kmcp (api/v1alpha1) and kagent-dev/kagent (go/api/v1alpha2)."""
    text = (ROOT / "examples" / "kagent" / "gkedoctor.yaml").read_text(encoding="utf-8")
    found = {item["kind"]: item for item in yaml.safe_load_all(text)}
    role = yaml.safe_load((ROOT / "manifests" / "cluster-role.yaml").read_text(encoding="utf-8"))
    server, binding = found["MCPServer"], found["ClusterRoleBinding"]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    account = {"kind": "ServiceAccount", **{key: server["metadata"][key] for key in ("name", "namespace")}}
    assert binding["subjects"] == [account]
    deployment = server["spec"]["deployment"]
    assert set(deployment) <= {"image", "port", "cmd", "args", "env", "secretRefs"}
    assert deployment["image"].endswith(f":{__version__}") and deployment["cmd"] == "gkedoctor"
    name, *flags = deployment["args"]
    assert name == "mcp" and mcp.make_context("mcp", flags).params["gcp"] is False
    ((tool,),) = [agent["spec"]["declarative"]["tools"] for agent in (found["Agent"],)]
    assert tool["mcpServer"]["name"] == server["metadata"]["name"]


def test_the_skill_and_the_page_name_the_tools_and_verdicts_of_the_server() -> None:
    from gkedoctor.mcp.report_fitting import Verdict
    from gkedoctor.mcp.tools.table import TOOLS

    skill = "".join(path.read_text(encoding="utf-8") for path in TEXTS)
    page = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    example = (ROOT / "examples" / "kagent" / "gkedoctor.yaml").read_text(encoding="utf-8")
    named = re.search(r"toolNames: \[(.*)\]", example)
    assert named is not None and set(named[1].split(", ")) <= set(TOOLS)
    for tool in TOOLS:
        assert f"`{tool}`" in skill and f"`{tool}`" in page
    assert all(f"`{verdict}`" in skill for verdict in get_args(Verdict))


def test_the_answers_on_the_page_are_those_that_the_tools_give(monkeypatch: pytest.MonkeyPatch) -> None:
    from gkedoctor.mcp.call import Call
    from gkedoctor.mcp.sources import Sources
    from gkedoctor.mcp.state import ServerState
    from gkedoctor.mcp.tools.table import TOOLS

    monkeypatch.chdir(ROOT)
    state = ServerState(Sources(None, 60))
    answers = [
        Said(name, arguments, TOOLS[name].call(state, Call(), arguments).text, None)
        for name, arguments in conversation()
    ]
    page = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    assert transcript(answers) in page, "run: python -m benchmarks.tokens --write"
