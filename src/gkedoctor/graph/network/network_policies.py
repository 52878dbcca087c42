"""NetworkPolicies: what they deny, of what the logs of Pods time out on.

A policy alone is no fault. Pods that no policy selects may talk to everybody; those that one selects only to whom some
policy allows (https://kubernetes.io/docs/concepts/services-networking/network-policies/). Time-outs prove that packets
are dropped; a refusal proves that they arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gkedoctor.graph.core.accessors import labels_of, name_of, namespace_of
from gkedoctor.graph.core.cidr import is_ip_address
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.network.dependencies import dependencies_of
from gkedoctor.graph.network.missing_rules import missing_rule, with_ports
from gkedoctor.graph.network.policy_rules import Peer, Port, allows, allows_dns, isolates, ports_at, rules_of
from gkedoctor.graph.objects.namespaces import namespace_labels
from gkedoctor.graph.services.ports import target_port
from gkedoctor.graph.workloads.pods import pods_at
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

_AILING = ("crash", "unready", "init", "failed")


@edge("log_services", "Pod", reads=("Service",), record="KubernetesObject")
def log_services(graph: Graph, pod: Object) -> Facts:
    """The Services that the Pod's logs say it could not use."""
    found = dependencies_of(graph, pod)
    needs = (
        [] if isinstance(found, Unknown) else [r for r in found if r["via"] == "log" and isinstance(r["problem"], str)]
    )
    return [r["target"] for r in needs if isinstance(r["target"], dict)]


@edge("policies", "Pod", reads=("NetworkPolicy",), record="KubernetesObject")
def policies_of(graph: Graph, pod: Object) -> Facts:
    """The NetworkPolicies that select the Pod."""
    doubt = graph.why_incomplete("NetworkPolicy", namespace_of(pod))
    if doubt is not None:
        return doubt
    return [
        p
        for p in graph.in_namespace("NetworkPolicy", namespace_of(pod))
        if matches((p.get("spec") or {}).get("podSelector") or {}, labels_of(pod))
    ]


@edge("blocking_policies", "Pod", reads=("NetworkPolicy", "Service", "Pod"), record="KubernetesObject")
def blocking_policies(graph: Graph, pod: Object) -> Facts:
    """The NetworkPolicies that deny the Pod what its logs time out on."""
    return [record["policy"] for record in _denials(graph, pod)]


@edge("denials", "NetworkPolicy", reads=("Pod", "Service", "Node"), record="DenialRecord")
def denials_of(graph: Graph, policy: Object) -> Facts:
    """What the policy denies Pods that are not well, by their logs: {pod, policy, direction, host, port, line, …}."""
    return [record for record in graph.index(_all_denials) if record["policy"] is policy]


def _all_denials(graph: Graph) -> list[Record]:
    if not graph.all("NetworkPolicy"):
        return []
    return [record for pod in pods_at(graph, _AILING) for record in _denials(graph, pod)]


def _denials(graph: Graph, pod: Object) -> list[Record]:
    found = dependencies_of(graph, pod)
    needs = [] if isinstance(found, Unknown) else [r for r in found if r["via"] == "log" and isinstance(r["line"], str)]
    records = [_denial(graph, pod, need) for need in needs]
    return [r for r in records if r is not None]


def _denial(graph: Graph, pod: Object, need: Record) -> Record | None:
    """What denies one thing that a log complains about; None where nothing does, or too little is known."""
    if need["problem"] == "dns":
        late = message("dns/lookup-late").search(need["line"]) is not None
        return _record(pod, need, "egress", _closed(graph, pod, "egress", allows_dns), None) if late else None
    servers = _servers(graph, need) if need["problem"] == "timeout" else None
    if servers is None:
        return None
    pods, ports = servers
    policy = _closed(graph, pod, "egress", lambda p: _any_allowed(graph, p, "egress", pods or [_outside(need)], ports))
    if policy is not None:
        return _record(pod, need, "egress", policy, pods, ports)
    for server in pods:
        policy = _closed(graph, server, "ingress", lambda p: _any_allowed(graph, p, "ingress", [pod], ports))
        if policy is not None:
            return _record(pod, need, "ingress", policy, [server], ports)
    return None


def _servers(graph: Graph, need: Record) -> tuple[list[Object], list[Port]] | None:
    """The Pods behind what could not be reached, and their ports; no Pods for something outside of the cluster."""
    target, port = need["target"], need["port"]
    if not isinstance(target, dict):
        outside = target is None and need["name"] is None and bool(need["host"])
        return ([], ports_at([], port) if port else []) if outside else None
    if target.get("kind") == "Pod":
        return [target], ports_at([target], port) if port else []
    pods = graph.follow("pods", target)
    ports = [p for p in (target.get("spec") or {}).get("ports") or [] if port in (None, p.get("port"))]
    if isinstance(pods, Unknown) or not pods or not ports:
        return None
    return list(pods), [at for p in ports for at in ports_at(pods, target_port(p), p.get("protocol") or "TCP")]


def _outside(need: Record) -> Peer:
    """What is not in the cluster: its address, where the log names that."""
    host = str(need["host"] or "")
    return host if is_ip_address(host) else None


def _any_allowed(graph: Graph, policy: Object, direction: str, peers: Sequence[Peer], ports: Sequence[Port]) -> bool:
    labels = namespace_labels(graph)
    return any(allows(policy, direction, peer, ports, labels) for peer in peers)


def _closed(graph: Graph, pod: Object, direction: str, allowed: Callable[[Object], bool]) -> Object | None:
    """The policy that denies a Pod what none of its policies allows: the one with the fewest rules."""
    found = policies_of(graph, pod)
    mine = [] if isinstance(found, Unknown) else [p for p in found if isolates(p, direction)]
    if not mine or any(allowed(p) for p in mine):
        return None
    strictest: Object = min(mine, key=lambda p: (len(rules_of(p, direction)), name_of(p)))
    return strictest


def _record(
    pod: Object,
    need: Record,
    direction: str,
    policy: Object | None,
    servers: list[Object] | None,
    ports: Sequence[Port] = (),
) -> Record | None:
    if policy is None:
        return None
    rule = missing_rule(pod, need, direction, servers)
    return {
        "pod": pod,
        "policy": policy,
        "direction": direction,
        "host": need["host"] or "DNS",
        "port": need["port"],
        "line": need["line"],
        "dns": need["problem"] == "dns",
        "server": servers[0] if servers else None,
        "rule": with_ports(rule, ports) if servers else rule,
    }
