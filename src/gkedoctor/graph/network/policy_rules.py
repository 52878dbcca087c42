"""What one NetworkPolicy allows. Pure in the policy, the Pods and the labels of namespaces.

Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/ (semantics), networking/v1 types.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from gkedoctor.graph.core.accessors import labels_of, namespace_of
from gkedoctor.graph.core.cidr import in_cidr, network
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.graph.objects.namespaces import LabelsOf
from gkedoctor.snapshot.model import Object

Peer = Object | str | None
"""The other end: a Pod, an address or range (`35.191.0.0/16`) outside of the cluster, or None for one not known."""


class Port(NamedTuple):
    """A port that packets are sent to. `number`: None where it is not known; `names`: what the Pods there call it."""

    number: int | None
    protocol: str = "TCP"
    names: frozenset[str] = frozenset()


def ports_at(pods: Iterable[Object], target: int | str, protocol: str = "TCP") -> list[Port]:
    """The ports that a number, or a name of a container port, means on some Pods; one without number if none has it."""
    declared = [p for pod in pods for p in container_ports(pod) if (p.get("protocol") or "TCP") == protocol]
    if isinstance(target, int):
        return [Port(target, protocol, _port_names(declared, target))]
    numbers = {p.get("containerPort") for p in declared if p.get("name") == target}
    found = [Port(n, protocol, _port_names(declared, n)) for n in sorted(n for n in numbers if isinstance(n, int))]
    return found or [Port(None, protocol, frozenset({target}))]


def declared_ports(pod: Object) -> list[Port]:
    """The ports that the containers of a Pod declare."""
    return [
        Port(p.get("containerPort"), p.get("protocol") or "TCP", frozenset({p["name"]} if p.get("name") else ()))
        for p in container_ports(pod)
    ]


def container_ports(pod: Object) -> list[Object]:
    """The entries of `ports` of all containers of a Pod."""
    return [p for c in (pod.get("spec") or {}).get("containers") or [] for p in c.get("ports") or []]


def _port_names(declared: Iterable[Object], number: int) -> frozenset[str]:
    return frozenset(str(p["name"]) for p in declared if p.get("containerPort") == number and p.get("name"))


_DNS = (Port(53, "UDP", frozenset({"dns"})),)  # kube-dns and CoreDNS call it `dns`


def isolates(policy: Object, direction: str) -> bool:
    """Whether the policy denies what no policy allows in that direction (`ingress` or `egress`)."""
    spec = policy.get("spec") or {}
    types = spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
    return direction.capitalize() in types


def rules_of(policy: Object, direction: str) -> list[Object]:
    """The rules of one direction."""
    return (policy.get("spec") or {}).get(direction) or []


def allows(policy: Object, direction: str, peer: Peer, ports: Sequence[Port], labels: LabelsOf) -> bool:
    """Whether a rule allows the peer at one of the ports (none: at any)."""
    field = "to" if direction == "egress" else "from"
    return any(
        _covers(rule.get("ports"), ports) and _names(policy, rule.get(field), peer, labels)
        for rule in rules_of(policy, direction)
    )


def allows_dns(policy: Object) -> bool:
    """Whether some rule lets DNS questions out, which go over UDP, to kube-system or to everybody."""
    return any(
        _covers(rule.get("ports"), _DNS) and (not rule.get("to") or any(_reaches_out(p) for p in rule["to"]))
        for rule in rules_of(policy, "egress")
    )


def _reaches_out(peer: Object) -> bool:
    return peer.get("namespaceSelector") is not None or bool(peer.get("ipBlock"))


def _covers(allowed: Any, ports: Sequence[Port]) -> bool:
    return not allowed or not ports or any(_covers_one(entry, port) for entry in allowed for port in ports)


def _covers_one(entry: Object, port: Port) -> bool:
    """Whether one entry of `ports` takes a port. An entry without protocol means TCP."""
    if (entry.get("protocol") or "TCP") != port.protocol:
        return False
    wanted, end = entry.get("port"), entry.get("endPort")
    if isinstance(wanted, str):
        return wanted in port.names
    if wanted is None or port.number is None:  # a number that nobody knows accuses nobody
        return True
    return bool(wanted <= port.number <= (end if isinstance(end, int) else wanted))


def _names(policy: Object, peers: Any, peer: Peer, labels: LabelsOf) -> bool:
    return not peers or any(_is_meant(policy, entry, peer, labels) for entry in peers)


def _is_meant(policy: Object, entry: Object, peer: Peer, labels: LabelsOf) -> bool:
    block = entry.get("ipBlock")
    if block:
        return peer is None or _in_block(block, _address(peer))
    if not isinstance(peer, dict):  # a selector never means what is outside of the cluster
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


def _address(peer: Object | str) -> str:
    return peer if isinstance(peer, str) else str((peer.get("status") or {}).get("podIP"))


def _in_block(block: Object, address: str) -> bool:
    """Whether an address or range is in the block; one that cannot be read counts as inside: nothing is accused."""
    if network(block.get("cidr")) is None:
        return True
    return in_cidr(address, [block["cidr"]]) is not False and not in_cidr(address, block.get("except") or [])
