"""Firewall rules for the control plane of a private cluster: an aggregated API is available once its port is open."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.graph.core.conditions import is_true
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.simulate import settle
from tests.whatif.test_commands import item, one, snapshot_of

_GOOGLE = "https://www.googleapis.com/compute/v1/projects/acme"


def state(ports: list[str], *, ready: bool = True) -> Snapshot:
    """A private cluster whose control plane may reach these ports of its nodes."""
    endpoint = {"addresses": ["10.4.0.9"], "nodeName": "n1", "conditions": {"ready": ready}}
    status = {"conditions": [{"type": "Available", "status": "False", "reason": "FailedDiscoveryCheck"}]}
    cluster: dict[str, Any] = {
        "kind": "Cluster", "name": "shop", "network": "prod",
        "selfLink": "https://container.googleapis.com/v1/projects/acme/locations/europe-west1/clusters/shop",
        "privateClusterConfig": {"masterIpv4CidrBlock": "172.16.0.0/28"},
    }  # fmt: skip
    machine = {"kind": "Instance", "name": "n1", "selfLink": f"{_GOOGLE}/zones/europe-west1-b/instances/n1",
               "tags": {"items": ["gke"]}}  # fmt: skip
    rule = {
        "kind": "Firewall", "name": "control-plane", "selfLink": f"{_GOOGLE}/global/firewalls/control-plane",
        "network": f"{_GOOGLE}/global/networks/prod", "direction": "INGRESS", "sourceRanges": ["172.16.0.0/28"],
        "targetTags": ["gke"], "allowed": [{"IPProtocol": "tcp", "ports": ports}],
    }  # fmt: skip
    return snapshot_of(
        item("APIService", "v1beta1.metrics.k8s.io", None, status=status,
             spec={"service": {"namespace": "shop", "name": "metrics"}}),
        item("Service", "metrics", spec={"clusterIP": "10.8.0.9", "ports": [{"port": 443, "targetPort": 6443}]}),
        item("EndpointSlice", "metrics-1", metadata={"labels": {"kubernetes.io/service-name": "metrics"}},
             addressType="IPv4", endpoints=[endpoint], ports=[{"port": 6443, "protocol": "TCP"}]),
        cluster, machine, rule,
    )  # fmt: skip


@pytest.mark.parametrize(("ports", "is_available"), [(["443", "6443"], True), (["443", "8443"], False)])
def test_an_api_is_available_once_the_control_plane_reaches_its_port(ports: list[str], is_available: bool) -> None:
    found = settle(state(ports), state(["443"]))
    api = one(found, "APIService", "v1beta1.metrics.k8s.io")
    assert api is not None
    assert is_true(api, "Available") is is_available


def test_an_api_without_a_ready_endpoint_stays_unavailable_behind_an_open_port() -> None:
    found = settle(state(["443", "6443"], ready=False), state(["443"], ready=False))
    api = one(found, "APIService", "v1beta1.metrics.k8s.io")
    assert api is not None
    assert not is_true(api, "Available")
