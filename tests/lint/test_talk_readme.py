"""The walk through the talk's directory holds: every command runs, and prints the words that are shown below it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "examples" / "teratail" / "README.md").read_text()
CHAPTERS = [part for part in re.split(r"^(?=## )", README, flags=re.MULTILINE) if part.startswith("## ")]
BLOCK = re.compile(r"```(?P<kind>diff|console)\n(?P<text>.*?)```", re.DOTALL)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The files as they are in the repository, for each chapter anew."""
    (tmp_path / "recorded_clusters").symlink_to(ROOT / "recorded_clusters")
    shutil.copytree(ROOT / "examples" / "teratail", tmp_path / "examples" / "teratail")
    return tmp_path


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.splitlines()[0].removeprefix("## "))
def test_every_command_does_what_the_readme_says(chapter: str, place: Path) -> None:
    for block in BLOCK.finditer(chapter):
        if block["kind"] == "diff":
            done = run("git apply -", place, block["text"])
            assert done.returncode == 0, done.stderr
            continue
        for command, code, shown in commands(block["text"]):
            done = run(command, place)
            assert done.returncode == code, done.stdout + done.stderr
            assert [line for line in shown if line not in " ".join(done.stdout.split())] == [], done.stdout


def commands(text: str) -> Iterator[tuple[str, int, list[str]]]:
    """Each command of a block, the exit code that is told, and the lines that are shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        first, *shown = part.splitlines()
        command, _, note = first.partition("   # ")
        yield command, int(note.removeprefix("exits ") or 0), shown


def run(command: str, folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1"}
    return subprocess.run(
        shlex.split(command), cwd=folder, env=environment, input=stdin, capture_output=True, text=True, check=False
    )
