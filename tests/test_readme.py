"""The README holds, word for word: its screen is a real one, and every command in it runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PATH = ROOT / "README.md"
README = PATH.read_text()
COMMANDS = [line[2:].split("   #") for line in README.splitlines() if line.startswith("$ ")]
SCREEN = re.compile(r"<!-- screen: (?P<command>.*?) -->\n```text\n(?P<text>.*?)```\n<!-- end of screen -->", re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's paths exist and its commands may write."""
    folder = tmp_path_factory.mktemp("readme")
    for name in (
        "playbooks",
        "recorded_clusters",
        "examples",
        "Makefile",
        "pyproject.toml",
        "requirements.lock",
        "requirements-build.lock",
        "requirements-dev.lock",
    ):
        (folder / name).symlink_to(ROOT / name)
    return folder


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1"}
    return subprocess.run(
        shlex.split(command), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_screen_is_what_the_command_prints(place: Path) -> None:
    """`make readme` writes it anew."""
    for found in SCREEN.finditer(README):
        printed = run(found["command"], place).stdout
        if os.environ.get("UPDATE_GOLDEN"):
            PATH.write_text(
                PATH.read_text().replace(found[0], found[0].replace(f"```text\n{found['text']}", f"```text\n{printed}"))
            )
        else:
            assert printed == found["text"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0].strip())
def test_every_command_runs(command: list[str], place: Path) -> None:
    text, note = command[0].strip(), "".join(command[1:])
    if text.startswith("make"):
        assert run(f"{text.split('#')[0]} --dry-run", place).returncode == 0
        return
    if text.startswith("unzip"):
        run("gkedoctor import recorded_clusters/two-problems -o two-problems.gkesnap", place)
        text = f"{sys.executable} -m zipfile -l two-problems.gkesnap"
    if "two-problems.gkesnap" in text and "import" not in text:
        run("gkedoctor import recorded_clusters/two-problems -o two-problems.gkesnap", place)
    if "baseline.json" in text and "-o json=" not in text:
        run("gkedoctor report --from recorded_clusters/pair-selector-after -o json=baseline.json", place)
    wanted = re.search(r"exits (\d)", note)
    done = run(text, place)
    assert done.returncode in ({int(wanted[1])} if wanted else {0, 1}), done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_is_the_first_screen() -> None:
    makefile = (ROOT / "Makefile").read_text()
    example = re.search(r"^EXAMPLE := (.*)$", makefile, re.MULTILINE)
    screen = SCREEN.search(README)
    assert example
    assert screen
    assert example[1] in screen["command"]
