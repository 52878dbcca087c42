"""The way of a request over all recordings with a Google Cloud side: it fails in one place, where the fault is."""

from __future__ import annotations

import json

import pytest

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.graph import Graph
from gkedoctor.graph.request_path.hop import Hop, State, overall_state
from gkedoctor.graph.request_path.lookup import path_of_object, paths_to_address, paths_to_host
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status, permission
from tests.conftest import REBUILT, RECORDINGS, recorded

NAMES = sorted({p.parent.name for p in RECORDINGS.glob("*/gcp") if (p.parent / "kubernetes").is_dir()} - REBUILT)
HEALTHY = [n for n in NAMES if json.loads((RECORDINGS / n / "truth.json").read_text())["cause"] is None]
BROKEN = {
    "ing-basic-auth": "HealthCheck/k8s1-a92bb14e-ing-basic-auth-nginx-80-a6a8b621",
    "ing-classname-ignored": "Ingress/plain",
    "ing-missing-secret": "Deployment/shop",
    "ing-no-service": "Service/pages",
    "ing-probe-added-later": "HealthCheck/k8s1-a92bb14e-ing-probe-added-later-late-80-8c0c4639",
    "ing-readiness-gate": "HealthCheck/k8s1-a92bb14e-ing-readiness-gate-gated-80-f02b70c3",
    "ing-selector": "Service/blog",
    "ing-static-ip": "Address/api-prod-ip",
    "ing-tls-expired": "Secret/exp-tls",
    "ing-tls-missing": "Secret/pay-tls",
    "teratail-ingress": "HealthCheck/k8s1-a92bb14e-teratail-ingress-sakura-80-0392aeaf",
}
CLOUD = sorted(name for name, kind in KINDS.items() if kind.cloud)


def ways(snapshot: Snapshot) -> list[Hop]:
    graph = Graph(snapshot)
    balanced = [s for s in graph.all("Service") if (s.get("spec") or {}).get("type") == "LoadBalancer"]
    return [path_of_object(graph, item) for item in (*graph.all("Ingress"), *graph.all("Gateway"), *balanced)]


def hops(snapshot: Snapshot) -> list[Hop]:
    return [hop for way in ways(snapshot) for hop in way.all()]


def failing(snapshot: Snapshot) -> list[str]:
    return [f"{h.ref.kind}/{h.ref.name}" for h in hops(snapshot) if h.state is State.FAIL]


def without(snapshot: Snapshot, collection: str) -> Snapshot:
    state = CollectionState(Status.DENIED, reason="forbidden", needs=permission(collection))
    kept = [c for c in snapshot.collections.values() if c.name != collection]
    return Snapshot(snapshot.manifest, [*kept, Collection(collection, state)])


def test_every_recording_is_judged() -> None:
    assert sorted([*HEALTHY, *BROKEN]) == NAMES


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_way_is_ok_from_end_to_end(name: str) -> None:
    found = hops(recorded(name))
    assert {hop.state for hop in found} == {State.OK}
    assert {"ForwardingRule", "BackendService", "HealthCheck", "Deployment"} <= {hop.ref.kind for hop in found}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_way_fails_in_one_place(name: str) -> None:
    assert failing(recorded(name)) == [BROKEN[name]]


@pytest.mark.parametrize("kind", CLOUD)
@pytest.mark.parametrize("name", NAMES)
def test_without_a_listing_nothing_new_fails(name: str, kind: str) -> None:
    """What stands in the denied collection is not known then, and the hop says so."""
    collection, whole = KINDS[kind].collection, recorded(name)
    found = hops(without(whole, collection))
    unserved = {f"Ingress/{h.ref.name}" for h in ways(whole) if h.fact.startswith("no address")}
    known = {*failing(whole), *unserved}
    assert {f"{h.ref.kind}/{h.ref.name}" for h in found if h.state is State.FAIL} <= known
    gone = [h for h in hops(whole) if h.ref.kind == kind and h.state is State.OK]
    if gone and kind != "SslCertificate" and whole.collection(collection).objects:
        assert any(f"not collected: {collection}" in h.fact for h in found)


def test_a_recording_without_google_cloud_names_what_was_not_collected() -> None:
    snapshot = recorded("ing-healthy")
    for kind in CLOUD:
        snapshot = without(snapshot, KINDS[kind].collection)
    (way,) = ways(snapshot)
    assert overall_state([way]) is State.UNKNOWN
    assert [h.ref.name for h in way.all() if h.ref.kind == "ForwardingRule"] == [
        "k8s2-fr-arun49xi-ing-healthy-app-lcic8c3u"
    ]
    assert "Deployment" in {h.ref.kind for h in way.all()}


def test_the_way_is_found_from_its_address() -> None:
    (way,) = paths_to_address(Graph(recorded("l4-healthy")), "203.0.113.3")
    assert (way.ref.kind, way.ref.name) == ("Service", "game")


def test_the_way_of_a_leftover_begins_at_its_forwarding_rule() -> None:
    (way,) = paths_to_address(Graph(recorded("orphans-cluster-deleted")), "203.0.113.5")
    assert way.ref.kind == "ForwardingRule"
    assert "created for Ingress ing-static-ok/store" in way.fact


@pytest.mark.parametrize(("host", "count"), [("teratail.example", 1), ("other.example", 0)])
def test_the_way_is_found_from_a_host(host: str, count: int) -> None:
    assert len(paths_to_host(Graph(recorded("teratail-ingress")), host)) == count


def test_a_young_ingress_is_not_accused() -> None:
    ingress = {
        "kind": "Ingress",
        "metadata": {"name": "web", "creationTimestamp": "2026-01-01T11:59:00Z"},
        "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}},
    }
    service = {"kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80, "targetPort": 8080}]}}
    snapshot = given_snapshot(Given(objects=(ingress, service)), recorded)
    (way,) = ways(snapshot)
    assert (way.state, way.fact) == (State.UNKNOWN, "no address: it is still being created")


def test_a_gateway_leads_over_its_routes() -> None:
    gateway = {
        "kind": "Gateway",
        "metadata": {"name": "edge"},
        "spec": {"gatewayClassName": "gke-l7-gxlb", "listeners": [{"name": "web", "port": 80, "protocol": "HTTP"}]},
        "status": {
            "addresses": [{"type": "IPAddress", "value": "203.0.113.77"}],
            "conditions": [{"type": "Programmed", "status": "True"}],
        },
    }
    route = {
        "kind": "HTTPRoute",
        "metadata": {"name": "shop"},
        "spec": {
            "parentRefs": [{"name": "edge"}],
            "hostnames": ["shop.example"],
            "rules": [{"backendRefs": [{"name": "web", "port": 80}]}],
        },
    }
    snapshot = given_snapshot(Given(objects=(gateway, route), deny=("ForwardingRule",)), recorded)
    (way,) = paths_to_host(Graph(snapshot), "shop.example")
    assert [(h.ref.kind, h.state) for h in way.all()] == [
        ("Gateway", State.OK),
        ("ForwardingRule", State.UNKNOWN),
        ("Service", State.FAIL),
    ]
