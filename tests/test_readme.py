"""The README holds: it is one screen, and every command in it runs, those for a cluster on a server on loopback."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.collect.kube_api import KubeApi
from tests.conftest import ROOT, recorded

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]
MAKE = [line[2:].partition("#")[0].strip() for line in LINES if line.startswith("$ make")]
COMMANDS = [line.partition("#")[0].strip() for line in LINES if line.startswith("gkedoctor")]
RECORDING = "ing-missing-secret"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the commands run, with a kubeconfig of a cluster that has the README's names."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "manifests").symlink_to(ROOT / "examples" / "teratail" / "production")
    snapshot = recorded(RECORDING)
    with KubeApi.of(snapshot) as api:
        api.objects = {name: _renamed(list(objects)) for name, objects in api.objects.items()}
        Path(api.kubeconfig(folder)).rename(folder / "kubeconfig")
        yield folder


def _renamed(objects: list[Any]) -> list[Any]:
    """The objects of the recording in the namespace, and with the host, that the README names."""
    renamed: list[Any] = json.loads(json.dumps(objects).replace(f'"{RECORDING}"', '"shop"'))
    for item in renamed:
        for rule in (item.get("spec") or {}).get("rules") or [] if item.get("kind") == "Ingress" else []:
            rule["host"] = "shop.example.com"
    return renamed


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1", "KUBECONFIG": str(folder / "kubeconfig"),
        "GOOGLE_APPLICATION_CREDENTIALS": str(folder / "none.json"), "HOME": str(folder),
    }  # fmt: skip
    return subprocess.run(
        shlex.split(command), cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_it_is_one_screen() -> None:
    assert len(README.splitlines()) <= 60


@pytest.mark.parametrize("command", MAKE)
def test_every_target_is_there(command: str) -> None:
    assert run(f"{command} --dry-run -C {ROOT}", ROOT).returncode == 0


def test_ci_runs_the_test_command_of_the_readme() -> None:
    (command,) = [command for command in MAKE if "test" in command]
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(command: str, cluster: Path) -> None:
    if "--last" in command:
        run("gkedoctor report", cluster)
    done = run(command.replace("--last", "--last --timeout 1s"), cluster)
    assert done.returncode in {0, 1, 4}, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout
