"""What is read only for who asks: uptime checks of Cloud Monitoring, and the Events that Cloud Logging keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.collect import logging
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_cloud import collect_google
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions
from gkedoctor.collect.read_only import NotReadOnlyError, assert_read_only
from gkedoctor.collect.results import EVENT_HISTORY, UPTIME_CHECKS, CollectorProgress, Listing
from gkedoctor.graph import Graph, Unknown
from gkedoctor.playbook.required_kinds import needed_kinds
from gkedoctor.snapshot.kinds import HISTORY, KINDS, ON_REQUEST, UPTIME
from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.sources import load
from tests.collect.compute_api import ComputeApi, error
from tests.collect.kube_api import KubeApi
from tests.collect.loopback import Asked, Reply
from tests.collect.operations_api import OperationsApi, entry
from tests.conftest import shipped_playbooks

NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
PLACE = GoogleLocation("p", "z-a", "c")
CHECKS, POLICIES = "monitoring.uptimeCheckConfigs", "monitoring.alertPolicies"
PATHS = {
    CHECKS: "/v3/projects/p/uptimeCheckConfigs",
    POLICIES: "/v3/projects/p/alertPolicies",
    HISTORY: "/v2/entries:list",
}
ASKED = UPTIME | {HISTORY}
TWELVE_HOURS = ["--event-history", "12h"]


def stamp(hours: float) -> str:
    """The moment that many hours before now."""
    return (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(name: str, hours: float, **fields: Any) -> dict[str, Any]:
    about = {"kind": "Pod", "namespace": "shop", "name": "cart-1", "uid": "u-1"}
    return {
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": name, "namespace": "shop", "uid": f"e-{name}"},
        "involvedObject": about, "type": "Warning", "reason": "Unhealthy", "message": "Readiness probe failed",
        "firstTimestamp": stamp(30), "lastTimestamp": stamp(hours), "count": 1,
    } | fields  # fmt: skip


def checks(number: int) -> list[dict[str, Any]]:
    return [
        {
            "name": f"projects/p/uptimeCheckConfigs/shop-{i}",
            "displayName": f"shop {i}",
            "monitoredResource": {"type": "uptime_url", "labels": {"project_id": "p", "host": "shop.example"}},
            "httpCheck": {"path": "/", "port": 443, "useSsl": True, "validateSsl": True},
        }
        for i in range(number)
    ]


@pytest.fixture
def api() -> Iterator[OperationsApi]:
    policy = {"name": "projects/p/alertPolicies/1", "displayName": "down", "enabled": True, "conditions": []}
    entries = [entry(event(f"cart.{i}", i)) for i in range(5)]
    with OperationsApi({CHECKS: checks(5), POLICIES: [policy]}, entries, page=2) as server:
        yield server
        assert all(asked.method == "GET" or asked.path == "/v2/entries:list" for asked in server.asked)


def run(
    api: OperationsApi, place: GoogleLocation = PLACE, hours: float = 24, **limits: Any
) -> tuple[dict[str, Listing], list[CollectorProgress]]:
    found: dict[str, Listing] = {}
    said: list[CollectorProgress] = []
    deadline = Deadline(**({"request": 5, "overall": 20, "sleep": lambda _s: None} | limits))
    with ComputeApi({}) as compute:
        wish = GoogleOptions(
            compute_endpoint=compute.url, file_endpoint=compute.url,
            container_endpoint=compute.url, monitoring_endpoint=api.url,
            logging_endpoint=api.url, event_history=hours * 3600, now=NOW,
        )  # fmt: skip
        kinds = [kind for kind in KINDS.values() if kind.collection in ASKED]
        collect_google(wish, place, kinds, deadline, lambda find: found.__setitem__(find.collection, find), said.append)
        assert compute.asked == []
    assert set(found) == ASKED
    return found, said


def test_pages_are_put_together(api: OperationsApi) -> None:
    found, said = run(api)
    assert {find.state.status for find in found.values()} == {Status.COMPLETE}
    assert [item["displayName"] for item in found[CHECKS].items] == [f"shop {i}" for i in range(5)]
    assert len(found[POLICIES].items) == 1
    assert [item["metadata"]["name"] for item in found[HISTORY].items] == [f"cart.{i}" for i in range(5)]
    assert (
        CollectorProgress(UPTIME_CHECKS, 6, "complete") in said
        and CollectorProgress(EVENT_HISTORY, 5, "complete") in said
    )


def test_only_events_of_the_cluster_and_of_the_time_are_asked_for(api: OperationsApi) -> None:
    api.entries += [entry(event("other", 1), cluster="d"), entry(event("far", 1), location="elsewhere-a")]
    found, _ = run(api, hours=2.5)
    assert [item["metadata"]["name"] for item in found[HISTORY].items] == ["cart.0", "cart.1", "cart.2"]


def test_a_regional_cluster_is_found_by_the_zone_of_its_nodes() -> None:
    entries = [entry(event("a", 1), location="europe-west1"), entry(event("b", 1), location="europe-west1-b")]
    with OperationsApi({}, entries) as api:
        found, _ = run(api, GoogleLocation("p", "europe-west1-b", "c"))
    assert sorted(item["metadata"]["name"] for item in found[HISTORY].items) == ["a", "b"]


def test_a_page_without_entries_is_not_the_last(api: OperationsApi) -> None:
    api.barren = 3
    found, _ = run(api)
    assert len(found[HISTORY].items) == 5 and found[HISTORY].state.status is Status.COMPLETE


def test_without_the_name_of_the_cluster_the_events_of_others_are_not_taken_for_its_own(api: OperationsApi) -> None:
    found, _ = run(api, GoogleLocation("p"))
    assert found[HISTORY].state.status is Status.FAILED and "cluster name" in found[HISTORY].state.reason
    assert not any(asked.path == PATHS[HISTORY] for asked in api.asked)


def test_pages_and_bytes_are_bounded(api: OperationsApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "_MOST_PAGES", 2)
    found, said = run(api)
    assert len(found[HISTORY].items) == 4 and found[HISTORY].state.status is Status.PARTIAL
    assert any(word.trouble == "only the latest 4 Events were read" for word in said)
    monkeypatch.setattr(logging, "_MOST_PAGES", 20)
    monkeypatch.setattr(logging, "_MOST_BYTES", 100)
    assert len(run(api)[0][HISTORY].items) == 2


@pytest.mark.parametrize("name", sorted(PATHS))
@pytest.mark.parametrize(
    ("reply", "status", "reason"),
    [
        (error(403, "Permission 'x.y.list' denied on resource"), Status.DENIED, "denied on resource"),
        (error(403, "Cloud API has not been used in project p before or it is disabled. SERVICE_DISABLED"),
         Status.DISABLED, "the API is off"),
        (error(429, "Quota exceeded for quota metric 'Read requests'"), Status.FAILED, "Quota exceeded"),
        (error(400, "Unparseable filter"), Status.FAILED, "Unparseable filter"),
        (Reply(200, b'{"entries": [{"jsonPa'), Status.FAILED, "not valid JSON"),
        (Reply(200, {"entries": 1, "alertPolicies": 3, "uptimeCheckConfigs": {}}), Status.FAILED, "not valid JSON"),
        (Reply(500, b"<html>"), Status.FAILED, "HTML page"),
    ],
)  # fmt: skip
def test_each_refusal_is_a_status_and_stops_nothing_else(
    api: OperationsApi, name: str, reply: Reply, status: Status, reason: str
) -> None:
    api.fault = lambda asked: reply if asked.path == PATHS[name] else None
    found, _ = run(api)
    assert found[name].state.status is status and reason in found[name].state.reason
    assert status is not Status.DENIED or found[name].state.needs
    assert all(find.state.status is Status.COMPLETE for other, find in found.items() if other != name)


@pytest.mark.parametrize("name", sorted(PATHS))
def test_what_passes_is_asked_for_again(api: OperationsApi, name: str) -> None:
    failed: list[str] = []

    def fault(asked: Asked) -> Reply | None:
        if asked.path != PATHS[name] or len(failed) >= 3:
            return None
        failed.append(asked.path)
        busy = error(429, "Quota exceeded")
        return Reply(busy.status, busy.body, {"Retry-After": "0"})

    api.fault = fault
    found, _ = run(api)
    assert len(failed) == 3 and found[name].state.status is Status.COMPLETE


def test_half_a_list_is_partial(api: OperationsApi) -> None:
    api.fault = lambda asked: error(403, "denied") if "pageToken" in asked.query or b"pageToken" in asked.body else None
    found, _ = run(api)
    assert found[CHECKS].state.status is Status.PARTIAL and len(found[CHECKS].items) == 2
    assert found[HISTORY].state.status is Status.PARTIAL and len(found[HISTORY].items) == 2


def test_an_entry_that_is_no_event_is_left_out(api: OperationsApi) -> None:
    plain = entry(event("x", 1))
    plain["jsonPayload"] = {"message": "event exporter started"}
    api.entries = [plain, {**plain, "jsonPayload": None, "textPayload": "hello"}, entry(event("y", 1, count=3.0))]
    (found,) = run(api)[0][HISTORY].items
    assert found["metadata"]["name"] == "y" and repr(found["count"]) == "3"


def test_only_the_search_of_the_log_may_be_sent() -> None:
    assert_read_only("POST", "https://logging.googleapis.com/v2/entries:list")
    for path in ("/v2/entries:write", "/v2/entries:copy", "/x/v2/entries:list", "/v2/entries:list/x"):
        with pytest.raises(NotReadOnlyError):
            assert_read_only("POST", f"https://logging.googleapis.com{path}")
    with pytest.raises(NotReadOnlyError):
        assert_read_only("DELETE", "https://monitoring.googleapis.com/v3/projects/p/alertPolicies/1")


def test_nobody_who_does_not_ask_needs_them() -> None:
    playbooks = shipped_playbooks()
    assert not ON_REQUEST & {kind.collection for kind in needed_kinds(playbooks)}
    assert {kind.collection for kind in needed_kinds(playbooks, ON_REQUEST)} >= ON_REQUEST


class Cluster:
    """A cluster with its project, as the command line finds them."""

    def __init__(self, folder: Path, api: OperationsApi, monkeypatch: pytest.MonkeyPatch) -> None:
        pod = {
            "metadata": {"name": "cart-1", "namespace": "shop", "uid": "u-1"},
            "spec": {"containers": []},
            "status": {},
        }
        node = {"metadata": {"name": "gke-c-pool-1", "labels": {"cloud.google.com/gke-nodepool": "pool"}},
                "spec": {"providerID": "gce://p/z-a/gke-c-pool-1"}}  # fmt: skip
        live = event("cart.0", 0.1, count=7)
        self.kube = KubeApi({"pods": [pod], "nodes": [node], "events": [live], "namespaces": []})
        self.compute = ComputeApi({})
        self.folder, self.flags = folder, ["--kubeconfig", self.kube.kubeconfig(folder), "--project", "p"]
        ends = {"COMPUTE": self.compute, "CONTAINER": self.compute, "MONITORING": api, "LOGGING": api}
        for name, server in ends.items():
            monkeypatch.setenv(f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}", server.url)

    def close(self) -> None:
        self.kube.close()
        self.compute.close()


@pytest.fixture
def cluster(tmp_path: Path, api: OperationsApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    made = Cluster(tmp_path, api, monkeypatch)
    yield made
    made.close()


def test_nothing_is_asked_without_the_flags(
    cluster: Cluster, api: OperationsApi, capsys: pytest.CaptureFixture[str]
) -> None:
    gkedoctor(["report", "--json", *cluster.flags])
    report = json.loads(capsys.readouterr().out)
    assert api.asked == []
    assert not ON_REQUEST & {hole["collection"] for hole in report["not_checked"]}


def test_a_snapshot_holds_what_was_asked_for(
    cluster: Cluster, api: OperationsApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.entries = [entry(event(f"cart.{i}", i + 1)) for i in range(5)]
    now = datetime.now(UTC)
    for item in api.entries:
        item["timestamp"] = (now - timedelta(hours=2)).isoformat()
    file = cluster.folder / "x.gkesnap"
    assert gkedoctor(["snapshot", "-o", str(file), "--uptime-checks", *TWELVE_HOURS, *cluster.flags]) == 0
    assert "uptime checks" in capsys.readouterr().err
    snapshot = load(file)
    assert len(snapshot.collection(CHECKS).objects) == 5
    assert snapshot.collection(HISTORY).state.status is Status.COMPLETE and not snapshot.collection(HISTORY).objects
    graph = Graph(snapshot)
    (pod,) = graph.all("Pod")
    found = graph.follow("all_events", pod)
    assert not isinstance(found, Unknown)
    assert [e["metadata"]["name"] for e in found] == ["cart.4", "cart.3", "cart.2", "cart.1", "cart.0"]
    assert found[-1]["count"] == 7
    assert not any("managedFields" in e["metadata"] for e in found)


def test_what_was_asked_for_and_denied_is_said(
    cluster: Cluster, api: OperationsApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.fault = lambda asked: error(403, "Permission denied")
    gkedoctor(["report", "--json", "--uptime-checks", *TWELVE_HOURS, *cluster.flags])
    report = json.loads(capsys.readouterr().out)
    holes = {hole["collection"]: hole for hole in report["not_checked"]}
    assert set(holes) >= ASKED
    assert holes[HISTORY]["needs"] == "logging.logEntries.list" and holes[HISTORY]["reason"] == "denied"
    assert holes[CHECKS]["needs"] == "monitoring.uptimeCheckConfigs.list"


def test_access_prints_the_permissions_of_what_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = {"logging.logEntries.list", "monitoring.alertPolicies.list", "monitoring.uptimeCheckConfigs.list"}
    assert gkedoctor(["access", "--print-role", "gcp"]) == 0
    assert not any(permission in capsys.readouterr().out for permission in wanted)
    assert gkedoctor(["access", "--print-role", "gcp", "--uptime-checks", *TWELVE_HOURS]) == 0
    role = capsys.readouterr().out
    assert all(f"- {permission}\n" in role for permission in wanted)


def test_access_says_which_of_them_is_missing(
    cluster: Cluster, api: OperationsApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.fault = lambda asked: error(403, "denied") if asked.path == PATHS[POLICIES] else None
    config = cluster.kube.kubeconfig(cluster.folder, context="gke_p_z-a_c")
    assert gkedoctor(["access", "--uptime-checks", *TWELVE_HOURS, "--kubeconfig", config]) == 4
    out = capsys.readouterr().out
    assert "denied  monitoring.alertPolicies.list" in out and "logging.logEntries" not in out


def test_what_google_cloud_has_is_not_to_be_had_without_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert gkedoctor(["report", "--uptime-checks", "--no-gcp"]) == 2
    assert "leave --no-gcp out" in capsys.readouterr().err
