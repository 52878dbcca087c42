"""What one NetworkPolicy allows. Pure in the policy, the Pods and the labels of namespaces.

Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/ (semantics), networking/v1 types.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from gkedoctor.graph.core.graph import labels_of, namespace_of
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.snapshot.model import Object

LabelsOf = Callable[[str], Mapping[str, str] | None]
"""The labels of a namespace; None where they are not known."""

_DNS = (53,)


def isolates(policy: Object, direction: str) -> bool:
    """Whether the policy denies what no policy allows in that direction (`ingress` or `egress`)."""
    spec = policy.get("spec") or {}
    types = spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
    return direction.capitalize() in types


def rules_of(policy: Object, direction: str) -> list[Object]:
    """The rules of one direction."""
    return (policy.get("spec") or {}).get(direction) or []


def allows(policy: Object, direction: str, peer: Object | None, ports: list[Any], labels: LabelsOf) -> bool:
    """Whether a rule allows the peer (None: something outside of the cluster) at one of the ports (none: at any)."""
    field = "to" if direction == "egress" else "from"
    return any(
        _covers(rule.get("ports"), ports) and _names(policy, rule.get(field), peer, labels)
        for rule in rules_of(policy, direction)
    )


def allows_dns(policy: Object) -> bool:
    """Whether some rule lets DNS questions out, to kube-system or to everybody."""
    return any(
        _covers(rule.get("ports"), list(_DNS)) and (not rule.get("to") or any(_reaches_out(p) for p in rule["to"]))
        for rule in rules_of(policy, "egress")
    )


def _reaches_out(peer: Object) -> bool:
    return peer.get("namespaceSelector") is not None or bool(peer.get("ipBlock"))


def _covers(allowed: Any, ports: list[Any]) -> bool:
    return not allowed or not ports or any(_covers_one(entry, port) for entry in allowed for port in ports)


def _covers_one(entry: Object, port: Any) -> bool:
    wanted, end = entry.get("port"), entry.get("endPort")
    if wanted is None or wanted == port:
        return True
    return isinstance(wanted, int) and isinstance(end, int) and isinstance(port, int) and wanted <= port <= end


def _names(policy: Object, peers: Any, peer: Object | None, labels: LabelsOf) -> bool:
    return not peers or any(_is_meant(policy, entry, peer, labels) for entry in peers)


def _is_meant(policy: Object, entry: Object, peer: Object | None, labels: LabelsOf) -> bool:
    block = entry.get("ipBlock")
    if block:
        return peer is None or _in_block(block, (peer.get("status") or {}).get("podIP"))
    if peer is None:
        return False
    spaces = entry.get("namespaceSelector")
    if spaces is None:
        if namespace_of(peer) != namespace_of(policy):
            return False
    else:
        known = labels(namespace_of(peer))
        if known is not None and not matches(spaces, known):
            return False
    pods = entry.get("podSelector")
    return pods is None or matches(pods, labels_of(peer))


def _in_block(block: Object, address: Any) -> bool:
    """Whether the address is in the block; one that cannot be read counts as inside, so that nothing is accused."""
    try:
        inner = ipaddress.ip_address(str(address))
        outside = [ipaddress.ip_network(str(c), strict=False) for c in block.get("except") or []]
        return inner in ipaddress.ip_network(str(block.get("cidr")), strict=False) and all(
            inner not in o for o in outside
        )
    except ValueError:
        return True
