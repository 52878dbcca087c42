"""An account that may read a namespace and not the cluster: its own is tried, and told in one line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.app import run as gkedoctor
from tests.collect.kube_api import KubeApi, status
from tests.collect.loopback import Asked, Reply
from tests.conftest import recorded

HOME = "db-host"
READABLE = {"pods", "configmaps", "events", "services", "deployments", "replicasets", "endpointslices"}
RULE = {"verbs": ["list"], "apiGroups": ["", "apps", "discovery.k8s.io"], "resources": sorted(READABLE)}
NOTHING = {"verbs": ["create"], "apiGroups": ["authorization.k8s.io"], "resources": ["selfsubjectreviews"]}


def closed_to(user: str) -> Callable[[Asked], Reply | None]:
    """Only the readable kinds of one namespace are open."""

    def fault(asked: Asked) -> Reply | None:
        if asked.method != "GET" or asked.path in ("/version", "/apis") or asked.path.endswith("/log"):
            return None
        plural = asked.path.rpartition("/")[2]
        if f"/namespaces/{HOME}/" in asked.path and plural in READABLE:
            return None
        _, _, namespace = asked.path.rpartition("/")[0].partition("/namespaces/")
        where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
        return status(403, f'{plural} is forbidden: User "{user}" cannot list resource "{plural}" {where}', "Forbidden")

    return fault


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi.of(recorded(HOME)) as server:
        server.rules = {HOME: [RULE], "default": [NOTHING]}
        yield server


def report(api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str], *flags: str, **more: Any) -> Any:
    code = gkedoctor(["report", "--no-gcp", "--kubeconfig", api.kubeconfig(tmp_path, **more), *flags])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.mark.parametrize("whence", ["refusal", "flag", "context"])
def test_its_own_namespace_is_read_without_being_named(
    whence: str, api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = f"system:serviceaccount:{HOME}:ci"
    api.fault = closed_to("jane" if whence == "context" else account)
    flags = ["--as", account] if whence == "flag" else []
    more = {"namespace": HOME} if whence == "context" else {}
    code, out, err = report(api, tmp_path, capsys, "--json", *flags, **more)
    assert code == 1 and [d["cause"] for d in json.loads(out)["diagnoses"]] == ["dependency-unreachable"]
    notes = [line for line in err.splitlines() if line.startswith("gkedoctor: note: ")]
    name = "jane" if whence == "context" else account
    assert len(notes) == 1 and f"{name} cannot list the whole cluster: 7 of " in notes[0]
    assert f"in namespace {HOME}. " in notes[0], "a namespace where nothing may be listed is not counted"


def test_what_is_denied_is_one_line_for_people_and_whole_in_json(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.fault = closed_to(f"system:serviceaccount:{HOME}:ci")
    _, out, err = report(api, tmp_path, capsys)
    assert out.count("Not checked:") == 1 and ", 24 more that are needed, " in " ".join(out.split())
    assert len([line for line in err.splitlines() if "denied" in line]) == 1
    _, out, _ = report(api, tmp_path, capsys, "--json")
    denied = [hole for hole in json.loads(out)["not_checked"] if hole["reason"] == "denied"]
    assert len(denied) == 28 and all(hole["needs"] for hole in denied)


def test_where_everything_is_denied_the_reason_names_the_namespace(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.fault = closed_to("jane")
    api.rules = {"shop": [NOTHING]}
    code, out, _ = report(api, tmp_path, capsys, "--json", "-n", "shop")
    holes = {hole["collection"]: hole for hole in json.loads(out)["not_checked"]}
    refused = 'pods is forbidden: User "jane" cannot list resource "pods" in the namespace "shop"'
    assert code == 4 and holes["pods"]["detail"] == refused
    assert holes["computeclasses.cloud.google.com"]["detail"].endswith("at the cluster scope")
    assert "nodes" not in holes, "a question about a namespace without a Pod that can be read needs no Node"
