"""A cluster that is gone or out of reach: what Google Cloud alone shows of it, and what stays unknown."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.sources import load
from tests.collect.compute_api import ComputeApi
from tests.collect.kube_api import KubeApi, status
from tests.conftest import RECORDINGS, recorded

GONE = "orphans-cluster-deleted"
PROJECT = "teratail-prod"
CONTEXT = f"gke_{PROJECT}_asia-northeast1-a_teratail"


@pytest.fixture
def compute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ComputeApi]:
    """The project after its cluster was deleted, and a home without a kubeconfig."""
    with ComputeApi.of(recorded(GONE)) as server:
        for variable, url in server.environment.items():
            monkeypatch.setenv(variable, url)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("KUBECONFIG", raising=False)
        monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
        yield server


def closed() -> str:
    """An address at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def config(folder: Path, server: str, context: str = CONTEXT) -> str:
    with KubeApi({}) as api:
        file = Path(api.kubeconfig(folder, context=context))
        file.write_text(file.read_text().replace(api.url, server))
    return str(file)


def answered(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    shown = capsys.readouterr()
    return dict(json.loads(shown.out)), shown.err


def ways(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[Any]:
    """What leftovers and reports find in the recording: the truth for what is found live."""
    assert gkedoctor(["leftovers", "--json", "--from", str(RECORDINGS / GONE)]) == 1
    return list(answered(capsys)[0]["diagnoses"])


def found(diagnoses: list[Any]) -> list[tuple[str, str, int]]:
    """Cause, title and how many parts: the age of what was left differs with the clock."""
    return [(d["cause"], d["title"], len(d["explains"])) for d in diagnoses]


def test_leftovers_need_no_kubeconfig(compute: ComputeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = ways(tmp_path, capsys)
    assert gkedoctor(["leftovers", "--json", "--project", PROJECT]) == 1
    live, err = answered(capsys)
    assert found(live["diagnoses"]) == found(known) and known
    assert "does not exist" in err and "this is what Google Cloud alone shows" in err
    assert live["snapshot"]["live"] is True and live["snapshot"]["source"] == PROJECT


@pytest.mark.parametrize("server", ["closed", "https://gone.invalid"])
def test_leftovers_of_a_context_whose_server_is_gone(
    compute: ComputeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str], server: str
) -> None:
    known = ways(tmp_path, capsys)
    address = closed() if server == "closed" else server
    assert gkedoctor(["leftovers", "--json", "--kubeconfig", config(tmp_path, address)]) == 1
    live, err = answered(capsys)
    assert found(live["diagnoses"]) == found(known)
    assert f"cannot reach the cluster at {address}" in err and "host=" not in err


def test_leftovers_where_the_address_belongs_to_another_cluster_now(
    compute: ComputeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with KubeApi({}) as other:
        other.fault = lambda _asked: status(401, "Unauthorized")
        assert gkedoctor(["leftovers", "--json", "--kubeconfig", other.kubeconfig(tmp_path, context=CONTEXT)]) == 1
    assert "does not accept the credentials: Unauthorized" in answered(capsys)[1]


def test_a_report_by_project_has_the_findings_of_google_cloud_and_says_what_is_unknown(
    compute: ComputeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gkedoctor(["report", "--json", "--from", str(RECORDINGS / GONE)]) in (0, 4)
    known = answered(capsys)[0]
    saved = tmp_path / "saved.gkesnap"
    arguments = ["report", "--json", "--project", PROJECT, "--kubeconfig", config(tmp_path, closed())]
    assert gkedoctor([*arguments, "--save", str(saved)]) in (0, 4)
    live = answered(capsys)[0]
    assert found(live["diagnoses"]) == found(known["diagnoses"]) and not live["complete"]
    holes = {hole["collection"]: hole for hole in live["not_checked"]}
    assert holes["pods"]["reason"] == "failed" and "cannot reach the cluster" in holes["pods"]["detail"]
    assert not [name for name in holes if name.startswith(("compute.", "container."))]
    assert any("Google Cloud alone" in note for note in live["notes"])
    kept = load(saved)
    assert kept.manifest.project == PROJECT and kept.collection("pods").state.status is Status.FAILED


def test_a_report_without_a_project_says_how_to_ask_for_it(
    compute: ComputeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gkedoctor(["report", "--kubeconfig", config(tmp_path, closed())]) == 3
    shown = capsys.readouterr()
    assert shown.out == "" and "To read Google Cloud only: --project ID" in shown.err
    assert compute.asked == []


@pytest.mark.parametrize("command", ["leftovers", "report"])
def test_without_google_cloud_nothing_is_left_to_ask(
    compute: ComputeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert gkedoctor([command, "--no-gcp", "--kubeconfig", config(tmp_path, closed())]) == 3
    assert gkedoctor([command, "--kubeconfig", config(tmp_path, closed(), context="kind-kind")]) == 3
    assert compute.asked == []


def test_a_context_that_is_not_there_is_a_mistake_and_no_deleted_cluster(
    compute: ComputeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["leftovers", "--project", PROJECT, "--kubeconfig"]
    assert gkedoctor([*arguments, config(tmp_path, closed()), "--context", "nowhere"]) == 3
    assert gkedoctor([*arguments, str(tmp_path / "none")]) == 3
    assert "does not exist" in capsys.readouterr().err
    assert compute.asked == []


def test_a_cluster_that_is_listed_and_out_of_reach_left_nothing_behind(
    tmp_path: Path, compute: ComputeApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it made may well be in use: not being reachable proves nothing."""
    listed = {"name": "teratail", "location": "asia-northeast1-a", "id": "c1", "createTime": "2020-01-01T00:00:00Z"}
    compute.objects = {**compute.objects, "container.clusters": [listed]}
    assert gkedoctor(["leftovers", "--json", "--kubeconfig", config(tmp_path, closed())]) != 0
    live, _ = answered(capsys)
    assert [d["cause"] for d in live["diagnoses"] if d["cause"].startswith("orphaned-load")] == []


def test_teardown_of_a_deleted_cluster_points_to_what_it_left(
    compute: ComputeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gkedoctor(["teardown", "--kubeconfig", config(tmp_path, closed())]) == 4
    said = capsys.readouterr().out
    assert "Not checked: multiclusteringresses, ingresses, gateways, services, persistentvolumeclaims, " in said
    assert "list of clusters of its project: it is deleted" in " ".join(said.split())
    assert f"gkedoctor leftovers --project {PROJECT}" in said and "clusters delete" not in said


def test_teardown_of_a_cluster_that_is_only_out_of_reach_does_not_call_it_deleted(
    compute: ComputeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compute.objects = {**compute.objects, "container.clusters": [{"name": "teratail", "location": "asia-northeast1"}]}
    assert gkedoctor(["teardown", "--kubeconfig", config(tmp_path, closed())]) == 4
    assert "deleted" not in capsys.readouterr().out.replace("is deleted; afterwards", "")


def test_a_snapshot_by_project_is_kept_and_says_that_it_is_a_part(
    compute: ComputeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.gkesnap"
    assert gkedoctor(["snapshot", "--project", PROJECT, "-o", str(file)]) == 4
    said = capsys.readouterr().err
    assert "Google Cloud alone was recorded" in said
    assert " 0 (" not in said and "failed     pods, services, endpoints, " in said
    assert load(file).collection("compute.forwardingRules").objects
