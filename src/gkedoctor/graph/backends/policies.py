"""Policies of GKE for Services and Gateways (HealthCheckPolicy, GCPBackendPolicy and others): what each targets.

Source: GoogleCloudPlatform/gke-gateway-api, apis/networking/v1: `targetRef` names an object of the policy's own
namespace; one of another kind or name has no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.reference import nearest_name, resolve_reference
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

Target = tuple[str, str, str, str]
"""Kind of the policy; kind, namespace and name of what it targets."""


def targets_of(policy: Object) -> list[Object]:
    """The entries of `targetRef` and `targetRefs`."""
    spec = policy.get("spec") or {}
    return [t for t in (spec.get("targetRef"), *(spec.get("targetRefs") or [])) if t]


def policies_for(graph: Graph, kind: str, target: Object) -> list[Object] | Unknown:
    """The policies of a kind that target an object, the one in force first: the oldest, then by name (GEP-713)."""
    doubt = graph.why_incomplete(kind, namespace_of(target))
    if doubt is not None:
        return doubt
    place = (kind, str(target.get("kind")), namespace_of(target), name_of(target))
    return graph.index(_INDEXES[kind]).get(place, [])


@edge("check_policies", "Service", reads=("HealthCheckPolicy",), record="KubernetesObject")
def check_policies_of(graph: Graph, service: Object) -> Facts:
    """The HealthCheckPolicies that target the Service, the one in force first."""
    return policies_for(graph, "HealthCheckPolicy", service)


@edge("backend_policies", "Service", reads=("GCPBackendPolicy",), record="KubernetesObject")
def backend_policies_of(graph: Graph, service: Object) -> Facts:
    """The GCPBackendPolicies that target the Service, the one in force first."""
    return policies_for(graph, "GCPBackendPolicy", service)


class _ByTarget:
    """Builds, for one kind of policy, the index from a target to the policies for it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, graph: Graph) -> dict[Target, list[Object]]:
        found: dict[Target, list[Object]] = {}
        for policy in sorted(graph.all(self.kind), key=_seniority):
            for target in _places(self.kind, policy):
                found.setdefault(target, []).append(policy)
        return found


def _places(kind: str, policy: Object) -> Iterator[Target]:
    own = namespace_of(policy)
    for target in targets_of(policy):
        if (target.get("namespace") or own) == own:
            yield kind, str(target.get("kind")), own, str(target.get("name"))


def _seniority(policy: Object) -> tuple[Any, ...]:
    return str(policy["metadata"].get("creationTimestamp") or ""), namespace_of(policy), name_of(policy)


SERVICE_POLICIES = (
    "HealthCheckPolicy",
    "GCPBackendPolicy",
    "GCPTrafficDistributionPolicy",
    "GCPSessionAffinityPolicy",
    "BackendTLSPolicy",
)
GATEWAY_POLICIES = ("GCPGatewayPolicy",)
POLICIES = (*SERVICE_POLICIES, *GATEWAY_POLICIES)
_TARGETS = dict.fromkeys(SERVICE_POLICIES, ("Service", "ServiceImport", "InferencePool")) | dict.fromkeys(
    GATEWAY_POLICIES, ("Gateway",)
)
_INDEXES = {kind: _ByTarget(kind) for kind in POLICIES}


def lost_policies_for(graph: Graph, service: Object) -> list[Object]:
    """The HealthCheckPolicies that were most likely meant for a Service and do not target it."""
    return graph.index(_lost).get((namespace_of(service), name_of(service)), [])


