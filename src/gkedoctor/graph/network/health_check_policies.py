"""NetworkPolicies that keep the load balancer's health checks from the Pods.

The kubelet's probes come from the Pod's own node and are never denied, so that such a Pod is Ready all the same
(kubernetes.io/docs/concepts/services-networking/network-policies).
"""

from __future__ import annotations

import ipaddress
from typing import Any

from gkedoctor.graph.cloud.health_check_ranges import PROBE_RANGES
from gkedoctor.graph.core.graph import Facts, Graph, edge, labels_of, namespace_of
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object


@edge("probe_policies", "Pod", reads=("NetworkPolicy", "Cluster"))
def probe_policies_of(graph: Graph, pod: Object) -> Facts:
    """The NetworkPolicies by which no health check of a load balancer gets to the Pod: {policy, range, enforced}.

    A Pod that some policy selects is reached only by what one of them lets in. `enforced` is false where the cluster
    says that it enforces none.
    """
    namespace = namespace_of(pod)
    policies = graph.listing("NetworkPolicy", namespace)
    if isinstance(policies, Unknown):
        return policies
    mine = [p for p in policies if _isolates(p, pod)]
    ports = _ports(pod)
    barred = [r for r in PROBE_RANGES if not any(_lets_in(p, r, ports) for p in mine)]
    return [{"policy": p, "range": barred[0], "enforced": _enforced(graph)} for p in mine] if barred else []


def _isolates(policy: Object, pod: Object) -> bool:
    spec = policy.get("spec") or {}
    types = spec.get("policyTypes") or ["Ingress"]
    return "Ingress" in types and matches(spec.get("podSelector") or {}, labels_of(pod))


def _ports(pod: Object) -> list[Object]:
    return [p for c in (pod.get("spec") or {}).get("containers") or [] for p in c.get("ports") or []]


def _lets_in(policy: Object, source: str, ports: list[Object]) -> bool:
    rules = (policy.get("spec") or {}).get("ingress") or []
    return any(_from(rule.get("from"), source) and _to(rule.get("ports"), ports) for rule in rules)


def _from(peers: Any, source: str) -> bool:
    """No peer at all means everybody; a selector never means an address outside of the cluster."""
    if not peers:
        return True
    blocks = [peer.get("ipBlock") or {} for peer in peers]
    return any(_holds(block.get("cidr"), source) and not _excepts(block, source) for block in blocks)


def _holds(cidr: Any, source: str) -> bool:
    try:
        return ipaddress.IPv4Network(source).subnet_of(ipaddress.IPv4Network(cidr, strict=False))
    except ValueError:
        return False


def _excepts(block: Object, source: str) -> bool:
    return any(_holds(cidr, source) for cidr in block.get("except") or [])


def _to(allowed: Any, ports: list[Object]) -> bool:
    """Whether one of the Pod's ports is among those that a rule opens."""
    if not allowed or not ports:
        return True
    return any(_opens(entry, port) for entry in allowed for port in ports)


def _opens(entry: Object, port: Object) -> bool:
    if (entry.get("protocol") or "TCP") != (port.get("protocol") or "TCP"):
        return False
    wanted, number = entry.get("port"), port.get("containerPort")
    if wanted is None:
        return True
    end = entry.get("endPort")
    if isinstance(end, int) and isinstance(wanted, int) and isinstance(number, int):
        return wanted <= number <= end
    return wanted in (number, port.get("name"))


def _enforced(graph: Graph) -> bool | None:
    """Whether the cluster enforces NetworkPolicies: Dataplane V2 does, else the add-on; null where nobody says."""
    clusters = graph.all("Cluster")
    if len(clusters) != 1:
        return None
    config = clusters[0].get("networkConfig")
    if isinstance(config, dict) and config.get("datapathProvider") == "ADVANCED_DATAPATH":
        return True
    autopilot = (clusters[0].get("autopilot") or {}).get("enabled")
    told = (clusters[0].get("networkPolicy") or {}).get("enabled")
    return True if autopilot else told
