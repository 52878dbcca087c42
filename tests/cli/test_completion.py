"""Completion in shells and in kubectl, and `kubectl gkedoctor`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from gkedoctor.cli.kubectl import completions
from gkedoctor.errors import ExitCode

from .conftest import Gkedoctor

BIN = Path(sys.executable).parent


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(gkedoctor: Gkedoctor, shell: str) -> None:
    result = gkedoctor("completion", shell)
    assert result.code == ExitCode.OK
    assert "_GKEDOCTOR_COMPLETE" in result.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=result.out, text=True, check=True)


def test_bash_completes_commands_and_causes() -> None:
    """As the printed script calls gkedoctor."""
    for typed, wanted in (("gkedoctor expl", "explain"), ("gkedoctor explain missing-sec", "missing-secret")):
        environment = {
            **os.environ,
            "_GKEDOCTOR_COMPLETE": "bash_complete",
            "COMP_WORDS": typed,
            "COMP_CWORD": str(len(typed.split()) - 1),
        }
        done = subprocess.run([BIN / "gkedoctor"], env=environment, capture_output=True, text=True, check=False)
        assert f"plain,{wanted}" in done.stdout.splitlines()


def test_an_unknown_shell_suggests_the_nearest(gkedoctor: Gkedoctor) -> None:
    assert "did you mean `zsh`?" in gkedoctor("completion", "zhs").err


@pytest.mark.parametrize(
    ("arguments", "word", "directive"),
    [
        (["rep"], "report", ":4"),
        (["report", "--fail-on", ""], "critical", ":4"),
        (["explain", "GKE-CFG-00"], "GKE-CFG-001", ":4"),
        (["report", "--fr"], "--from", ":4"),
        (["playbooks", ""], "lint", ":4"),
    ],
)
def test_kubectl_is_told_words_and_a_directive(arguments: list[str], word: str, directive: str) -> None:
    *words, last = completions(arguments)
    assert word in [line.split("\t")[0] for line in words]
    assert last == directive


def test_kubectl_is_told_to_complete_files_itself() -> None:
    assert list(completions(["report", "--from", ""])) == [":0"]


def test_both_programs_of_the_plugin_are_installed() -> None:
    scripts = {entry.name: entry.value for entry in entry_points(group="console_scripts")}
    assert scripts["kubectl-gkedoctor"] == "gkedoctor.cli.kubectl:main"
    assert scripts["kubectl_complete-gkedoctor"] == "gkedoctor.cli.kubectl:complete"


def test_as_a_plugin_help_calls_the_command_by_that_name() -> None:
    code = "import sys; sys.argv[1:] = ['report', '--help']; from gkedoctor.cli.kubectl import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: kubectl gkedoctor report ")


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_finds_the_plugin() -> None:
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["kubectl", "gkedoctor", "--version"], env=environment, capture_output=True, text=True)
    assert done.stdout.startswith("gkedoctor ")


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_completes_the_plugin() -> None:
    """`__complete` is what kubectl's own shell completion asks."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    command = ["kubectl", "__complete", "gkedoctor", "explain", "missing-sec"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "missing-secret" in [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert done.stdout.splitlines()[-1] == ":4"
