"""Standard streams that are full or closed, and folders that may not be read: one line, and no fault of gkedoctor."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gkedoctor import shipped
from gkedoctor.errors import ExitCode

FAULTY = str(shipped.recorded_clusters() / "two-problems")
COMMANDS = [
    ["--help"], ["--version"], ["report", "--help"], ["report", "--from", FAULTY],
    ["report", "--from", FAULTY, "--json"],
    ["explain", "GKE-CFG-001"], ["diff", FAULTY, FAULTY], ["fleet", FAULTY, "-j", "1"],
    ["leftovers", "--from", FAULTY], ["teardown", "--from", FAULTY],
    ["path", "--from", FAULTY, "Service/two-problems/beta"],
    ["schema", "report"], ["completion", "bash"], ["playbooks", "list"], ["playbooks", "edges"],
    ["access", "--print-role", "cluster"], ["diagnose", "--from", FAULTY],
]  # fmt: skip
DONE = {ExitCode.OK, ExitCode.FOUND, ExitCode.INCOMPLETE}
TOLD = {ExitCode.USAGE, ExitCode.SOURCE}
HOME = {k: v for k, v in os.environ.items() if k not in ("HOME", "XDG_CONFIG_HOME")}


def named(command: list[str]) -> str:
    return " ".join(word for word in command if word != FAULTY)


def shell(redirection: str, command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Runs gkedoctor as a shell does that redirects its streams."""
    line = ["bash", "-c", f'"$@" {redirection}', "bash", sys.executable, "-m", "gkedoctor", *command]
    settings = {"capture_output": True, "text": True, "check": False, "stdin": subprocess.DEVNULL, **options}
    return subprocess.run(line, **settings)  # type: ignore[call-overload, no-any-return]


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What was said, and that it is an error in one line (with a hint, perhaps)."""
    told = [line for line in done.stderr.splitlines() if not line.startswith(("hint: ", "gkedoctor: note: ", "  --> "))]
    assert len(told) == 1, done.stderr
    assert told[0].startswith(("gkedoctor: error: ", "error[config]: ")) and "fault of gkedoctor" not in told[0]
    return told[0]


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_a_full_standard_output_is_told_in_one_line(command: list[str]) -> None:
    done = shell(">/dev/full", command)
    assert done.returncode in TOLD
    assert one_line(done) == "gkedoctor: error: cannot write to standard output: No space left on device"


@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[3], COMMANDS[4], COMMANDS[9]], ids=named)
def test_a_closed_standard_output_is_told_in_one_line(command: list[str]) -> None:
    done = shell(">&-", command)
    assert done.returncode in TOLD
    assert one_line(done) == "gkedoctor: error: cannot write to standard output: it is closed"


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "<&-", "<&- 2>&-"])
@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[3], COMMANDS[7], COMMANDS[16]], ids=named)
def test_a_closed_standard_input_or_error_does_not_matter(command: list[str], redirection: str) -> None:
    done = shell(redirection, command)
    assert done.returncode in DONE
    assert done.stdout and done.stderr == ""


def test_an_error_without_a_place_to_tell_it_keeps_its_code() -> None:
    assert shell("2>&-", ["report", "--from", "/nonexistent"]).returncode == ExitCode.SOURCE
    assert shell("2>/dev/full >/dev/full", COMMANDS[3]).returncode == ExitCode.USAGE
    assert shell("<&- >&- 2>&-", COMMANDS[3]).returncode == ExitCode.USAGE


def test_manifests_from_a_closed_standard_input_are_no_manifests() -> None:
    done = shell("<&-", ["lint", "-"])
    assert done.returncode == ExitCode.SOURCE
    assert "no Kubernetes object was found" in done.stderr


def test_a_closed_output_takes_no_file_that_is_opened_later(tmp_path: Path) -> None:
    """The next file that is opened would get the number 1, and what is printed would be written into it."""
    target = tmp_path / "report.json"
    done = shell(">&- <&-", ["report", "--from", FAULTY, "-o", f"json={target}"])
    assert done.returncode == ExitCode.FOUND
    assert target.read_text().startswith("{")


def obey_permissions() -> None:
    """In a child of root: gives up what lets root read and write everything. Source: capabilities(7), prctl(2)."""
    for capability in (1, 2) if os.geteuid() == 0 else ():  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def as_a_user(*command: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Runs gkedoctor as somebody to whom permissions apply."""
    return shell("", list(command), preexec_fn=obey_permissions, **options)


def test_a_configuration_that_may_not_be_looked_for_is_told(tmp_path: Path) -> None:
    shut = tmp_path / ".config"
    shut.mkdir(mode=0o000)
    place = {"cwd": tmp_path, "env": {**HOME, "HOME": str(tmp_path)}}
    done = as_a_user("report", "--from", FAULTY, **place)
    assert done.returncode == ExitCode.USAGE
    assert one_line(done) == "error[config]: cannot be read: Permission denied"
    assert "--no-config" in done.stderr
    assert as_a_user("report", "--from", FAULTY, "--no-config", **place).returncode == ExitCode.FOUND
    assert as_a_user("explain", "GKE-CFG-001", **place).returncode == ExitCode.OK


@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[3], COMMANDS[5], COMMANDS[6]], ids=named)
def test_a_folder_that_may_not_be_entered_any_more(tmp_path: Path, command: list[str]) -> None:
    inner = tmp_path / "shut" / "inner"
    inner.mkdir(parents=True)
    enter = ["bash", "-c", 'chmod 0 .. && "$@"', "bash", sys.executable, "-P", "-m", "gkedoctor", *command]
    environment = {**HOME, "HOME": str(tmp_path)}
    done = subprocess.run(
        enter, cwd=inner, env=environment, capture_output=True, text=True, check=False, preexec_fn=obey_permissions
    )
    inner.parent.chmod(0o755)
    assert done.returncode in DONE | TOLD, done.stderr
    if done.returncode in TOLD:
        one_line(done)


@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[3], COMMANDS[5], COMMANDS[6], COMMANDS[7]], ids=named)
def test_a_folder_that_is_deleted(tmp_path: Path, command: list[str]) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    enter = ["bash", "-c", 'rmdir "$PWD" && "$@"', "bash", sys.executable, "-P", "-m", "gkedoctor", *command]
    done = subprocess.run(enter, cwd=gone, capture_output=True, text=True, check=False)
    assert done.returncode in DONE | TOLD, done.stderr
    if done.returncode in TOLD:
        assert "current folder" in one_line(done)


def test_a_report_of_another_folder_needs_no_folder_of_its_own(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = [sys.executable, "-P", "-m", "gkedoctor", "report", "--no-config", "--from", FAULTY]
    enter = ["bash", "-c", 'rmdir "$PWD" && "$@"', "bash", *command]
    assert subprocess.run(enter, cwd=gone, capture_output=True, check=False).returncode == ExitCode.FOUND


@pytest.mark.parametrize(
    "command",
    [["report", "--from", FAULTY, "-o"], ["diff", FAULTY, FAULTY, "--output-file"], ["import", FAULTY, "-o"]],
    ids=named,
)
def test_an_output_that_may_not_be_written(tmp_path: Path, command: list[str]) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o555)
    target = f"{'json=' if command[0] == 'report' else ''}{shut}/out.gkesnap"
    done = as_a_user(*command, target, cwd=tmp_path, env={**HOME, "HOME": str(tmp_path)})
    assert done.returncode in TOLD
    assert "Permission denied" in one_line(done)
