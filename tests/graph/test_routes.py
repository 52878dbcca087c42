"""HTTPRoutes and the listeners that take them, as the Gateway API says."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.frontends.frontend import frontend_of, routes_behind
from gkedoctor.graph.gateways.route_attachment import routes_of
from gkedoctor.graph.request_path.hop import State
from gkedoctor.graph.request_path.lookup import path_of_object, paths_to_host
from tests.conftest import recorded


def gateway(*listeners: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "Gateway", "metadata": {"name": "front", "namespace": "infra"},
        "spec": {"gatewayClassName": "gke-l7-gxlb", "listeners": [listener(), *listeners]},
    }  # fmt: skip


def listener(name: str = "web", **fields: Any) -> dict[str, Any]:
    return {"name": name, "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}} | fields


def route(parent: dict[str, Any] | None = None, namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    parents = [{"name": "front", "namespace": "infra"} | (parent or {})]
    return {
        "kind": "HTTPRoute", "metadata": {"name": "r", "namespace": namespace}, "spec": {"parentRefs": parents} | spec,
    }  # fmt: skip


def graph_of(*objects: dict[str, Any], deny: tuple[str, ...] = ()) -> Graph:
    return Graph(given_snapshot(Given(objects=objects, deny=deny), recorded))


def taken(front: dict[str, Any], *objects: dict[str, Any]) -> list[list[str]]:
    graph = graph_of(front, *objects)
    (item,) = graph.all("Gateway")
    return [[x["name"] for x in attached.listeners] for attached in routes_of(graph, item)]


@pytest.mark.parametrize(
    ("parent", "attached"),
    [
        ({}, True),
        ({"group": "gateway.networking.k8s.io", "kind": "Gateway"}, True),
        ({"group": "", "kind": "Service"}, False),
        ({"group": "example.com"}, False),
        ({"name": "other"}, False),
        ({"namespace": "shop"}, False),
        ({"sectionName": "web"}, True),
        ({"sectionName": "websecure"}, False),
        ({"port": 80}, True),
        ({"port": 443}, False),
    ],
)
def test_a_reference_names_gateway_and_listener(parent: dict[str, Any], attached: bool) -> None:
    assert taken(gateway(), route(parent)) == ([["web"]] if attached else [])


NAME = "kubernetes.io/metadata.name"
SHOP = {"kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "shop"}}}


@pytest.mark.parametrize(
    ("allowed", "attached"),
    [
        ({"namespaces": {"from": "All"}}, True),
        ({"namespaces": {"from": "Same"}}, False),
        ({"namespaces": {}}, False),
        ({}, False),
        ({"namespaces": {"from": "None"}}, False),
        ({"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "shop"}}}}, True),
        (
            {"namespaces": {"from": "Selector", "selector": {"matchLabels": {NAME: "shop"}}}},
            True,
        ),
        ({"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "blog"}}}}, False),
        ({"namespaces": {"from": "All"}, "kinds": [{"kind": "HTTPRoute"}]}, True),
        ({"namespaces": {"from": "All"}, "kinds": [{"kind": "GRPCRoute"}]}, False),
        ({"namespaces": {"from": "All"}, "kinds": [{"group": "example.com", "kind": "HTTPRoute"}]}, False),
    ],
)
def test_a_listener_allows_kinds_and_namespaces(allowed: dict[str, Any], attached: bool) -> None:
    front = gateway()
    front["spec"]["listeners"] = [listener(allowedRoutes=allowed)]
    assert taken(front, SHOP, route()) == ([["web"]] if attached else [])


def test_a_namespace_that_was_not_seen_refuses_nobody() -> None:
    allowed = {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "shop"}}}}
    front = gateway()
    front["spec"]["listeners"] = [listener(allowedRoutes=allowed)]
    assert taken(front, route()) == [["web"]]


def test_a_route_of_the_gateways_own_namespace_needs_no_leave() -> None:
    front = gateway()
    front["spec"]["listeners"] = [listener(allowedRoutes={})]
    assert taken(front, route(namespace="infra")) == [["web"]]


def test_a_listener_for_tcp_takes_no_http_route() -> None:
    assert taken(gateway(listener("raw", protocol="TCP", port=9000)), route()) == [["web"]]


@pytest.mark.parametrize(
    ("own", "named", "hosts"),
    [
        (None, [], ()),
        (None, ["shop.example"], ("shop.example",)),
        ("*.example", [], ("*.example",)),
        ("*.example", ["shop.example", "shop.net"], ("shop.example",)),
        ("Shop.example", ["*.example"], ("shop.example",)),
        ("*.example", ["*.shop.example"], ("*.shop.example",)),
        ("*.shop.example", ["*.example"], ("*.shop.example",)),
        ("shop.example", ["blog.example"], None),
    ],
)
def test_hosts_are_what_listener_and_route_share(own: str | None, named: list[str], hosts: tuple[str, ...]) -> None:
    front = gateway()
    front["spec"]["listeners"] = [listener(**({"hostname": own} if own else {}))]
    graph = graph_of(front, route(hostnames=named))
    found = [attached.hosts for attached in routes_of(graph, graph.all("Gateway")[0])]
    assert found == ([] if hosts is None else [hosts])


BACKEND = {"name": "cart", "namespace": "backends", "port": 80}
GRANT = {
    "kind": "ReferenceGrant", "metadata": {"name": "g", "namespace": "backends"},
    "spec": {
        "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop"}],
        "to": [{"group": "", "kind": "Service"}],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({}, True),
        ({"to": [{"group": "", "kind": "Service", "name": "cart"}]}, True),
        ({"to": [{"group": "", "kind": "Service", "name": "billing"}]}, False),
        ({"to": [{"group": "", "kind": "Secret"}]}, False),
        ({"from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "blog"}]}, False),
        ({"from": [{"group": "gateway.networking.k8s.io", "kind": "GRPCRoute", "namespace": "shop"}]}, False),
    ],
)
def test_a_reference_grant_lets_a_route_use_a_service_elsewhere(change: dict[str, Any], allowed: bool) -> None:
    grant = GRANT | {"spec": {**GRANT["spec"], **change}}  # type: ignore[dict-item]
    graph = graph_of(gateway(), route(rules=[{"backendRefs": [BACKEND]}]), grant)
    (found,) = routes_behind(graph, graph.all("Gateway")[0])
    assert found["backend"] == {"namespace": "backends", "name": "cart", "port": 80, "allowed": allowed}


def test_grants_that_may_not_be_listed_are_not_missing() -> None:
    graph = graph_of(gateway(), route(rules=[{"backendRefs": [BACKEND]}]), deny=("ReferenceGrant",))
    (found,) = routes_behind(graph, graph.all("Gateway")[0])
    assert found["backend"] is not None and isinstance(found["backend"]["allowed"], Unknown)


def test_a_gateway_is_a_front_end_with_listeners_and_routes() -> None:
    secure = listener("tls", port=443, protocol="HTTPS", hostname="*.example", tls={"certificateRefs": [{"name": "c"}]})
    match = [{"path": {"type": "Exact", "value": "/up"}}, {"method": "POST"}]
    graph = graph_of(
        gateway(secure), route(hostnames=["shop.example"], rules=[{"matches": match, "backendRefs": [{"name": "s"}]}])
    )
    found = frontend_of(graph, graph.all("Gateway")[0])
    assert found is not None
    assert [(x["name"], x["port"], x["tls"], x["hosts"]) for x in found["listeners"] or []] == [
        ("web", 80, False, []),
        ("tls", 443, True, ["*.example"]),
    ]
    assert [x["certificates"] for x in found["listeners"] or []][1] == [
        {"kind": "Secret", "namespace": "infra", "name": "c"}
    ]
    assert [(r["path"], r["pathType"], r["conditional"]) for r in found["routes"]] == [
        ("/up", "Exact", False),
        ("/", "PathPrefix", True),
    ]
    assert found["hosts"] == ["*.example", "shop.example"]


@pytest.mark.parametrize(
    ("own", "spec", "why"),
    [
        ({}, {"parent": {"sectionName": "websecure"}}, "references no listener of the Gateway"),
        ({"protocol": "TCP"}, {}, "no listener that it references allows routes of its kind"),
        ({"allowedRoutes": {}}, {}, "no listener allows routes of its namespace"),
        ({"hostname": "blog.example"}, {"hostnames": ["shop.example"]}, "no listener serves one of its hostnames"),
    ],
)
def test_a_route_that_no_listener_takes_fails_on_the_way(own: dict[str, Any], spec: dict[str, Any], why: str) -> None:
    front = gateway()
    front["spec"]["listeners"] = [listener(**own)]
    graph = graph_of(front, route(**spec))
    hop = path_of_object(graph, graph.all("Gateway")[0])
    assert [(h.state, h.fact) for h in hop.all() if h.ref.kind == "HTTPRoute"] == [(State.FAIL, why)]
    assert len(paths_to_host(graph, "shop.example")) == ("hostnames" in spec)
