"""What is proved already is shown while the rest is read, and the answer takes its place."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.cli.live import Board
from gkedoctor.collect.results import KUBERNETES, CollectorProgress
from gkedoctor.live.collection import LiveCollection
from gkedoctor.live.options import LiveOptions
from gkedoctor.service.report import ReportOptions, ReportQuery
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.recorded_parts import RecordedParts
from tests.collect.kube_api import KubeApi
from tests.collect.loopback import Asked
from tests.conftest import recorded, shipped_playbooks

NAME = "db-host"


def test_each_round_that_reads_more_shows_what_is_proved() -> None:
    query = ReportQuery(ReportOptions(namespaces=(NAME,)), shipped_playbooks())
    question, shown = query.part, list[tuple[list[str], list[str]]]()
    assert question is not None

    def show(found: object, waiting: object) -> None:
        shown.append(([d.cause for d in found.outcome.diagnoses], list(waiting)))  # type: ignore[attr-defined,call-overload]

    report = query.report_of(question, RecordedParts(recorded(NAME), small=0), show)
    assert report is not None and shown
    final = [d.cause for d in report.answer.outcome.diagnoses]
    assert all(waiting for _, waiting in shown)
    assert final == ["dependency-unreachable"] and any(causes == final for causes, _ in shown)


def test_logs_that_come_in_after_all_lists_are_looked_at(tmp_path: Path) -> None:
    """Only one list is missing: its end would come too late."""
    logs_may_come, list_may_come = threading.Event(), threading.Event()

    def wait(asked: Asked) -> None:
        if asked.path.endswith("/log"):
            logs_may_come.wait(60)
        elif asked.path.endswith("/daemonsets"):
            list_may_come.wait(60)

    def until(holds: Callable[[], Any]) -> Any:
        end = time.monotonic() + 60
        while not (found := holds()):
            assert time.monotonic() < end
            time.sleep(0.02)
        return found

    with KubeApi.of(recorded(NAME)) as api:
        api.fault = wait
        collection = LiveCollection(LiveOptions(api.kubeconfig(tmp_path), gcp=False).request(shipped_playbooks()))
        reading = threading.Thread(target=collection.gathered, args=(lambda _: None,))
        reading.start()
        until(lambda: collection.waiting() == ["daemonsets"])
        assert until(collection.so_far).collection(LOGS).objects == ()
        assert collection.so_far() is None
        logs_may_come.set()
        assert until(collection.so_far).collection(LOGS).objects
        list_may_come.set()
        reading.join(60)


@pytest.mark.parametrize(("flags", "expected"), [((), False), (("--first-answers",), True)])
def test_a_pipe_gets_them_only_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...], expected: bool
) -> None:
    with KubeApi.of(recorded(NAME)) as api:
        gkedoctor(["report", "-n", NAME, "--no-gcp", *flags, "--kubeconfig", api.kubeconfig(tmp_path)])
    said = capsys.readouterr()
    assert ("preliminary, with " in said.err) is expected
    assert "preliminary" not in said.out


def test_on_a_terminal_they_are_gone_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    board = Board(terminal=True)
    board.say(CollectorProgress(KUBERNETES, 5))
    board.tell(["  preliminary, with 1 collection still being read (nodes):", "    high      oom: x"])
    board.close()
    first, last = capsys.readouterr().err.split("oom: x\n")
    assert "preliminary" in first and "Kubernetes" in last
    assert last.endswith("\033[J")  # three lines up, one is drawn, the others are erased
    assert "\033[3A" in last
