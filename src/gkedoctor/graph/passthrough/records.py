"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import TypedDict

from gkedoctor.graph.backends.backend import Backend as LoadBalancingRecord
from gkedoctor.graph.backends.records import EndpointHealthRecord
from gkedoctor.graph.core.records import CloudObject, KubernetesObject

__all__ = [
    "ConsumerRecord",
    "FirewallChangeRecord",
    "ForeignGroupRecord",
    "LoadBalancingRecord",
    "MissingRuleRecord",
    "NatSubnetRecord",
    "NodeAccessRecord",
    "PassthroughRecord",
    "PublishedServiceRecord",
    "RequestedAddressRecord",
    "RequestedSubnetRecord",
]


class RequestedAddressRecord(TypedDict):
    """An address that a Service of type LoadBalancer requests."""

    asked: str
    by: str
    item: CloudObject | None
    found: bool
    nearest: str | None
    fault: str | None
    place: str | None
    region: str | None
    project: str | None
    internal: bool
    tier: str | None
    subnet: str | None


class RequestedSubnetRecord(TypedDict):
    """The subnet that a Service of type LoadBalancer requests, at most one."""

    name: str
    annotation: str
    found: bool
    nearest: str | None
    region: str | None
    project: str | None


class PassthroughRecord(TypedDict):
    """A backend service of a Service of type LoadBalancer."""

    backendService: CloudObject
    name: str
    location: str
    check: CloudObject | None
    checkPort: int | None
    expectedPort: int | None
    internal: bool
    local: bool
    endpoints: list[EndpointHealthRecord]
    judged: list[EndpointHealthRecord]
    healthy: int
    unhealthy: list[EndpointHealthRecord]
    strays: list[str]
    nodes: list[KubernetesObject]
    groups: list[CloudObject]


class NodeAccessRecord(TypedDict):
    """Whether firewall rules let packets in to the nodes of a load balancer."""

    range: str
    port: int
    protocol: str
    destination: str | None
    network: str
    project: str | None
    allowed: bool
    rule: CloudObject | None
    expected: str | None
    existing: CloudObject | None
    ownRules: bool
    tag: str | None


class MissingRuleRecord(TypedDict):
    """A forwarding rule that a Service should have."""

    name: str | None
    address: str
    region: str | None
    project: str | None
    internal: bool


class PublishedServiceRecord(TypedDict):
    """The Service that a ServiceAttachment publishes."""

    name: str
    found: bool
    target: KubernetesObject | None
    nearest: str | None
    kind: str | None
    kindFits: bool
    balanced: bool
    internal: bool
    addresses: list[str]
    ruleAddresses: list[str]
    published: CloudObject | None


class NatSubnetRecord(TypedDict):
    """A subnet that a ServiceAttachment names."""

    name: str
    found: bool
    item: CloudObject | None
    purpose: str | None
    fits: bool
    nearest: str | None
    ready: list[str]
    region: str | None
    project: str | None


class ConsumerRecord(TypedDict):
    """A consumer whose connection is not accepted."""

    endpoint: str
    status: str
    project: str | None


class ForeignGroupRecord(TypedDict):
    """A backend service of somebody else that uses the cluster's nodes."""

    name: str
    backendService: CloudObject


class FirewallChangeRecord(TypedDict):
    """A change of a firewall rule that an Event asks a security administrator for."""

    command: str
    verb: str
    name: str
    project: str | None
    checks: bool
    existing: CloudObject | None
    event: KubernetesObject
