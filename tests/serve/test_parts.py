"""The parts of the server, one by one."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkedoctor.errors import UsageError
from gkedoctor.serve.api import Api
from gkedoctor.serve.errors import ApiError
from gkedoctor.serve.kubeconfig import kubeconfig, write_kubeconfig
from gkedoctor.serve.request import Request, warnings
from gkedoctor.serve.selectors import selection
from gkedoctor.serve.server import Server
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.redaction.secret_facts import with_placeholders
from tests.conftest import RECORDINGS, recorded

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
ALL = sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir())


def test_a_label_selector_that_cannot_be_read_is_a_bad_request() -> None:
    assert selection("pods", "a in (1, 2),!b", "").takes({"metadata": {"labels": {"a": "2"}}})
    with pytest.raises(ApiError, match="unable to parse requirement: found '=', expected: identifier") as caught:
        selection("pods", "a===b", "")
    assert caught.value.code == 400


def test_warnings_fit_into_a_header() -> None:
    assert warnings("") == ()
    assert warnings('a "b"\nü') == (("Warning", '299 gkedoctor "a \\"b\\" ?"'),)


@pytest.mark.parametrize("name", ALL)
def test_every_recording_is_served_whole_and_as_tables(name: str) -> None:
    api = Api(recorded(name))
    for resource in api.recorded.resources:
        if api.recorded.refusal(resource, None) is not None:
            continue
        path = f"/{'apis' if resource.group else 'api'}/{resource.api_version}/{resource.plural}"
        items = json.loads(api.answer(Request("GET", path)).body)["items"]
        objects = recorded(name).collection(resource.collection).objects
        shown = [with_placeholders(o) if o.get("kind") == "ConfigMap" else o for o in objects]
        assert sorted(items, key=str) == sorted(shown, key=str)
        table = json.loads(api.answer(Request("GET", path, {}, TABLE)).body)
        assert [row["cells"][0] for row in table["rows"]] or not items
        assert {len(row["cells"]) for row in table["rows"]} <= {len(table["columnDefinitions"])}


@pytest.mark.parametrize(
    ("plural", "cells"),
    [
        ("api/v1/services", ["web", "LoadBalancer", "10.96.0.10", "<pending>", "80:30080/TCP", "24h", "app=web"]),
        ("api/v1/endpoints", ["web", "10.8.0.1:8080,10.8.0.1:9090,10.8.0.2:8080 + 1 more...", "24h"]),
        ("api/v1/resourcequotas", ["team", "pods: 7/10", "limits.cpu: 2/4", "24h"]),
        ("api/v1/secrets", ["db", "Opaque", 1, "0s"]),
        ("api/v1/persistentvolumes", ["pv-1", "1Gi", "RWO", "Delete", "Bound", "shop/data", "standard"]),
        ("api/v1/persistentvolumeclaims", ["data", "Bound", "pv-1", "1Gi", "RWO", "standard", "<unset>", "24h"]),
        ("api/v1/nodes", ["n1", "NotReady,SchedulingDisabled", "control-plane", "24h", "v1.33.1-gke.100", "10.0.0.1"]),
        ("apis/apps/v1/deployments", ["web", "0/2", 1, 0, "24h", "app", "app:1", "app=web,tier in (front,back)"]),
        ("apis/apps/v1/daemonsets", ["agent", 3, 3, 2, 3, 2, "disk=ssd", "24h"]),
        ("apis/batch/v1/jobs", ["load", "Complete", "3/3", "2m5s", "24h"]),
        ("apis/batch/v1/cronjobs", ["nightly", "0 3 * * *", "<none>", "False", 0, "9h", "24h"]),
        ("apis/autoscaling/v2/horizontalpodautoscalers", ["web", "Deployment/web", "cpu: <unknown>/80%", 1, 5, 2]),
        ("apis/policy/v1/poddisruptionbudgets", ["web", 1, "N/A", 0, "24h"]),
        ("apis/networking.k8s.io/v1/ingresses", ["web", "gce", "a.example,b.example", "203.0.113.1", "80, 443"]),
        ("apis/storage.k8s.io/v1/storageclasses", ["standard (default)", "pd.csi.storage.gke.io", "Delete"]),
        ("apis/apiregistration.k8s.io/v1/apiservices", ["v1beta1.metrics.k8s.io", "kube-system/metrics-server"]),
        ("apis/rbac.authorization.k8s.io/v1/rolebindings", ["read", "Role/reader", "24h", "ann", "", "shop/default"]),
        ("apis/example.com/v1alpha1/widgets", ["w1", "24h"]),
    ],
)
def test_cells_are_kubectl_s(shop: Snapshot, plural: str, cells: list[Any]) -> None:
    rows = json.loads(Api(shop).answer(Request("GET", f"/{plural}", {}, TABLE)).body)["rows"]
    assert rows[-1]["cells"][: len(cells)] == cells


def test_a_kubeconfig_says_what_it_leads_to(tmp_path: Path) -> None:
    path = tmp_path / "config"
    write_kubeconfig(kubeconfig("http://127.0.0.1:1/x", "my cluster/1", "2026-01-01T12:00:00Z"), path)
    content = yaml.safe_load(path.read_text())
    assert content["current-context"] == "my-cluster-1-RECORDED" == content["contexts"][0]["name"]
    assert content["clusters"][0]["cluster"] == {"server": "http://127.0.0.1:1/x"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write_kubeconfig(kubeconfig("http://127.0.0.1:2", "", ""), path)
    assert "127.0.0.1:2" in path.read_text()
    assert [entry.name for entry in tmp_path.iterdir()] == ["config"]


def test_a_kubeconfig_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("apiVersion: v1\nkind: Config\n")
    with pytest.raises(UsageError, match="was not written by"):
        write_kubeconfig(kubeconfig("http://127.0.0.1:1", "a", "b"), path)
    assert path.read_text() == "apiVersion: v1\nkind: Config\n"
    with pytest.raises(UsageError, match="cannot be written"):
        write_kubeconfig("", tmp_path / "nosuch" / "config")


def test_a_port_that_is_taken_is_said_so(shop: Snapshot) -> None:
    first = Server(Api(shop))
    try:
        with pytest.raises(UsageError, match="cannot be used"):
            Server(Api(shop), first.server_address[1])
    finally:
        first.server_close()
