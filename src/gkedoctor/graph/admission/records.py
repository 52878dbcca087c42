"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import TypedDict

from gkedoctor.graph.core.records import CloudObject, KubernetesObject, Part


class RefusedWorkloadRecord(TypedDict):
    """What this object refuses now, as records of `refusals` with the `workload` that suffers."""

    message: str
    by: str
    name: str
    at: Part
    holder: KubernetesObject
    time: str
    since: str | None
    owner: KubernetesObject
    workload: KubernetesObject


class ShortfallRecord(TypedDict):
    """What the rejected objects request and the quota does not have left."""

    resource: str
    requested: str
    used: str
    hard: str
    still: bool
    needed: str | None


class WebhookReadyRecord(TypedDict):
    """Part of a record."""

    address: str
    ready: bool
    serving: bool
    terminating: bool
    pod: str
    node: str | None
    ports: Part
    slice: KubernetesObject


class WebhookRecord(TypedDict):
    """Its webhooks."""

    name: str
    index: int
    webhook: Part
    service: Part
    target: KubernetesObject | None
    found: bool
    ready: list[WebhookReadyRecord] | None
    failed: list[RefusedWorkloadRecord]
    denied: list[RefusedWorkloadRecord]
    own: list[KubernetesObject]
    runner: KubernetesObject | None
    certificate: KubernetesObject | None


class DeletionBlockerRecord(TypedDict):
    """One of the things that keep a Namespace from going."""

    by: str
    says: str
    commands: list[str]
    item: KubernetesObject | None


class RefusalRecord(TypedDict):
    """Why the object cannot create what it lacks, at most one."""

    message: str
    by: str
    name: str | None
    at: Part
    holder: KubernetesObject
    time: str
    since: str | None
    owner: KubernetesObject


class InsecureRecord(TypedDict):
    """The planned Pods that the enforced standard refuses."""

    name: str
    message: str
    what: str
    workload: KubernetesObject


class DefaultRequestRecord(TypedDict):
    """The requests that limit ranges of the namespace give to containers without."""

    name: str
    amount: str


class OutOfBoundRecord(TypedDict):
    """What planned Pods request beyond the limits."""

    workload: KubernetesObject
    message: str
    container: Part


class BoundedResourceRecord(TypedDict):
    """What containers of refused workloads have to request to keep to the bounds of a LimitRange."""

    workload: KubernetesObject
    container: str
    options: str


class OverdraftRecord(TypedDict):
    """The resources of which the running Pods of the namespace request more than the quota allows."""

    resource: str
    requested: str
    hard: str
    still: bool
    workloads: list[KubernetesObject]
    needed: str


class UndeclaredRecord(TypedDict):
    """What the quota requires and a planned Pod does not set."""

    what: str
    workload: KubernetesObject
    container: Part


class KeptOutRecord(TypedDict):
    """Services that containers name and that are not there, where the quota has no room."""

    name: str
    host: str
    item: KubernetesObject
    pod: KubernetesObject
    at: Part | None
    resource: str
    hard: str
    used: str


class ControlPlaneAccessRecord(TypedDict):
    """Whether firewall rules let the control plane reach a port of a Service's endpoints."""

    range: str
    port: int
    network: str
    allowed: bool
    opened: str | None
    rule: CloudObject | None
    tag: str | None
    cluster: str
    project: str
