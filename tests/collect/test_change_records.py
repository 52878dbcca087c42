"""Operations of Compute Engine and GKE and audit logs, read with the real clients for the time in question."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_cloud import collect_google
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions
from gkedoctor.collect.permissions import google_permissions
from gkedoctor.collect.results import Listing
from gkedoctor.live.options import LiveOptions
from gkedoctor.playbook.required_kinds import needed_kinds
from gkedoctor.snapshot.kinds import AUDIT_LOGS, CHANGE_RECORDS, COMPUTE_OPERATIONS, GKE_OPERATIONS, KINDS
from gkedoctor.snapshot.model import Status, permission
from tests.collect.compute_api import ComputeApi, error
from tests.collect.kube_api import KubeApi
from tests.collect.operations_api import OperationsApi

NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
DAY = 24 * 3600.0
ALICE, RECENT = "alice@example.com", "2026-01-02T11:00:00Z"


def compute(name: str, at: str, **fields: Any) -> dict[str, Any]:
    link = f"https://www.googleapis.com/compute/v1/projects/p/global/firewalls/{name}"
    return {
        "kind": "compute#operation", "id": "1", "name": f"operation-{name}", "operationType": "delete",
        "targetLink": link, "user": ALICE, "status": "DONE", "insertTime": at, "startTime": at, "progress": 100,
    } | fields  # fmt: skip


def gke(name: str, cluster: str, start: str, end: str = "") -> dict[str, Any]:
    link = f"https://container.googleapis.com/v1/projects/4711/zones/z-a/clusters/{cluster}/nodePools/{name}"
    done = {"endTime": end, "status": "DONE"} if end else {"status": "RUNNING"}
    return {"name": f"op-{name}", "operationType": "UPGRADE_NODES", "startTime": start, "targetLink": link} | done


def audit(
    name: str, resource: str, at: str = "2026-01-02T11:00:00Z", user: str = ALICE, **fields: Any
) -> dict[str, Any]:
    payload = {
        "serviceName": "k8s.io", "methodName": name, "resourceName": resource,
        "authenticationInfo": {"principalEmail": user}, "request": {"data": {"password": "hunter2"}},
    }  # fmt: skip
    return {
        "insertId": f"{name} {resource} {user}", "timestamp": at, "protoPayload": payload | fields.pop("payload", {}),
        "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
        "resource": {"type": "k8s_cluster", "labels": {"cluster_name": "c", "location": "z-a"}},
    } | fields  # fmt: skip


def read(google: ComputeApi, logging: OperationsApi, hours: float = 24) -> dict[str, Listing]:
    found: dict[str, Listing] = {}
    options = GoogleOptions(
        compute_endpoint=google.url, container_endpoint=google.url, logging_endpoint=logging.url,
        monitoring_endpoint=logging.url, file_endpoint=google.url, operations=hours * 3600,
        audit_logs=2 * 3600, now=NOW,
    )  # fmt: skip
    kinds = [kind for kind in KINDS.values() if kind.collection in CHANGE_RECORDS]
    deadline = Deadline(request=5, overall=20, sleep=lambda _s: None)
    place = GoogleLocation("p", "z-a", "c")
    collect_google(
        options, place, kinds, deadline, lambda find: found.__setitem__(find.collection, find), lambda _: None
    )
    return found


def names(listing: Listing) -> list[str]:
    return [str(item["name"]) for item in listing.items]


def test_operations_of_the_time_and_of_the_cluster_are_read_in_a_few_requests() -> None:
    operations = [
        compute("now", "2026-01-02T11:49:00.120-00:00"), compute("before", "2025-12-30T11:00:00Z"),
        compute("in-zone", "2026-01-02T09:00:00Z", zone="https://www.googleapis.com/compute/v1/projects/p/zones/z-a"),
    ]  # fmt: skip
    jobs = [
        gke("running", "c", "2025-12-30T11:00:00Z"), gke("over", "c", "2025-12-30T11:00:00Z", "2025-12-30T12:00:00Z"),
        gke("others", "other", "2026-01-02T11:00:00Z"), gke("new", "c", "2026-01-02T11:00:00Z", "2026-01-02T11:10:00Z"),
    ]  # fmt: skip
    objects = {COMPUTE_OPERATIONS: operations, GKE_OPERATIONS: jobs}
    with ComputeApi(objects) as google, OperationsApi({}) as logging:
        found = read(google, logging)
        assert len(google.asked) == 2 and len(logging.asked) == 1
    assert {one.state.status for one in found.values()} == {Status.COMPLETE}
    assert sorted(names(found[COMPUTE_OPERATIONS])) == ["operation-in-zone", "operation-now"]
    assert names(found[GKE_OPERATIONS]) == ["op-running", "op-new"]


def test_audit_logs_are_of_people_and_their_tools() -> None:
    patch, pods = "io.k8s.apps.v1.deployments.patch", "apps/v1/namespaces/shop/deployments/cart"
    argo = "system:serviceaccount:argocd:argocd-application-controller"
    compute_write = {"serviceName": "compute.googleapis.com", "methodName": "v1.compute.firewalls.delete",
                     "resourceName": "projects/p/global/firewalls/f"}  # fmt: skip
    entries = [
        audit(patch, pods), audit(patch, pods, user=argo), audit(patch, f"{pods}/scale"),
        audit(patch, f"{pods}/status"), audit(patch, pods, user="system:serviceaccount:kube-system:x"),
        audit(patch, pods, user="system:node:n1"),
        audit("io.k8s.coordination.v1.leases.update", "coordination.k8s.io/v1/x"),
        audit(patch, pods, "2026-01-02T09:00:00Z"), audit("io.k8s.authorization.rbac.v1.roles.get", "x"),
        audit("first", "f", payload=compute_write, operation={"id": "o", "first": True}),
        audit("last", "f", payload=compute_write, operation={"id": "o", "last": True}),
    ]  # fmt: skip
    with ComputeApi({}) as google, OperationsApi({}, entries) as logging:
        found = read(google, logging)[AUDIT_LOGS]
    kept = [f"{patch} {pods} {ALICE}", f"{patch} {pods} {argo}", f"{patch} {pods}/scale {ALICE}", f"first f {ALICE}"]
    assert sorted(names(found)) == sorted(kept)
    assert "hunter2" not in str([*found.items])


@pytest.mark.parametrize("name", sorted(CHANGE_RECORDS))
def test_a_refusal_names_the_permission(name: str) -> None:
    refused = error(403, "Permission denied on resource project p")
    with ComputeApi({}) as google, OperationsApi({}) as logging:
        google.fault = logging.fault = lambda _asked: refused
        state = read(google, logging)[name].state
    assert (state.status, state.needs) == (Status.DENIED, permission(name))


def test_access_names_the_permissions_only_for_who_reads_them() -> None:
    options = LiveOptions(operations=DAY, audit_logs=3600.0)
    needed = {"compute.globalOperations.list", "container.operations.list", "logging.logEntries.list"}
    assert needed <= set(google_permissions(needed_kinds((), options.on_request)))
    assert not needed & set(google_permissions(needed_kinds((), LiveOptions().on_request)))


@pytest.mark.parametrize(("flags", "shown"), [([], ["deleted"]), (["--no-gcp"], [])])
def test_the_command_changes_reads_operations_of_its_time(
    flags: list[str],
    shown: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    with KubeApi({}) as cluster, ComputeApi({COMPUTE_OPERATIONS: [compute("f", at)]}) as google:
        for name, url in google.environment.items():
            monkeypatch.setenv(name, url)
        gkedoctor(["changes", "--json", "--kubeconfig", cluster.kubeconfig(tmp_path), "--project", "p", *flags])
    found = json.loads(capsys.readouterr().out)["changes"]
    assert [one["after"] for one in found] == shown
    assert all((one["by"], one["source"]) == (ALICE, "operation") for one in found)