def _lost(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    """Policies that name a Service which does not exist, by the one that comes closest or has that name elsewhere."""
    found: dict[tuple[str, str], list[Object]] = {}
    for policy in graph.everywhere("HealthCheckPolicy"):
        own = namespace_of(policy)
        names = [str(t.get("name")) for t in targets_of(policy)]
        for name in (n for n in names if graph.find("Service", own, n) is None):
            near = nearest_name(graph, "Service", own, name)
            same = [(namespace_of(s), name) for s in graph.everywhere("Service") if name_of(s) == name]
            for place in [(own, near)] if near else same:
                found.setdefault(place, []).append(policy)
    return found


@edge("targets", *POLICIES, reads=("Service", "Gateway", *POLICIES), record="PolicyTargetRecord")
def targets_found(graph: Graph, policy: Object) -> Facts:
    """What the policy targets: records {kind, name, known, found, target, nearest, elsewhere, rival, at}.

    `known`: whether a policy of its kind can target that kind; `elsewhere`: a namespace that has an object of that
    name; `rival`: the older policy of the same kind with the same target, which alone is in force.
    """
    return [_target(graph, policy, ref) for ref in targets_of(policy)]


def _target(graph: Graph, policy: Object, ref: Object) -> Record:
    own, kind, name = str(policy["kind"]), str(ref.get("kind")), str(ref.get("name"))
    wanted = _TARGETS[own]
    known = kind in wanted
    looked = kind if kind in ("Service", "Gateway") else wanted[0]
    reference = resolve_reference(graph, looked, namespace_of(policy), name)
    exact = known and kind in ("Service", "Gateway")
    return {
        **reference,
        "kind": kind,
        "known": known,
        "wanted": wanted[0],
        "found": reference["found"] if exact else None,
        "elsewhere": _elsewhere(graph, looked, name) if exact and reference["found"] is False else None,
        "rival": _rival(graph, policy, reference["target"]) if exact else None,
        "at": ref,
    }


def _elsewhere(graph: Graph, kind: str, name: str) -> str | None:
    return next((namespace_of(x) for x in graph.everywhere(kind) if name_of(x) == name), None)


def _rival(graph: Graph, policy: Object, target: Object | Unknown | None) -> Object | None:
    if not isinstance(target, dict):
        return None
    rivals = policies_for(graph, str(policy["kind"]), target)
    return None if isinstance(rivals, Unknown) or not rivals or rivals[0] is policy else rivals[0]


_BLOCKS = {
    "HTTP": "httpHealthCheck",
    "HTTPS": "httpsHealthCheck",
    "HTTP2": "http2HealthCheck",
    "GRPC": "grpcHealthCheck",
    "TCP": "tcpHealthCheck",
}


@edge("policy_faults", *POLICIES, reads=("Secret",), record="PolicyFaultRecord")
def policy_faults(graph: Graph, policy: Object) -> Facts:
    """What is wrong in the spec of the policy: records {fault, at, says, secret, block, given}.

    `fault`: `block` (the settings are those of another type, under `given`), `timeout` (longer than the interval),
    `secret` (the Secret of IAP does not exist or lacks its key).
    """
    return list(_faults(graph, policy))


def _faults(graph: Graph, policy: Object) -> Iterator[Record]:
    default = (policy.get("spec") or {}).get("default") or {}
    config = default.get("config") or {}
    block, given = _BLOCKS.get(str(config.get("type"))), [b for b in _BLOCKS.values() if config.get(b)]
    if block is not None and given and given != [block]:
        says = f"type is {config['type']}, but the settings are under {given[0]}"
        yield {"fault": "block", "at": config, "says": says, "secret": None, "block": block, "given": given[0]}
    interval, timeout = default.get("checkIntervalSec"), default.get("timeoutSec")
    if interval and timeout and policy.get("kind") == "HealthCheckPolicy" and timeout > interval:
        says = f"timeoutSec {timeout} is longer than checkIntervalSec {interval}"
        yield {"fault": "timeout", "at": default, "says": says, "secret": None, "block": None, "given": None}
    name = ((default.get("iap") or {}).get("oauth2ClientSecret") or {}).get("name")
    secret = graph.find("Secret", namespace_of(policy), str(name)) if name else {}
    if secret is None:
        says = f"Secret {name} for IAP does not exist"
        yield {"fault": "secret", "at": default["iap"], "says": says, "secret": name, "block": None, "given": None}
    elif isinstance(secret, dict) and secret and "key" not in (secret.get("keys") or {"key": None}):
        says = f"Secret {name} for IAP has no key `key`"
        yield {"fault": "secret", "at": default["iap"], "says": says, "secret": name, "block": None, "given": None}
