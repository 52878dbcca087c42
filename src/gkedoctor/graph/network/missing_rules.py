"""The narrowest rule that a NetworkPolicy lacks for what it denies: the Pods of the other end, and their ports.

https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gkedoctor.graph.core.accessors import labels_of, namespace_of
from gkedoctor.graph.core.cidr import is_ip_address
from gkedoctor.graph.network.policy_rules import Port
from gkedoctor.snapshot.model import Object

_OF_ONE_POD = (
    *("pod-template-hash", "controller-revision-hash", "pod-template-generation", "controller-uid", "job-name"),
    *("statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"),
    *("batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "batch.kubernetes.io/job-completion-index"),
)
"""Labels that the next Pod of the same workload does not have."""

_LOCAL_DNS = "169.254.20.10/32"
"""NodeLocal DNSCache: https://cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache."""

DNS: dict[str, Any] = {
    "to": [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}},
        {"ipBlock": {"cidr": _LOCAL_DNS}},
    ],
    "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
}


def missing_rule(pod: Object, need: dict[str, Any], direction: str, servers: Sequence[Object] | None) -> dict[str, Any]:
    """The rule of this direction; the placeholder SERVER_CIDR where the address of the other end is not known."""
    if need["problem"] == "dns":
        return DNS
    end = pod if direction == "ingress" else servers[0] if servers else None
    ports = [] if servers else _plain(need["port"])
    return {
        "from" if direction == "ingress" else "to": [_peer(end, need["host"])],
        **({"ports": ports} if ports else {}),
    }


def with_ports(rule: dict[str, Any], ports: Sequence[Port]) -> dict[str, Any]:
    """The rule with the ports of the Pods that serve."""
    found = [{"protocol": at.protocol, "port": at.number} for at in ports if at.number is not None]
    distinct = [p for i, p in enumerate(found) if p not in found[:i]]
    return {**rule, "ports": distinct} if distinct else rule


def _plain(port: Any) -> list[dict[str, Any]]:
    return [{"protocol": "TCP", "port": port}] if isinstance(port, int) else []


def _peer(pod: Object | None, host: Any) -> dict[str, Any]:
    if pod is None:
        return {
            "ipBlock": {"cidr": f"{host}/32" if is_ip_address(str(host)) and ":" not in str(host) else "SERVER_CIDR"}
        }
    labels = {key: value for key, value in labels_of(pod).items() if key not in _OF_ONE_POD}
    peer: dict[str, Any] = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace_of(pod)}},
    }
    return {**peer, "podSelector": {"matchLabels": labels}} if labels else peer
