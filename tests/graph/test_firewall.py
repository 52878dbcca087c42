"""VPC firewall rules as they apply to health checks: priority, deny before allow, targets, ranges, ports."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.graph import Graph, Unknown
from tests.conftest import recorded

HOME = "https://www.googleapis.com/compute/v1/projects/p"
NETWORK = f"{HOME}/global/networks/default"
ALLOW: dict[str, Any] = {"allowed": [{"IPProtocol": "tcp", "ports": ["8080"]}]}
DENY: dict[str, Any] = {"denied": [{"IPProtocol": "all"}]}
PROBES = {"sourceRanges": ["130.211.0.0/22", "35.191.0.0/16"]}


def rule(name: str, *parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    base = {"kind": "Firewall", "name": name, "selfLink": f"{HOME}/global/firewalls/{name}", "network": NETWORK}
    return {**base, **{k: v for part in parts for k, v in part.items()}, **fields}


def access(*rules: dict[str, Any], network: str = NETWORK) -> list[dict[str, Any]]:
    group = f"{HOME}/zones/z-1-a/networkEndpointGroups/neg"
    instance = f"{HOME}/zones/z-1-a/instances/node"
    objects = (
        {"kind": "BackendService", "name": "b", "selfLink": f"{HOME}/global/backendServices/b",
         "backends": [{"group": group}]},
        {"kind": "NetworkEndpointGroup", "name": "neg", "selfLink": group, "network": network, "size": 1},
        {"kind": "Instance", "name": "node", "selfLink": instance, "tags": {"items": ["gke-node"]},
         "serviceAccounts": [{"email": "nodes@p.iam"}]},
        {"kind": "BackendServiceHealth", "name": "b", "backends": [
            {"group": group, "healthStatus": [{"healthState": "UNHEALTHY", "port": 8080, "instance": instance}]}]},
        *rules,
    )  # fmt: skip
    graph = Graph(given_snapshot(Given(objects=objects), recorded))
    found = graph.follow("probe_access", graph.all("BackendService")[0])
    assert not isinstance(found, Unknown), found
    return list(found)


def lets_in(*rules: dict[str, Any]) -> bool:
    return all(record["allowed"] for record in access(*rules))


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ([], False),
        ([rule("a", ALLOW, PROBES)], True),
        ([rule("a", ALLOW, sourceRanges=["0.0.0.0/0"])], True),
        ([rule("a", ALLOW)], True),
        ([rule("a", ALLOW, sourceTags=["bastion"])], False),
        ([rule("a", ALLOW, sourceRanges=["130.211.0.0/22"])], False),
        ([rule("a", ALLOW, sourceRanges=["35.191.0.0/24", "130.211.0.0/22"])], False),
        ([rule("a", ALLOW, PROBES, disabled=True)], False),
        ([rule("a", ALLOW, PROBES, direction="EGRESS")], False),
        ([rule("a", ALLOW, PROBES, targetTags=["gke-node"])], True),
        ([rule("a", ALLOW, PROBES, targetTags=["other"])], False),
        ([rule("a", ALLOW, PROBES, targetServiceAccounts=["nodes@p.iam"])], True),
        ([rule("a", PROBES, allowed=[{"IPProtocol": "udp"}])], False),
        ([rule("a", PROBES, allowed=[{"IPProtocol": "tcp", "ports": ["30000-32767"]}])], False),
        ([rule("a", PROBES, allowed=[{"IPProtocol": "6", "ports": ["1-9000"]}])], True),
        ([rule("a", ALLOW, PROBES), rule("d", DENY, priority=900)], False),
        ([rule("a", ALLOW, PROBES, priority=800), rule("d", DENY, priority=900)], True),
        ([rule("a", ALLOW, PROBES), rule("d", DENY, sourceRanges=["35.191.7.0/24"])], False),
        ([rule("a", ALLOW, PROBES), rule("d", DENY, sourceRanges=["10.0.0.0/8"])], True),
        ([rule("a", ALLOW, PROBES, network=f"{HOME}/global/networks/other")], False),
    ],
)
def test_the_first_rule_that_names_the_probes_decides(rules: list[dict[str, Any]], allowed: bool) -> None:
    assert lets_in(*rules) is allowed


@given(st.permutations([rule("a", ALLOW, PROBES), rule("b", DENY, priority=2000), rule("c", ALLOW, priority=3000)]))
def test_the_order_of_the_listing_does_not_matter(rules: list[dict[str, Any]]) -> None:
    assert lets_in(*rules)


def test_a_network_of_another_project_cannot_be_judged() -> None:
    with pytest.raises(AssertionError, match="another project"):
        access(network="https://www.googleapis.com/compute/v1/projects/host/global/networks/shared")


def test_the_rule_that_was_meant_is_named() -> None:
    narrow = rule("narrow", PROBES, allowed=[{"IPProtocol": "tcp", "ports": ["9090"]}])
    assert {record["meant"]["name"] for record in access(narrow)} == {"narrow"}
