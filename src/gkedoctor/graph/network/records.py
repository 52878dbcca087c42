"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from gkedoctor.graph.core.records import KubernetesObject, Part


class LocalServerRecord(TypedDict):
    """Part of a record: what serves an address of the Pod itself."""

    container: Part
    containers: list[str]


class DependencyConfiguredRecord(TypedDict):
    """Part of a record."""

    container: str
    via: str
    host: str
    port: int
    at: Part
    problem: str | None
    line: str | None
    namespace: str
    name: str
    target: KubernetesObject | None
    found: bool
    near: str | None
    portFound: bool | None
    servicePorts: list[int]
    corrected: str | None
    local: LocalServerRecord | None


class DependencyRecord(TypedDict):
    """The hosts that its containers name or could not reach,."""

    container: str
    via: str
    problem: str | None
    host: str | None
    line: str | None
    target: KubernetesObject | None
    found: bool | None
    port: NotRequired[int | None]
    at: NotRequired[Part]
    namespace: NotRequired[str | None]
    name: NotRequired[str | None]
    near: NotRequired[str | None]
    portFound: NotRequired[bool | None]
    servicePorts: NotRequired[list[int]]
    corrected: NotRequired[str | None]
    local: NotRequired[LocalServerRecord | None]
    configured: NotRequired[DependencyConfiguredRecord | None]


class SharedServerRecord(TypedDict):
    """The servers that its containers and other workloads could not reach."""

    container: str
    server: str
    root: KubernetesObject
    clients: list[KubernetesObject]


class FileTroubleRecord(TypedDict):
    """Files that a container could not use, by its log."""

    container: str
    problem: str
    path: NotRequired[str]
    line: NotRequired[str]
    mount: NotRequired[Part]
    volume: NotRequired[Part]
    claim: NotRequired[KubernetesObject | None]
    guessed: NotRequired[bool]
    rootReadOnly: NotRequired[bool]
    directory: NotRequired[str]
    source: NotRequired[KubernetesObject | None]
    keys: NotRequired[list[str]]


class ResolverRecord(TypedDict):
    """A Pod whose nameservers are not the cluster's."""

    policy: str
    nameservers: list[str]
    cluster: str | None
    wanted: str


class ClusterDnsComplaintsRecord(TypedDict):
    """Part of a record."""

    pod: KubernetesObject
    line: str


class ClusterDnsRecord(TypedDict):
    """The DNS of the cluster, for namespace kube-system."""

    servers: list[KubernetesObject]
    down: list[KubernetesObject]
    pods: list[Any]
    complaints: list[ClusterDnsComplaintsRecord]
    suffering: list[str]


class ProbePolicyRecord(TypedDict):
    """The NetworkPolicies by which no health check of a load balancer gets to the Pod."""

    policy: KubernetesObject
    range: str
    enforced: bool | None


class DenialRecord(TypedDict):
    """What the policy denies Pods that are not well, by their logs."""

    pod: KubernetesObject
    policy: KubernetesObject
    direction: str
    host: str
    port: int | None
    line: str
    dns: bool
    server: KubernetesObject | None
    rule: Part
    """The narrowest rule that the policy lacks."""
