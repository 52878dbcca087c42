"""A wheel installed into an empty environment does the main job, from any directory."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
import yaml

from gkedoctor.cli.app import run
from tests.conftest import ROOT


def test_the_hook_for_pre_commit_is_a_command_that_there_is() -> None:
    """It is given folders and no files: what one file needs may stand in another."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, *words = hook["entry"].split()
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert program in scripts
    assert run([*words, "--help"]) == 0
    assert (hook["pass_filenames"], hook["always_run"], hook["args"]) == (False, True, ["."])


@pytest.mark.timeout(300)
def test_an_installed_wheel_diagnoses_a_shipped_recording_from_any_directory(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(wheels), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    venv.create(tmp_path / "empty", with_pip=True)
    python = tmp_path / "empty" / "bin" / "python"
    (wheel,) = wheels.glob("*.whl")
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    where = "import gkedoctor.shipped as s; print(s.recorded_clusters() / 'teratail-missing-secret')"
    example = subprocess.run(
        [str(python), "-c", where], check=True, capture_output=True, text=True, cwd="/"
    ).stdout.strip()
    assert str(tmp_path) in example
    command = [str(python.parent / "gkedoctor"), "report", "--json", "--from", example]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["diagnoses"][0]["cause"] == "missing-secret"
    tests = subprocess.run(
        [str(python.parent / "gkedoctor"), "playbooks", "list"], capture_output=True, text=True, cwd="/", check=True
    )
    assert "GKE-CFG-001" in tests.stdout
    skill = subprocess.run(
        [str(python.parent / "gkedoctor"), "mcp", "skills"], capture_output=True, text=True, cwd="/", check=True
    )
    assert (Path(skill.stdout.strip()) / "SKILL.md").is_file() and str(tmp_path) in skill.stdout
