"""The rule that a NetworkPolicy lacks."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.network.missing_rules import DNS, missing_rule, with_ports
from gkedoctor.graph.network.policy_rules import Port


def _pod(**labels: str) -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop", "labels": labels}}


def test_the_pods_of_the_other_end_without_labels_of_one_pod() -> None:
    need = {"problem": "timeout", "host": "db", "port": 5432}
    rule = with_ports(
        missing_rule(_pod(), need, "egress", [_pod(app="db", **{"pod-template-hash": "1"})]), [Port(5432)]
    )
    assert rule["to"][0]["podSelector"] == {"matchLabels": {"app": "db"}}
    assert rule["ports"] == [{"protocol": "TCP", "port": 5432}]
    assert missing_rule(_pod(app="web"), need, "ingress", [_pod()])["from"][0]["podSelector"]["matchLabels"] == {
        "app": "web"
    }


def test_an_address_outside_of_the_cluster() -> None:
    need = {"problem": "timeout", "host": "198.51.100.7", "port": 443}
    assert missing_rule(_pod(), need, "egress", None)["to"] == [{"ipBlock": {"cidr": "198.51.100.7/32"}}]
    named = missing_rule(_pod(), {**need, "host": "api.example.com"}, "egress", None)
    assert named["to"] == [{"ipBlock": {"cidr": "SERVER_CIDR"}}]


def test_names() -> None:
    assert missing_rule(_pod(), {"problem": "dns", "host": None, "port": None}, "egress", None) == DNS
