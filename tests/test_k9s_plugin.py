"""The plugin for k9s has the format that k9s reads, and its command line works on a live cluster.

Format and variables: github.com/derailed/k9s, README.md (Plugins) and internal/config/json/schemas/plugins.json.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkedoctor.cli.app import run
from gkedoctor.report.kind_names import kind_named
from tests.collect.test_roundtrip import served
from tests.conftest import ROOT, recorded

FILE = ROOT / "examples" / "k9s" / "gkedoctor.yaml"
KNOWN = {"shortCut", "override", "description", "confirm", "dangerous", "scopes", "command", "background", "args"}


def plugin() -> dict[str, Any]:
    ((name, found),) = yaml.safe_load(FILE.read_text())["plugins"].items()
    assert name == "gkedoctor"
    return dict(found)


def substituted(args: list[str], **variables: str) -> list[str]:
    """As k9s does it: internal/view/env.go."""
    return [re.sub(r"\$(\w+)", lambda m: variables[m[1]], arg) for arg in args]


def test_it_has_what_k9s_requires() -> None:
    found = plugin()
    assert set(found) <= KNOWN and {"shortCut", "description", "scopes", "command"} <= set(found)
    assert re.fullmatch(r"[a-z]|Shift-[A-Z]|Ctrl-[A-Z]", found["shortCut"])
    assert found["command"] in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert all(kind_named(scope).namespaced for scope in found["scopes"])


def test_its_command_diagnoses_an_object_of_a_live_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kubeconfig"
    with served(recorded("two-problems"), file):
        monkeypatch.setenv("KUBECONFIG", str(file))
        variables = {"NAMESPACE": "two-problems", "CONTEXT": yaml.safe_load(file.read_text())["current-context"]}
        args = substituted(plugin()["args"], RESOURCE_NAME="deployments", NAME="alpha", **variables)
        assert run([*args, "--no-gcp"]) == 0, capsys.readouterr().err
        assert "Secret alpha-keys does not exist" in capsys.readouterr().out
