"""On which step a Pod stands, and what its containers tell of how they ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.workloads.pods import step, step_of
from gkedoctor.graph.workloads.restarts import run_seconds

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ENDED = {"exitCode": 1, "reason": "Error", "startedAt": "2026-01-01T11:59:00Z", "finishedAt": "2026-01-01T11:59:30Z"}


def pod(container: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    status = {"phase": "Running", "conditions": [{"type": "PodScheduled", "status": "True"}]}
    if container is not None:
        status["containerStatuses"] = [{"name": "app", "ready": False, "restartCount": 0, **container}]
    spec = {"nodeName": "n1", "containers": [{"name": "app", "image": "app"}], **parts.pop("spec", {})}
    return {"kind": "Pod", "metadata": {"name": "p", "namespace": "shop"}, "spec": spec, "status": {**status, **parts}}


def waiting(reason: str) -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason}}}


def running(since: str, last: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"state": {"running": {"startedAt": since}}, "lastState": {"terminated": last} if last else {}, **more}


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("ErrImagePull", "image"),
        ("ImagePullBackOff", "image"),
        ("InvalidImageName", "image"),
        ("CreateContainerConfigError", "config"),
        ("CreateContainerError", "create"),
        ("RunContainerError", "create"),
        ("PostStartHookError", "create"),
        ("CrashLoopBackOff", "crash"),
        ("ContainerCreating", "starting"),
    ],
)
def test_the_reason_for_which_a_container_waits_gives_the_step(reason: str, expected: str) -> None:
    assert step(NOW, pod(waiting(reason))) == expected


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        pytest.param({"state": {"terminated": ENDED}}, "crash", id="ended with an error"),
        pytest.param(running("2026-01-01T11:59:50Z", ENDED, restartCount=4), "crash", id="between two ends"),
        pytest.param(
            running("2026-01-01T11:59:50Z", ENDED, restartCount=4, ready=True), "crash", id="Ready in between"
        ),
        pytest.param(running("2026-01-01T11:59:50Z", ENDED, restartCount=1), "unready", id="one end is no loop"),
        pytest.param(running("2026-01-01T11:50:00Z", ENDED, restartCount=4), "unready", id="runs three times as long"),
    ],
)
def test_a_container_that_ends_again_and_again_crashes(container: dict[str, Any], expected: str) -> None:
    assert step(NOW, pod(container)) == expected


@pytest.mark.parametrize(
    ("since", "started", "finished"),
    [
        pytest.param(
            "2026-01-01T11:50:00Z", "2026-01-01T11:48:00Z", "2026-01-01T11:49:00Z", id="has outlived its crashes"
        ),
        pytest.param("2026-01-01T11:59:00Z", "2025-12-25T11:00:00Z", "2026-01-01T11:58:50Z", id="ended after a week"),
        pytest.param(
            "2026-01-01T11:50:00Z", "1970-01-01T00:00:00Z", "2026-01-01T11:49:00Z", id="could not be started once"
        ),
    ],
)
def test_a_container_that_is_well_again_is_fine(since: str, started: str, finished: str) -> None:
    last = {**ENDED, "startedAt": started, "finishedAt": finished}
    well = pod(running(since, last, restartCount=4, ready=True))
    well["status"]["conditions"].append({"type": "Ready", "status": "True"})
    assert step(NOW, well) == "fine"


def test_a_slow_leak_is_a_loop_though_it_runs_for_an_hour() -> None:
    last = {**ENDED, "startedAt": "2026-01-01T10:40:00Z", "finishedAt": "2026-01-01T11:40:00Z", "reason": "OOMKilled"}
    assert step(NOW, pod(running("2026-01-01T11:40:05Z", last, restartCount=9, ready=True))) == "crash"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"phase": "Failed", "reason": "Evicted"}, "failed"),
        ({"phase": "Succeeded"}, "fine"),
        ({"spec": {"nodeName": None}}, "scheduling"),
        ({"conditions": []}, "silent"),
    ],
)
def test_steps_of_pods_without_containers(changed: dict[str, Any], expected: str) -> None:
    assert step(NOW, pod(None, **changed)) == expected


def test_odd_but_shaped_pods_do_not_raise() -> None:
    odd = {"metadata": {"name": "p"}, "spec": None, "status": {"containerStatuses": [{"name": None, "state": None}]}}
    assert step(NOW, odd) == "scheduling"


def test_a_run_that_never_started_has_no_length() -> None:
    assert run_seconds({"startedAt": "1970-01-01T00:00:00Z", "finishedAt": "2026-01-01T12:00:00Z"}) is None
    assert run_seconds(ENDED) == 30


def containers(item: dict[str, Any], **given: Any) -> list[dict[str, Any]]:
    graph = Graph(given_snapshot(Given(objects=(item,), **given), lambda _: None))  # type: ignore[arg-type, return-value]
    found = graph.follow("containers", graph.all("Pod")[0])
    assert not isinstance(found, Unknown)
    return list(found)


def test_what_a_container_said_is_its_log_and_its_termination_message() -> None:
    item = pod({"state": {"terminated": {**ENDED, "message": "panic: no queue"}}, "restartCount": 2})
    found = containers(item, logs={"shop/p/app": "starting\nfatal: out of luck\nbye"})[0]
    assert found["said"] == ["starting", "fatal: out of luck", "bye", "panic: no queue"]
    assert found["telling"] == "panic: no queue"
    assert (found["ends"], found["life"]) == (3, 30)


def test_without_a_log_what_it_said_is_not_known() -> None:
    found = containers(pod({"state": {"terminated": ENDED}}))[0]
    assert isinstance(found["said"], Unknown)
    assert found["telling"] is None


@pytest.mark.parametrize(("code", "seconds", "expected"), [(137, 30, "liveness"), (1, 30, None), (137, 3, None)])
def test_a_life_as_long_as_the_patience_of_the_probe(code: int, seconds: int, expected: str | None) -> None:
    ended = {**ENDED, "exitCode": code, "finishedAt": f"2026-01-01T11:59:{seconds:02}Z"}
    spec = {"containers": [{"name": "app", "livenessProbe": {"tcpSocket": {"port": 80}}}]}
    assert containers(pod({"state": {"terminated": ended}}, spec=spec))[0]["probeLife"] == expected


def test_restarts_over_weeks_are_no_loop_where_the_present_run_outlived_its_back_off() -> None:
    last = {**ENDED, "startedAt": "2026-01-01T11:40:00Z", "finishedAt": "2026-01-01T11:49:00Z"}
    item = pod(running("2026-01-01T11:50:00Z", last, restartCount=5, ready=True))
    assert step(NOW, item) == "crash"
    old = {**item, "metadata": {**item["metadata"], "creationTimestamp": "2025-12-01T00:00:00Z"}}
    assert step(NOW, old) != "crash"
    young = {**item, "metadata": {**item["metadata"], "creationTimestamp": "2026-01-01T11:00:00Z"}}
    assert step(NOW, young) == "crash"


@pytest.mark.parametrize(("since", "expected"), [("2026-01-01T11:59:40Z", "fine"), ("2026-01-01T09:00:00Z", "crash")])
def test_a_pod_that_ended_with_its_machine_and_is_ready_again_is_fine(since: str, expected: str) -> None:
    ready = {"type": "Ready", "status": "True"}
    item = pod(running("2026-01-01T11:59:50Z", ENDED, restartCount=4, ready=True), conditions=[ready])
    node = {
        "kind": "Node",
        "metadata": {"name": "n1"},
        "status": {"conditions": [{**ready, "lastTransitionTime": since}]},
    }
    given = Given(objects=(item, node), now="2026-01-01T12:00:00Z")
    graph = Graph(given_snapshot(given, lambda _: None))  # type: ignore[arg-type, return-value]
    assert step_of(graph, graph.all("Pod")[0]) == expected
