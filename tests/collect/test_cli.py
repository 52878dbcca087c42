"""The commands on a live cluster: the same answer as from the recording, progress, Ctrl-C, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.cli.live import Board, Duration
from gkedoctor.collect.found import KUBERNETES, Said
from gkedoctor.snapshot.sources import load
from tests.collect.kube_api import KubeApi, forbidden
from tests.collect.loopback import Reply
from tests.conftest import RECORDINGS, recorded

NAME = "db-host"


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi.of(recorded(NAME)) as server:
        yield server


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


def test_report_collects_and_finds_the_same(api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gkedoctor(["report", "--json", "--from", str(RECORDINGS / NAME)]) == 1
    known = told(capsys)
    saved = tmp_path / "saved.gkesnap"
    arguments = ["report", "--json", "--no-gcp", "--kubeconfig", api.kubeconfig(tmp_path), "--save", str(saved)]
    assert gkedoctor(arguments) == 1
    live = told(capsys)
    assert live["snapshot"]["live"] is True and known["snapshot"]["live"] is False
    assert live["diagnoses"] == known["diagnoses"]
    assert gkedoctor(["report", "--json", "--from", str(saved)]) == 1
    assert told(capsys)["diagnoses"] == known["diagnoses"]


def test_progress_is_one_plain_line_a_collector(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.fault = lambda asked: forbidden("secrets") if asked.path.endswith("/secrets") else None
    gkedoctor(["report", "--no-gcp", "--kubeconfig", api.kubeconfig(tmp_path)])
    lines = [line.split() for line in capsys.readouterr().err.splitlines() if line.startswith("  ")]
    assert [line[0] for line in lines if line[-1] in ("partial", "complete")].count("Kubernetes") == 1
    assert ["Kubernetes", "secrets:", "denied:"] in [line[:3] for line in lines]
    assert [line[0] for line in lines].count("logs") == 1


def test_progress_on_a_terminal_stands_in_place(capsys: pytest.CaptureFixture[str]) -> None:
    board = Board(terminal=True)
    board.say(Said(KUBERNETES, 5))
    board.say(Said("logs", 1))
    board.say(Said(KUBERNETES, 9, "complete"))
    board.close()
    assert capsys.readouterr().err.count("\033[2A") == 1


def test_a_cluster_that_cannot_be_reached_is_exit_3(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = api.kubeconfig(tmp_path)
    api.close()
    for command in (["report"], ["snapshot", "-o", str(tmp_path / "x.gkesnap")], ["access"]):
        assert gkedoctor([*command, "--kubeconfig", config, "--no-gcp"]) == 3
        shown = capsys.readouterr()
        assert shown.out == "" and shown.err.startswith("gkedoctor: error: cannot reach the cluster at http://127.")
        assert len(shown.err.splitlines()) == 2
    assert not (tmp_path / "x.gkesnap").exists()


@pytest.mark.parametrize("flags", [["--context", "x"], ["--no-logs"], ["--project", "p"], ["--save", "x.gkesnap"]])
def test_flags_of_a_live_cluster_do_not_go_with_a_recording(
    flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert gkedoctor(["report", "--from", str(RECORDINGS / NAME), *flags]) == 2
    assert f"{flags[0]} is for a live cluster, --from for a recording" in capsys.readouterr().err


def test_snapshot_of_a_namespace(api: KubeApi, tmp_path: Path) -> None:
    file = tmp_path / "x.gkesnap"
    arguments = ["snapshot", "-o", str(file), "-n", NAME, "--no-gcp", "--no-logs", "--kubeconfig"]
    assert gkedoctor([*arguments, api.kubeconfig(tmp_path)]) == 0
    stored = load(file)
    assert stored.collection("pods").state.namespaces == (NAME,)
    assert stored.collection("pods").objects and not stored.collection("logs").objects
    assert not [asked for asked in api.asked if asked.path.endswith("/log")]


def test_denied_secrets_are_said_in_the_report(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.fault = lambda asked: forbidden("nodes") if asked.path.endswith("/nodes") else None
    gkedoctor(["report", "--json", "--no-gcp", "--kubeconfig", api.kubeconfig(tmp_path)])
    holes = {hole["collection"]: hole for hole in told(capsys)["not_checked"]}
    assert holes["nodes"]["reason"] == "denied" and holes["nodes"]["needs"] == "list nodes"


@pytest.mark.parametrize(
    ("command", "code"), [(["report", "--json"], 1), (["snapshot", "-o", "x.gkesnap"], 130)], ids=["report", "snapshot"]
)
def test_ctrl_c_keeps_what_is_there(api: KubeApi, tmp_path: Path, command: list[str], code: int) -> None:
    slow = {"/api/v1/configmaps", "/apis/apps/v1/daemonsets"}
    api.fault = lambda asked: Reply(200, {}, wait=30) if asked.path in slow else None
    arguments = [sys.executable, "-m", "gkedoctor", *command, "--no-gcp", "--kubeconfig", api.kubeconfig(tmp_path)]
    process = subprocess.Popen(
        arguments,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"HOME": "/"},
    )
    wait_until(lambda: sum(asked.path in slow for asked in api.asked) == 2 and len(api.asked) > 35)
    time.sleep(1.0)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert process.returncode == code, err
    assert "interrupted" in err and "Traceback" not in err
    if command[0] == "snapshot":
        states = {name: c.state for name, c in load(tmp_path / "x.gkesnap").collections.items()}
        assert states["configmaps"].reason == "interrupted with Ctrl-C" and states["pods"].reason == ""
    else:
        found = json.loads(out)
        assert found["diagnoses"] and any("interrupted" in note for note in found["notes"])


def wait_until(condition: Any) -> None:
    ends = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.mark.parametrize(("text", "seconds"), [("10s", 10), ("1m30s", 90), ("500ms", 0.5), ("7", 7), ("0", 0)])
def test_durations_are_kubectl_s(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds
