"""The commands on a live cluster: the same answer as from the recording, progress, Ctrl-C, exit codes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.cli.live import Board, Duration
from gkedoctor.collect.results import KUBERNETES, CollectorProgress
from gkedoctor.errors import SourceError
from gkedoctor.live.collection import LiveCollection
from gkedoctor.live.options import LiveOptions
from gkedoctor.snapshot.sources import load
from tests.collect.compute_api import ComputeApi
from tests.collect.kube_api import KubeApi, forbidden
from tests.collect.loopback import Reply
from tests.conftest import RECORDINGS, recorded, shipped_playbooks

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
    board.say(CollectorProgress(KUBERNETES, 5))
    board.say(CollectorProgress("logs", 1, "complete"))
    board.say(CollectorProgress(KUBERNETES, 9, "complete"))
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
    ended = [line.split() for line in err.splitlines() if line.startswith("  Kubernetes")]
    assert ended[-1][-1] == "partial" and "configmaps, daemonsets: interrupted with Ctrl-C" in " ".join(ended[-2])
    if command[0] == "snapshot":
        states = {name: c.state for name, c in load(tmp_path / "x.gkesnap").collections.items()}
        assert states["configmaps"].reason == "interrupted with Ctrl-C" and states["pods"].reason == ""
    else:
        found = json.loads(out)
        assert found["diagnoses"] and any("interrupted" in note for note in found["notes"])


@pytest.mark.parametrize("form", ["text", "json"])
def test_first_answers_come_before_the_slowest_collector_is_done(api: KubeApi, tmp_path: Path, form: str) -> None:
    """The slow listing is answered only when the first answer was read: no clock decides this."""
    told = threading.Event()
    api.fault = lambda asked: told.wait(60) and None if asked.path.endswith("/daemonsets") else None
    arguments = ["report", "--first-answers", "--no-gcp", "-o", form, "--kubeconfig", api.kubeconfig(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "gkedoctor", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"HOME": "/"},
    )  # fmt: skip
    assert process.stderr is not None
    lines: list[str] = []
    while not any("    high      dependency-unreachable: " in line for line in lines):
        line = process.stderr.readline()
        assert line, lines
        lines.append(line)
    told.set()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert any("preliminary, with " in line and "still being read (" in line for line in lines)
    assert "preliminary" not in out
    assert form == "text" or json.loads(out)["diagnoses"][0]["cause"] == "dependency-unreachable"


def test_without_being_asked_nothing_preliminary_goes_into_a_pipe(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.fault = lambda asked: Reply(200, {"items": []}, wait=2.5) if asked.path.endswith("/daemonsets") else None
    assert gkedoctor(["report", "--no-gcp", "--kubeconfig", api.kubeconfig(tmp_path)]) == 1
    assert "preliminary" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("ing-healthy", ["path", "Ingress/ing-healthy/app", "--json"]),
        ("ing-healthy", ["teardown"]),
        ("orphans-cluster-deleted", ["leftovers", "--json"]),
    ],
    ids=lambda given: given[0] if isinstance(given, list) else given,
)
def test_the_other_questions_are_answered_live_too(
    name: str, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = recorded(name)
    with KubeApi.of(snapshot) as kube, ComputeApi.of(snapshot) as compute:
        for variable, url in compute.environment.items():
            monkeypatch.setenv(variable, url)
        project = ["--project", snapshot.manifest.project or "p", "--location", snapshot.manifest.location or "l"]
        known = gkedoctor([*command, "--from", str(RECORDINGS / name)]), answered(capsys)
        live = gkedoctor([*command, "--kubeconfig", kube.kubeconfig(tmp_path), *project]), answered(capsys)
        assert live == known and known[1]
        assert {asked.method for asked in kube.asked} == {"GET"}


def answered(capsys: pytest.CaptureFixture[str]) -> Any:
    """What a command found: its text, or of a report the diagnoses."""
    out = capsys.readouterr().out
    found = json.loads(out) if out.startswith("{") else {}
    return found.get("diagnoses", out)


def test_google_cloud_that_was_not_asked_says_why(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gkedoctor(["report", "--json", "--no-gcp", "--kubeconfig", api.kubeconfig(tmp_path)])
    cloud = [hole for hole in told(capsys)["not_checked"] if hole["collection"].startswith("compute.")]
    assert cloud and {hole["detail"] for hole in cloud} == {"Google Cloud was not read: --no-gcp is set"}


def test_a_cluster_that_is_not_on_google_cloud_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with KubeApi({"pods": [], "nodes": [{"metadata": {"name": "kind-control-plane"}}]}) as kind:
        gkedoctor(["report", "--json", "--kubeconfig", kind.kubeconfig(tmp_path, context="kind-kind")])
    cloud = [hole for hole in told(capsys)["not_checked"] if hole["collection"].startswith("compute.")]
    assert cloud and all(hole["detail"].startswith("its context and Nodes do not name a") for hole in cloud)


def test_a_server_that_never_answers_cannot_hold_a_command(tmp_path: Path) -> None:
    """It takes connections, and says nothing: the overall limit ends it, with an error that says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as silent, KubeApi({}) as api:
        config = Path(api.kubeconfig(tmp_path))
        config.write_text(config.read_text().replace(api.url, f"http://127.0.0.1:{silent.getsockname()[1]}"))
        began = time.monotonic()
        assert gkedoctor(["report", "--no-gcp", "--timeout", "2s", "--kubeconfig", str(config)]) == 3
        assert time.monotonic() - began < 15


def test_listings_that_never_answer_end_with_the_time_limit(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.fault = lambda asked: Reply(200, {}, wait=60) if asked.path.endswith("/daemonsets") else None
    arguments = ["report", "--json", "--no-gcp", "--timeout", "2s", "--kubeconfig", api.kubeconfig(tmp_path)]
    assert gkedoctor(arguments) == 1
    found = told(capsys)
    hole = next(hole for hole in found["not_checked"] if hole["collection"] == "daemonsets")
    assert hole["reason"] == "failed" and found["diagnoses"] and not found["complete"]


def test_a_group_needs_a_user(capsys: pytest.CaptureFixture[str]) -> None:
    assert gkedoctor(["report", "--as-group", "devs"]) == 2
    assert "--as-group needs --as" in capsys.readouterr().err


def wait_until(condition: Any) -> None:
    ends = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.mark.parametrize(("text", "seconds"), [("10s", 10), ("1m30s", 90), ("500ms", 0.5), ("7", 7), ("0", 0)])
def test_durations_are_kubectl_s(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


def test_masking_ends_with_the_time_limit(api: KubeApi, tmp_path: Path) -> None:
    """A clock that runs a minute for each look at it, once the lists are in."""
    options = LiveOptions(api.kubeconfig(tmp_path), gcp=False, logs=False, timeout=30)
    request = options.request(shipped_playbooks())
    began, jump = time.monotonic(), [0.0]

    def clock() -> float:
        jump[0] += 60.0 if done.is_set() else 0.0
        return time.monotonic() + jump[0]

    done = threading.Event()
    request.deadline.clock = clock
    with pytest.raises(SourceError, match="masking credentials did not finish within 10 s"):
        LiveCollection(request).whole(lambda said: done.set() if said.state else None)
    assert time.monotonic() - began < 20
