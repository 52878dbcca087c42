"""From an Ingress to its backend services and back: by description, by NEG, by annotation, by name and by address."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.diagnose.patch import ObjectPatch
from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.backends.backend_services import backend_services_for, origin_of
from tests.conftest import recorded


def graph_of(name: str, *changes: ObjectPatch, objects: tuple[Any, ...] = (), deny: tuple[str, ...] = ()) -> Graph:
    return Graph(given_snapshot(Given(recording=name, patch=changes, objects=objects, deny=deny), recorded))


def follow(graph: Graph, edge: str, kind: str, name: str) -> Any:
    return graph.follow(edge, next(o for o in graph.all(kind) if (o.get("metadata") or o)["name"] == name))


def test_a_backend_tells_both_planes() -> None:
    (record,) = follow(graph_of("ing-basic-auth"), "load_balancing", "Ingress", "teratail")
    assert (record["path"], record["origin"], record["neg"], record["size"]) == ("/", "default", True, 2)
    assert (record["healthy"], record["total"], record["annotated"]) == (0, 2, "UNHEALTHY")
    assert {p["metadata"]["name"] for p in record["unhealthyPods"]} == {p["metadata"]["name"] for p in record["pods"]}


def test_instance_groups_are_no_negs() -> None:
    (record,) = follow(graph_of("ing-nodeport"), "load_balancing", "Ingress", "ig")
    assert (record["neg"], record["checkPort"], record["serving"]) == (False, 32755, [32755])


@pytest.mark.parametrize("kind", ["BackendServiceHealth", "HealthCheck", "NetworkEndpointGroup"])
def test_what_was_denied_is_unknown_and_the_rest_is_not(kind: str) -> None:
    (record,) = follow(graph_of("ing-basic-auth", deny=(kind,)), "load_balancing", "Ingress", "teratail")
    unknown = {key for key, value in record.items() if isinstance(value, Unknown)}
    assert unknown & {"healthy", "path", "size"}
    assert "backendService" not in unknown


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("Default kubernetes L7 Loadbalancing health check for NEG.", "default"),
        ("Kubernetes L7 health check generated with readiness probe settings.", "readiness"),
        ("Kubernetes L7 health check generated with BackendConfig CRD.", "backendconfig"),
        (
            '{"k8sCluster":"/locations/x","k8sResource":"/namespaces/a/services/b","config":"ReadinessProbe"}',
            "readiness",
        ),
        ('{"config":"TransparentHC"}', "transparent"),
        ("made by hand", None),
        (None, None),
    ],
)
def test_a_health_check_tells_who_configured_it(text: str | None, origin: str | None) -> None:
    assert origin_of({"description": text}) == origin


def test_a_backend_service_without_description_is_found_over_its_neg() -> None:
    name = "k8s1-a92bb14e-ing-healthy-app-80-d4fb9085"
    graph = graph_of("ing-healthy", ObjectPatch(ref=f"BackendService/{name}", set={"description": ""}))
    service = graph.find("Service", "ing-healthy", "app")
    found = backend_services_for(graph, service, 80)  # type: ignore[arg-type]
    assert [b["name"] for b in found] == [name]  # type: ignore[union-attr]


def test_the_rule_of_an_l4_service_is_found_by_its_legacy_name_alone() -> None:
    graph = graph_of(
        "l4-healthy",
        ObjectPatch(ref="ForwardingRule/a4b9758e542bb42d4a454bd9629132ec", set={"description": ""}),
        ObjectPatch(
            ref="Service/l4-healthy/game", unset=('metadata.annotations."service.kubernetes.io/tcp-forwarding-rule"',)
        ),
    )
    (rule,) = follow(graph, "forwarding_rules", "Service", "game")
    assert rule["IPAddress"] == "203.0.113.3"


def test_the_holder_of_an_address_is_not_the_ingress_itself() -> None:
    assert follow(graph_of("ing-static-ok"), "address_holders", "Ingress", "store") == []


def test_holders_are_unknown_without_forwarding_rules() -> None:
    found = follow(graph_of("ing-static-ok", deny=("ForwardingRule",)), "address_holders", "Ingress", "store")
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("message", "metric"),
    [
        (
            "googleapi: Error 403: Quota 'BACKEND_SERVICES' exceeded.  Limit: 5.0 globally., quotaExceeded",
            "BACKEND_SERVICES",
        ),
        ("quota IN_USE_ADDRESSES exceeded", "IN_USE_ADDRESSES"),
        ("no such thing", None),
    ],
)
def test_the_metric_of_a_quota_is_read_out_of_the_message(message: str, metric: str | None) -> None:
    from gkedoctor.graph.cloud.quotas import metric_in

    assert metric_in(message) == metric


@pytest.mark.parametrize(
    ("ingress", "barred"),
    [
        (None, True),
        ([], True),
        ([{}], False),
        ([{"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}], False),
        ([{"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["35.0.0.0/8"]}}]}], True),
        ([{"from": [{"namespaceSelector": {}}]}], True),
        ([{"from": [{"ipBlock": {"cidr": "130.211.0.0/22"}}]}], True),
        ([{"ports": [{"port": 9090}]}], True),
        ([{"ports": [{"port": 8000, "endPort": 9000}]}], False),
        ([{"ports": [{"port": 8080, "protocol": "UDP"}]}], True),
    ],
)
def test_policies_bar_health_checks_unless_one_lets_both_ranges_in(ingress: Any, barred: bool) -> None:
    policy = {"kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": "ing-healthy"},
              "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": ingress}}  # fmt: skip
    graph = graph_of("ing-healthy", objects=(policy,))
    pod = graph.in_namespace("Pod", "ing-healthy")[0]
    assert bool(graph.follow("probe_policies", pod)) is barred


def test_no_policy_bars_nothing() -> None:
    graph = graph_of("ing-healthy")
    assert graph.follow("probe_policies", graph.in_namespace("Pod", "ing-healthy")[0]) == []


@pytest.mark.parametrize(("location", "region"), [("asia-northeast1-a", "asia-northeast1"), ("us-east1", "us-east1")])
def test_a_zone_lies_in_a_region(location: str, region: str) -> None:
    from gkedoctor.graph.cloud.proxy_subnets import region_of

    assert region_of(location) == region
