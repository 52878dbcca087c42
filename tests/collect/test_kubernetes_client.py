"""The one function that touches the client's inner calls, and the ways to log in that the client brings."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.collect import kubernetes_client
from gkedoctor.collect.deadline import Deadline, RequestFailed, retry_after
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.collect.read_only import NotReadOnlyError
from gkedoctor.errors import SourceError
from tests.collect.kube_api import KubeApi
from tests.collect.loopback import Asked, Reply
from tests.conftest import ROOT


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi({"pods": [{"metadata": {"name": "p" * 300, "namespace": "n"}}]}) as server:
        yield server


def connected(path: str, **login: Any) -> KubernetesClient:
    return KubernetesClient(Login(path, **login), Deadline(request=5, overall=20, sleep=lambda _s: None))


def changed(path: str, **parts: Any) -> str:
    """The kubeconfig with its user or cluster replaced."""
    config = json.loads(Path(path).read_text())
    config["users"][0]["user"] = parts.get("user", config["users"][0]["user"])
    config["clusters"][0]["cluster"] |= parts.get("cluster", {})
    Path(path).write_text(json.dumps(config))
    return path


def header(asked: Asked, name: str) -> str:
    return next((value for key, value in asked.headers.items() if key.lower() == name), "")


def test_a_call_sends_what_it_was_given_and_gives_bytes(api: KubeApi, tmp_path: Path) -> None:
    client = connected(api.kubeconfig(tmp_path))
    answer = kubernetes_client.call(
        client._api, "GET", "/api/v1/pods", [("limit", "1"), ("labelSelector", "a=b,c")], {"Accept": "x/y"}, None,
        client.deadline,
    )  # fmt: skip
    assert answer.status == 200 and json.loads(answer.body)["kind"] == "PodList"
    assert api.asked[-1].query == {"limit": "1", "labelSelector": "a=b,c"}
    assert header(api.asked[-1], "accept") == "x/y" and header(api.asked[-1], "authorization") == "Bearer t0ken"


def test_a_review_sends_its_body(api: KubeApi, tmp_path: Path) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    body = {"spec": {"resourceAttributes": {"resource": "pods", "verb": "list"}}}
    assert connected(api.kubeconfig(tmp_path)).review(path, body, dict)["status"] == {"allowed": True}
    assert json.loads(api.asked[-1].body) == body and header(api.asked[-1], "content-type") == "application/json"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_else_leaves(api: KubeApi, tmp_path: Path, method: str) -> None:
    client = connected(api.kubeconfig(tmp_path))
    with pytest.raises(NotReadOnlyError):
        kubernetes_client.call(client._api, method, "/api/v1/namespaces/n/pods", [], {}, {}, client.deadline)
    assert api.asked == []


def test_a_redirect_is_not_followed(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda asked: Reply(307, {}, {"Location": f"{api.url}/elsewhere"}) if asked.path == "/x" else None
    with pytest.raises(RequestFailed, match="returned 307"):
        connected(api.kubeconfig(tmp_path)).get("/x")
    assert [asked.path for asked in api.asked] == ["/x"]


def test_only_one_module_touches_the_clients_inner_calls() -> None:
    found = [path.name for path in (ROOT / "src").rglob("*.py") if "call_api" in path.read_text()]
    assert found == ["kubernetes_client.py"]


def plugin(tmp_path: Path, script: str) -> dict[str, Any]:
    file = tmp_path / "plugin"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": str(file), "interactiveMode": "Never"}}


def test_an_exec_plugin_gives_the_token(api: KubeApi, tmp_path: Path) -> None:
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}
    text = json.dumps(credential | {"status": {"token": "from-plugin"}})
    connected(changed(api.kubeconfig(tmp_path), user=plugin(tmp_path, f"echo '{text}'"))).get("/version")
    assert header(api.asked[-1], "authorization") == "Bearer from-plugin"


def test_a_plugin_that_fails_is_one_clear_line(api: KubeApi, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    config = changed(api.kubeconfig(tmp_path), user=plugin(tmp_path, "echo 'gcloud: not logged in' >&2; exit 1"))
    with pytest.raises(SourceError, match="no credentials for the cluster: exec: process returned 1"):
        connected(config)
    assert "Traceback" not in capfd.readouterr().err


def test_a_proxy_is_gone_through(api: KubeApi, tmp_path: Path) -> None:
    with KubeApi({}) as proxy:
        config = changed(api.kubeconfig(tmp_path), cluster={"server": "http://k8s.example", "proxy-url": proxy.url})
        connected(config).get("/version")
        assert [asked.path for asked in proxy.asked] == ["/version"] and api.asked == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "7"}, 7.0), ({"retry-after": "0"}, 0.0), ({"Retry-After": "Wed, 21 Oct"}, None), ({}, None)],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
