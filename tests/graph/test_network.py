"""NetworkPolicies: what they allow, and when a log proves that they deny."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.graph.network.policy_rules import Peer, Port, allows, allows_dns, isolates, ports_at
from tests.graph.test_services import graph_of, only

POD = {
    "kind": "Pod",
    "metadata": {"name": "db-0", "namespace": "shop", "labels": {"app": "db"}},
    "status": {"podIP": "10.8.0.6"},
}
MYSQL = Port(3306, names=frozenset({"mysql"}))
SPACES = {"shop": {"kubernetes.io/metadata.name": "shop"}}


def policy(**spec: Any) -> dict[str, Any]:
    return {"kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": "shop"}, "spec": spec}


@pytest.mark.parametrize(
    ("spec", "ingress", "egress"),
    [
        ({}, True, False),
        ({"egress": [{}]}, True, True),
        ({"policyTypes": ["Egress"]}, False, True),
        ({"policyTypes": None, "egress": None}, True, False),
    ],
)
def test_which_directions_a_policy_closes(spec: dict[str, Any], ingress: bool, egress: bool) -> None:
    assert (isolates(policy(**spec), "ingress"), isolates(policy(**spec), "egress")) == (ingress, egress)


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ({}, True),
        ({"ports": [{"port": 3306}]}, True),
        ({"ports": [{"port": 53}]}, False),
        ({"ports": [{"port": 3000, "endPort": 4000}]}, True),
        ({"ports": [{"port": 3000, "endPort": 3305}]}, False),
        ({"ports": [{"port": 3306, "protocol": "TCP"}]}, True),
        ({"ports": [{"port": 3306, "protocol": "UDP"}]}, False),
        ({"ports": [{"protocol": "UDP"}]}, False),
        ({"ports": [{"protocol": "UDP"}, {"protocol": "TCP"}]}, True),
        ({"ports": [{"port": "mysql"}]}, True),
        ({"ports": [{"port": "metrics"}]}, False),
        ({"ports": [{"port": "mysql", "protocol": "UDP"}]}, False),
        ({"to": [{"podSelector": {"matchLabels": {"app": "db"}}}]}, True),
        ({"to": [{"podSelector": {"matchLabels": {"app": "cache"}}}]}, False),
        ({"to": [{"namespaceSelector": {}}]}, True),
        ({"to": [{"namespaceSelector": {"matchLabels": {"team": "other"}}}]}, False),
        ({"to": [{"ipBlock": {"cidr": "10.8.0.0/16"}}]}, True),
        ({"to": [{"ipBlock": {"cidr": "10.8.0.0/16", "except": ["10.8.0.0/24"]}}]}, False),
        ({"to": [{"ipBlock": {"cidr": "nonsense"}}]}, True),
    ],
)
def test_whether_a_rule_allows_a_pod(rule: dict[str, Any], allowed: bool) -> None:
    assert allows(policy(egress=[rule]), "egress", POD, [MYSQL], SPACES.get) is allowed


@pytest.mark.parametrize(
    ("peers", "peer", "allowed"),
    [
        ([{"ipBlock": {"cidr": "35.191.0.0/16"}}], "35.191.0.0/16", True),
        ([{"ipBlock": {"cidr": "35.191.0.0/17"}}], "35.191.0.0/16", False),
        ([{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["35.0.0.0/8"]}}], "35.191.0.0/16", False),
        ([{"ipBlock": {"cidr": "::/0"}}], "35.191.0.0/16", False),
        ([{"ipBlock": {"cidr": "203.0.113.0/24"}}], "203.0.113.7", True),
        ([{"ipBlock": {"cidr": "203.0.113.0/24"}}], "198.51.100.7", False),
        ([{"ipBlock": {"cidr": "2001:db8::/32"}}], "2001:db8::7", True),
        ([{"ipBlock": {"cidr": "203.0.113.0/24"}}], None, True),
        ([{"namespaceSelector": {}}], "198.51.100.7", False),
        ([], "198.51.100.7", True),
    ],
)
def test_whether_a_rule_allows_what_is_outside_of_the_cluster(peers: list[Any], peer: Peer, allowed: bool) -> None:
    assert allows(policy(egress=[{"to": peers}]), "egress", peer, [MYSQL], SPACES.get) is allowed


def test_a_port_without_a_number_that_is_known_accuses_nobody() -> None:
    rule = {"ports": [{"port": 8080}]}
    assert allows(policy(egress=[rule]), "egress", POD, ports_at([], "http"), SPACES.get)


def test_a_port_is_known_by_number_name_and_protocol_of_the_containers_behind_it() -> None:
    ports = [{"name": "dns", "containerPort": 53, "protocol": "UDP"}, {"name": "dns-tcp", "containerPort": 53}]
    pod = {"spec": {"containers": [{"ports": ports}]}}
    assert ports_at([pod], 53, "UDP") == [Port(53, "UDP", frozenset({"dns"}))]
    assert ports_at([pod], "dns-tcp") == [Port(53, "TCP", frozenset({"dns-tcp"}))]
    assert ports_at([pod], "http") == [Port(None, "TCP", frozenset({"http"}))]


def test_labels_of_a_namespace_that_are_not_known_accuse_nobody() -> None:
    rule = {"to": [{"namespaceSelector": {"matchLabels": {"team": "other"}}}]}
    assert allows(policy(egress=[rule]), "egress", POD, [], lambda _: None)


@pytest.mark.parametrize(
    ("egress", "allowed"),
    [
        ([], False),
        ([{}], True),
        ([{"ports": [{"port": 53, "protocol": "UDP"}]}], True),
        ([{"ports": [{"port": 53}]}], False),
        ([{"ports": [{"port": 53, "protocol": "TCP"}]}], False),
        ([{"ports": [{"port": 1, "endPort": 1023, "protocol": "UDP"}]}], True),
        ([{"ports": [{"port": "dns", "protocol": "UDP"}]}], True),
        ([{"to": [{"podSelector": {}}]}], False),
        ([{"to": [{"namespaceSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}], True),
        ([{"to": [{"namespaceSelector": {}}], "ports": [{"port": 443}]}], False),
    ],
)
def test_whether_dns_is_let_out(egress: list[dict[str, Any]], allowed: bool) -> None:
    assert allows_dns(policy(policyTypes=["Egress"], egress=egress)) is allowed


def crashing(line: str) -> tuple[dict[str, Any], dict[str, str]]:
    status = {
        "phase": "Running",
        "containerStatuses": [{"name": "web", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
    }
    spec = {"nodeName": "n1", "containers": [{"name": "web", "image": "web"}]}
    return {"kind": "Pod", "metadata": {"name": "web-1"}, "spec": spec, "status": status}, {"shop/web-1/web": line}


@pytest.mark.parametrize(
    ("line", "blamed"),
    [
        ("lookup db on 10.96.0.10:53: read udp 10.8.0.5:4->10.96.0.10:53: i/o timeout", True),
        ("lookup db on 10.96.0.10:53: no such host", False),
        ("dial tcp 203.0.113.7:5432: i/o timeout", True),
        ("dial tcp 203.0.113.7:5432: connect: connection refused", False),
        ("nothing to see here", False),
    ],
)
def test_only_what_times_out_is_blamed_on_a_policy(line: str, blamed: bool) -> None:
    pod, logs = crashing(line)
    graph = graph_of(pod, policy(podSelector={}, policyTypes=["Egress"]), logs=logs)
    assert bool(graph.follow("denials", graph.all("NetworkPolicy")[0])) is blamed


def test_dns_is_broken_only_by_the_word_of_those_it_does_not_answer() -> None:
    home = {"kind": "Namespace", "metadata": {"name": "kube-system"}}
    pod, logs = crashing("Error: getaddrinfo EAI_AGAIN db")
    graph = graph_of(home, pod, logs=logs)
    record = only(graph, "Namespace", "dns")
    assert (len(record["complaints"]), record["suffering"], record["down"]) == (1, ["Pod/shop/web-1"], [])
    assert graph.follow("name_service", graph.all("Pod")[0]) == [graph.all("Namespace")[0]]
