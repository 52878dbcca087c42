"""Services: what their selectors meet or nearly meet, and which ports are served behind them."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.workloads.readiness_probes import answered, ports_in
from tests.conftest import recorded


def graph_of(*objects: dict[str, Any], deny: tuple[str, ...] = (), logs: dict[str, str] | None = None) -> Graph:
    return Graph(given_snapshot(Given(objects=objects, deny=deny, logs=logs or {}), recorded))


def service(selector: dict[str, str] | None, target: Any = 8080, **spec: Any) -> dict[str, Any]:
    ports = [{"port": 80, "targetPort": target, "protocol": "TCP"}]
    return {"kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": selector, "ports": ports, **spec}}


def pod(
    name: str, labels: dict[str, str], ports: list[dict[str, Any]] | None = None, **container: Any
) -> dict[str, Any]:
    containers = [{"name": "main", "image": name, "ports": ports, **container}]
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels},
        "spec": {"containers": containers},
        "status": status,
    }


def only(graph: Graph, kind: str, edge: str) -> Any:
    found = graph.follow(edge, graph.all(kind)[0])
    assert not isinstance(found, Unknown)
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("selector", "labels"),
    [
        ({"app": "ngnix"}, {"app": "nginx"}),
        ({"app": "Shop"}, {"app": "shop"}),
        ({"app": "front"}, {"app": "frontend"}),
        ({"app.kubernetes.io/name": "shop"}, {"app": "shop"}),
        ({"app": "shop", "tier": "front"}, {"app": "shop", "tier": "back"}),
        ({"app.kubernetes.io/name": "shop", "release": "prod"}, {"app": "shop", "env": "prod"}),
    ],
)
def test_what_looks_like_a_slip_is_near(selector: dict[str, str], labels: dict[str, str]) -> None:
    near = only(graph_of(service(selector), pod("a", labels)), "Service", "near_misses")
    assert near["item"]["metadata"]["name"] == "a"


@pytest.mark.parametrize("labels", [{"app": "mailer"}, {}, {"tier": "web"}])
def test_what_has_nothing_in_common_is_not_near(labels: dict[str, str]) -> None:
    graph = graph_of(service({"app": "checkout"}), pod("a", labels))
    assert graph.follow("near_misses", graph.all("Service")[0]) == []


def test_a_workload_without_pods_is_near_too() -> None:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": []}}
    deployment = {"kind": "Deployment", "metadata": {"name": "w"}, "spec": {"replicas": 0, "template": template}}
    assert only(graph_of(service({"app": "wbe"}), deployment), "Service", "near_misses")["have"] == {"app": "web"}


def test_endpoints_made_by_hand_are_found_under_the_name_of_the_service() -> None:
    endpoints = {
        "kind": "Endpoints",
        "metadata": {"name": "web"},
        "subsets": [{"addresses": [{"ip": "192.0.2.1"}], "ports": None}],
    }
    assert only(graph_of(service(None), endpoints), "Service", "endpoints")["address"] == "192.0.2.1"


def test_endpoints_are_unknown_where_neither_listing_was_seen() -> None:
    graph = graph_of(service(None), deny=("EndpointSlice", "Endpoints"))
    assert isinstance(graph.follow("endpoints", graph.all("Service")[0]), Unknown)


@pytest.mark.parametrize(
    ("container", "target", "verdict"),
    [
        ({"ports": [{"containerPort": 8080}]}, 8080, "serving"),
        ({"ports": [{"containerPort": 8080}]}, 80, "lacking"),
        ({"ports": [{"containerPort": 8080, "name": "http"}]}, "http", "serving"),
        ({"ports": [{"containerPort": 8080, "name": "http"}]}, "web", "lacking"),
        ({"ports": None}, 80, "unclear"),
        ({"ports": None}, "http", "lacking"),
        ({"ports": [{"containerPort": 9090, "name": "metrics"}]}, 80, "unclear"),
        ({"ports": [{"containerPort": 9090}], "args": ["--port=80"]}, 80, "serving"),
        ({"ports": [{"containerPort": 9090}], "env": [{"name": "LISTEN_ADDR", "value": ":80"}]}, 80, "serving"),
        ({"ports": None, "readinessProbe": {"tcpSocket": {"port": 8080}}}, 80, "lacking"),
        ({"ports": [{"containerPort": 8080}], "readinessProbe": {"httpGet": {"port": 80}}}, 80, "serving"),
    ],
)
def test_whether_a_port_is_served(container: dict[str, Any], target: Any, verdict: str) -> None:
    record = only(graph_of(service({"app": "web"}, target), pod("a", {"app": "web"}, **container)), "Service", "ports")
    assert [p["metadata"]["name"] for p in record[verdict]] == ["a"]


def test_a_log_that_names_the_port_outweighs_what_is_declared() -> None:
    graph = graph_of(
        service({"app": "web"}, 80),
        pod("a", {"app": "web"}, [{"containerPort": 8080}]),
        logs={"shop/a/main": "listening on 0.0.0.0:80"},
    )
    assert only(graph, "Service", "ports")["serving"]


@pytest.mark.parametrize(
    ("line", "ports"),
    [
        ("listening 8080", [8080]),
        ("Listening on port 3000", [3000]),
        ("Tomcat started on port(s): 8080 (http) with context path ''", [8080]),
        ("Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)", [8000]),
        ("2026-01-01 12:30:45 server started", []),
        ("GET /x:8080 200", []),
    ],
)
def test_the_ports_that_a_log_names(line: str, ports: list[int]) -> None:
    assert ports_in([line]) == ports


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("GET /healthz 404", 404),
        ('10.8.0.1 - - [01/Jan/2026:12:00:00 +0000] "GET /healthz HTTP/1.1" 503 19 "-" "kube-probe/1.36"', 503),
        ('{"method":"GET","path":"/healthz","status":401,"duration":120}', 401),
        ("level=info path=/healthz duration=500 status=204", 204),
        ("GET /healthz/deep 404", None),
        ("GET /other 404", None),
    ],
)
def test_the_answer_that_a_log_shows(line: str, code: int | None) -> None:
    assert answered([line], "/healthz")[1] == code
