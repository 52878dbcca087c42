"""`gkedoctor serve`, started and ended as a user does."""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import RECORDINGS
from tests.serve.conftest import Kubectl

TWO = RECORDINGS / "two-problems"


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The command, and the three lines it says when it is ready."""
    command = [sys.executable, "-m", "gkedoctor", "serve", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        yield process, [process.stderr.readline().rstrip() for _ in range(3)]
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_it_says_where_it_is_serves_and_ends_cleanly(ending: signal.Signals) -> None:
    with started(str(TWO)) as (process, lines):
        url = re.search(r"http://127\.0\.0\.1:\d+", lines[0])
        assert url is not None
        assert lines[0].startswith("teratail as recorded at 2026-11-22T12:31:18Z: ")
        config = Path(lines[1].removeprefix("export KUBECONFIG="))
        assert "teratail-RECORDED" in config.read_text()
        with urllib.request.urlopen(f"{url[0]}/api/v1/pods", timeout=10) as response:
            assert len(json.load(response)["items"]) == 4
        process.send_signal(ending)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err.strip()) == (0, "", "")
        assert not config.parent.exists()


def test_under_nohup_a_hangup_does_not_end_it() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what a child inherits
    try:
        with started(str(TWO)) as (process, _):
            process.send_signal(signal.SIGHUP)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_snapshot_is_served_with_a_kubeconfig_of_its_own(program: str, tmp_path: Path) -> None:
    snapshot, config = tmp_path / "two.gkesnap", tmp_path / "kubeconfig"
    command = [sys.executable, "-m", "gkedoctor", "import", str(TWO), "-o", str(snapshot)]
    subprocess.run(command, check=True, capture_output=True)
    with started(str(snapshot), "--kubeconfig", str(config)) as (_, lines):
        assert lines[1] == f"export KUBECONFIG={config}"
        looking = Kubectl.__new__(Kubectl)
        looking.program, looking.environment = program, {"HOME": str(tmp_path), "KUBECONFIG": str(config)}
        assert "alpha" in looking("get deploy -A")
    assert config.exists()


@pytest.mark.parametrize("from_file", [False, True])
def test_kubectl_asks_with_the_token_in_its_kubeconfig(program: str, tmp_path: Path, from_file: bool) -> None:
    config, token = tmp_path / "kubeconfig", tmp_path / "token"
    token.write_text("0123456789abcdef0123456789abcdef")
    with started(str(TWO), "--kubeconfig", str(config), *(["--token-file", str(token)] if from_file else ["--token"])):
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
        assert (token.read_text() in config.read_text()) is from_file
        looking = Kubectl.__new__(Kubectl)
        looking.program, looking.environment = program, {"HOME": str(tmp_path), "KUBECONFIG": str(config)}
        assert "alpha" in looking("get deploy -A")
        command = [sys.executable, "-m", "gkedoctor", "report", "--kubeconfig", str(config), "--no-gcp", "-o", "name"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "missing-secret" in done.stdout, done.stderr
        config.write_text(re.sub("token: .*}", "token: another-token-than-that}", config.read_text()))
        assert looking.run("get", "deploy", "-A").returncode != 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nosuch.json"], 3, "nosuch.json does not exist"),
        ([str(TWO), "--port", "70000"], 2, "70000"),
        ([str(TWO), "--token-file", "/nonexistent"], 2, "cannot read the token in /nonexistent: No such file"),
        ([str(TWO), "--kubeconfig", __file__], 2, "was not written by `gkedoctor serve`"),
    ],
)
def test_what_cannot_be_served_is_said(arguments: list[str], code: int, words: str) -> None:
    command = [sys.executable, "-m", "gkedoctor", "serve", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
