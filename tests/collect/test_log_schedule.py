"""Logs that fail alike: a few requests tell, the rest is not sent, and what is said does not depend on threads."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.collect.collector import Collected, CollectRequest, collect
from gkedoctor.collect.deadline import Deadline, RequestFailed
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.log_schedule import LogSchedule, Result
from gkedoctor.collect.logs import ContainerRun
from gkedoctor.collect.results import ContainerLog
from gkedoctor.snapshot.kinds import KINDS, LOGS
from gkedoctor.snapshot.model import CollectionState, Status
from tests.collect.kube_api import KubeApi, status
from tests.collect.loopback import Asked as Sent
from tests.collect.loopback import Reply

REFUSED = 'Get "https://10.0.0.1:10250/containerLogs/n/{pod}/c": dial tcp 10.0.0.1:10250: connect: connection refused'


def runs(count: int, nodes: int) -> list[ContainerRun]:
    return [ContainerRun("n", f"p{i}", "c", False, f"node-{i % nodes}") for i in range(count)]


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi({"pods": []}) as server:
        server.fault = lambda sent: Reply(200, b"a line\n") if sent.path.endswith("/log") else None
        yield server


def read(api: KubeApi, tmp_path: Path, wanted: Sequence[ContainerRun], **limits: Any) -> Collected:
    deadline = Deadline(**({"request": 5, "overall": 60, "sleep": lambda _s: None} | limits))
    chosen: Any = lambda _clock, _pods: wanted  # noqa: E731
    asked = CollectRequest(Login(api.kubeconfig(tmp_path)), [KINDS["Pod"]], deadline, select_logs=chosen)
    return collect(asked, lambda _said: None)


def sent(api: KubeApi) -> list[Sent]:
    return [one for one in api.asked if one.path.endswith("/log")]


def unreachable(one: Sent) -> Reply | None:
    return status(500, REFUSED.format(pod=one.path.split("/")[6])) if one.path.endswith("/log") else None


@pytest.mark.parametrize("nodes", [1, 3, 50, 300])
def test_kubelets_that_are_all_unreachable_cost_a_few_requests(api: KubeApi, tmp_path: Path, nodes: int) -> None:
    api.fault = unreachable
    state = read(api, tmp_path, runs(300, nodes)).gathered.states[LOGS]
    assert len({one.path for one in sent(api)}) <= 9
    assert state.status is Status.FAILED and state.needs == "get pods/log"
    assert state.reason.startswith("300 of 300 logs could not be read (29") and "on nodes node-0" in state.reason
    assert "connection refused" in state.reason


def test_kubelets_that_hang_cost_one_time_out(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda one: Reply(200, b"", wait=20) if one.path.endswith("/log") else None
    began = time.monotonic()
    state = read(api, tmp_path, runs(300, 60), request=0.5).gathered.states[LOGS]
    assert time.monotonic() - began < 5
    assert "292 not requested after 8 failures" in state.reason and "timed out" in state.reason


def test_one_dead_node_does_not_cost_the_logs_of_the_others(api: KubeApi, tmp_path: Path) -> None:
    dead = {f"p{i}" for i in range(0, 100, 5)}
    answers = api.fault

    def fault(one: Sent) -> Reply | None:
        pod = one.path.split("/")[6] if one.path.endswith("/log") else ""
        return status(502, REFUSED.format(pod=pod)) if pod in dead else answers(one)

    api.fault = fault
    found = read(api, tmp_path, runs(100, 5)).gathered
    assert len(found.logs) == 80
    assert len({one.path for one in sent(api) if one.path.split("/")[6] in dead}) == 3
    assert found.states[LOGS] == CollectionState(
        Status.PARTIAL,
        reason=f"20 of 100 logs could not be read (17 not requested after 3 failures on nodes node-0): "
        f"{REFUSED.format(pod='p0')}",
        needs="get pods/log",
    )


def test_a_namespace_whose_logs_are_denied_is_asked_for_a_few(api: KubeApi, tmp_path: Path) -> None:
    answers = api.fault
    api.fault = lambda one: (
        status(403, "pods is forbidden") if one.path.endswith("/log") and "/closed/" in one.path else answers(one)
    )
    wanted = [ContainerRun("closed" if i % 2 else "open", f"p{i}", "c", False, "node") for i in range(40)]
    found = read(api, tmp_path, wanted).gathered
    assert len(found.logs) == 20 and found.states[LOGS].status is Status.PARTIAL
    assert len([one for one in sent(api) if "/closed/" in one.path]) <= 10


def test_a_log_that_is_not_there_is_no_failure(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda one: status(404, "not found") if one.path.endswith("/log") else None
    found = read(api, tmp_path, runs(30, 3)).gathered
    assert len(sent(api)) == 30 and "could not be read" not in found.states[LOGS].reason


def test_where_pods_are_denied_logs_are_not_called_complete(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda one: status(403, "pods is forbidden") if one.path.endswith("/pods") else None
    state = read(api, tmp_path, runs(3, 3)).gathered.states[LOGS]
    assert state.status is Status.DENIED and "Pods could not be listed" in state.reason


OUTCOMES = st.sampled_from(["log", "none", "refused", "timeout", "denied"])


@given(
    pods=st.lists(st.tuples(st.integers(0, 12), OUTCOMES), max_size=120),
    seed=st.integers(0, 1000),
)
def test_the_order_in_which_threads_end_changes_nothing(pods: list[tuple[int, str]], seed: int) -> None:
    wanted = [ContainerRun("n", f"p{i}", "c", False, f"node-{node}") for i, (node, _) in enumerate(pods)]
    results: dict[ContainerRun, Result] = {run: _result(run, pods[i][1]) for i, run in enumerate(wanted)}
    order = random.Random(seed)

    def played(shuffled: bool) -> tuple[CollectionState, set[ContainerRun]]:
        schedule, asked = LogSchedule(wanted), set[ContainerRun]()
        while batch := schedule.next_round():
            assert not asked & set(batch)
            asked |= set(batch)
            if shuffled:
                order.shuffle(batch)
            for run in batch:
                schedule.record(run, results[run])
        return schedule.state(), asked

    assert played(shuffled=False) == played(shuffled=True)
    answered = {run for run in wanted if results[run] is None or isinstance(results[run], ContainerLog)}
    if answered == set(wanted):
        assert played(shuffled=True)[1] == set(wanted)


def _result(run: ContainerRun, outcome: str) -> Result:
    if outcome == "log":
        return ContainerLog(run.namespace, run.pod, run.container, run.previous, "x")
    code = {"none": 0, "refused": 502, "timeout": 0, "denied": 403}[outcome]
    if outcome == "none":
        return None
    return RequestFailed(f"{outcome} of {run.pod}", code=code, timed_out=outcome == "timeout")


def test_the_node_of_a_pod_is_known() -> None:
    from gkedoctor.live.log_selection import select_logs

    waiting = {"name": "c", "ready": False, "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    pod = {
        "metadata": {"name": "p", "namespace": "n", "uid": "u"},
        "spec": {"nodeName": "node-1", "containers": [{"name": "c"}]},
        "status": {"phase": "Running", "containerStatuses": [waiting]},
    }
    found = select_logs(datetime.fromisoformat("2026-01-01T00:00:00+00:00"), [pod])
    assert found and {run.node for run in found} == {"node-1"}
