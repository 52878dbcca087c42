"""Ingresses: who serves them, what their rules lead to, and which errors are history."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.frontends.ingress import neg_of
from tests.graph.test_services import graph_of, only, service


def ingress(
    annotations: dict[str, str] | None = None, path: dict[str, Any] | None = None, **parts: Any
) -> dict[str, Any]:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    rules = [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend, **(path or {})}]}}]
    return {
        "kind": "Ingress",
        "metadata": {"name": "shop", "annotations": annotations},
        "spec": {"rules": rules, **parts.get("spec", {})},
        "status": parts.get("status"),
    }


def ingress_class(name: str, controller: str) -> dict[str, Any]:
    return {"kind": "IngressClass", "metadata": {"name": name}, "spec": {"controller": controller}}


@pytest.mark.parametrize(
    ("annotation", "named", "gke", "foreign"),
    [
        (None, None, True, False),
        ("gce", None, True, False),
        ("gce-internal", None, True, False),
        ("nginx", None, False, True),
        (None, "gce", False, False),
        (None, "nginx", False, True),
        (None, "traefik", False, False),
    ],
)
def test_who_serves_a_class(annotation: str | None, named: str | None, gke: bool, foreign: bool) -> None:
    item = ingress(
        {"kubernetes.io/ingress.class": annotation} if annotation else None, spec={"ingressClassName": named}
    )
    record = only(graph_of(item, ingress_class("nginx", "k8s.io/ingress-nginx")), "Ingress", "class")
    assert (record["gke"], record["foreign"], record["taken"]) == (gke, foreign, False)


@pytest.mark.parametrize(
    ("path", "kind", "fault"),
    [
        ("/shop", "Prefix", None),
        ("/shop/*", "Prefix", "wildcard"),
        ("", "Exact", "empty"),
        ("/shop/*", "ImplementationSpecific", None),
        ("/shop*", "ImplementationSpecific", "wildcard"),
        ("/api/(.*)", "ImplementationSpecific", "regex"),
        ("/shop", "Regex", "type"),
    ],
)
def test_paths_that_gke_does_not_take(path: str, kind: str, fault: str | None) -> None:
    record = only(graph_of(ingress(path={"path": path, "pathType": kind})), "Ingress", "backends")
    assert record["pathFault"] == fault


@pytest.mark.parametrize(
    ("text", "neg"),
    [
        ('{"ingress": true}', True),
        ('{"ingress": false}', False),
        ("{ingress: true}", False),
        ("[]", False),
        (None, False),
    ],
)
def test_whether_a_service_asks_for_a_neg(text: str | None, neg: bool) -> None:
    item = {"metadata": {"name": "web", "annotations": {"cloud.google.com/neg": text} if text else None}}
    assert neg_of(item) is neg


@pytest.mark.parametrize(
    ("kind", "fits"), [("ClusterIP", False), ("NodePort", True), ("LoadBalancer", True), ("ExternalName", False)]
)
def test_which_types_gke_takes_without_a_neg(kind: str, fits: bool) -> None:
    assert only(graph_of(ingress(), service({"app": "web"}, type=kind)), "Ingress", "backends")["typeFits"] is fits


def test_backends_of_the_old_api_are_read_too() -> None:
    item = ingress(path={"backend": {"serviceName": "web", "servicePort": 80}})
    record = only(graph_of(item, service({"app": "web"})), "Ingress", "backends")
    assert (record["found"], record["portFound"]) == (True, True)


def test_what_was_not_listed_is_unknown_and_not_missing() -> None:
    record = only(graph_of(ingress(), deny=("Service",)), "Ingress", "backends")
    assert isinstance(record["found"], Unknown)
    assert isinstance(record["portFound"], Unknown)


@pytest.mark.parametrize(
    "spec", [{}, {"rules": None}, {"rules": [{"http": None}]}, {"defaultBackend": {"service": None}}]
)
def test_odd_ingresses_do_no_harm(spec: dict[str, Any]) -> None:
    graph = graph_of({"kind": "Ingress", "metadata": {"name": "odd"}, "spec": spec})
    for edge in ("class", "backends", "services", "unserved", "tls", "address", "sync_errors", "frontend_config"):
        graph.follow(edge, graph.all("Ingress")[0])


def event(name: str, kind: str, message: str, time: str) -> dict[str, Any]:
    about = {"kind": "Ingress", "namespace": "shop", "name": "shop"}
    return {
        "kind": "Event", "metadata": {"name": name}, "type": kind, "reason": "Sync", "message": message,
        "involvedObject": about, "lastTimestamp": time,
    }  # fmt: skip


def errors(graph: Graph) -> list[str]:
    found = graph.follow("sync_errors", graph.all("Ingress")[0])
    assert not isinstance(found, Unknown)
    return [e["message"] for e in found]


@pytest.mark.parametrize(
    ("address", "tried", "left"),
    [
        (None, "2026-01-01T11:59:00Z", ["bad"]),
        ("203.0.113.1", "2026-01-01T11:40:00Z", []),
        ("203.0.113.1", "2026-01-01T11:20:00Z", ["bad"]),
        ("203.0.113.1", "2026-01-01T11:59:30Z", ["bad"]),
    ],
)
def test_an_error_before_the_last_good_attempt_is_history(address: str | None, tried: str, left: list[str]) -> None:
    status = {"loadBalancer": {"ingress": [{"ip": address}] if address else None}}
    graph = graph_of(
        ingress(status=status),
        event("a", "Warning", "bad", "2026-01-01T11:30:00Z"),
        event("b", "Normal", "Scheduled for sync", tried),
    )
    assert errors(graph) == left


@pytest.mark.parametrize(
    ("data", "fault"),
    [({}, "keys"), ({"tls.crt": "eA=="}, "keys"), ({"tls.crt": "eA==", "tls.key": "eA=="}, "unreadable")],
)
def test_what_is_wrong_with_a_tls_secret(data: dict[str, str], fault: str) -> None:
    secret = {"kind": "Secret", "metadata": {"name": "cert"}, "type": "kubernetes.io/tls", "data": data}
    graph = graph_of(ingress(spec={"tls": [{"secretName": "cert"}]}), secret)
    assert only(graph, "Ingress", "tls")["fault"] == fault
