"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import TypedDict

from gkedoctor.graph.core.records import CloudObject, KubernetesObject, Part


class AilingPoolRecord(TypedDict):
    """The node pools whose state is an error."""

    name: str
    status: str
    message: str
    pool: Part


class OutageRecord(TypedDict):
    """The Nodes that stopped being ready with this one, at most one."""

    nodes: list[KubernetesObject]
    first: KubernetesObject
    which: str
    pods: int


class NodePoolRecord(TypedDict):
    """The node pool of the Node."""

    name: str
    account: str
    scopes: list[str]
    mayPull: bool | None
    config: Part
    cluster: CloudObject


class SandboxFailureRecord(TypedDict):
    """Pods of the Node and of its pool that wait for a sandbox that cannot be created."""

    pod: KubernetesObject
    owner: str
    event: KubernetesObject
    node: str
    pool: str | None
    handler: str | None


class AcceleratorRecord(TypedDict):
    """The accelerator of a Node of GKE by its labels."""

    type: str
    count: str
    pool: str
    install: list[str]


class DeviceRecord(TypedDict):
    """Extended resources that the Pod requests and that no node it may use offers.

    `nodes`: those that have the device by their labels, or once offered it. `registered`: a device plugin once
    registered the resource there. `failing`: Pods of drivers and device plugins on these nodes that are not well.
    """

    resource: str
    nodes: list[KubernetesObject]
    node: KubernetesObject
    pool: str | None
    registered: bool
    failing: list[KubernetesObject]
    plugins: list[KubernetesObject]
    accelerator: AcceleratorRecord | None


class PlacementUnmetRequirementRecord(TypedDict):
    """Part of a record."""

    key: str
    operator: str
    values: list[str]


class PlacementUnmetRecord(TypedDict):
    """Part of a record."""

    key: str
    text: str
    have: list[str]
    near: str | None
    slip: bool
    requirement: PlacementUnmetRequirementRecord


class PlacementRecord(TypedDict):
    """Which nodes a DaemonSet may use, by labels and taints."""

    unmet: list[PlacementUnmetRecord]
    joined: str | None
    tainted: list[KubernetesObject]
    taints: list[Part]


class ScalingRecord(TypedDict):
    """What the cluster autoscaler said about the Pod."""

    failed: KubernetesObject | None
    refused: KubernetesObject | None
    growing: KubernetesObject | None


class FittingRequestRecord(TypedDict):
    """The largest requests with which the waiting Pods of a workload fit the nodes now."""

    container: str
    requests: str
    text: str


class SchedulingReasonsRecord(TypedDict):
    """Part of a record."""

    kind: str
    text: str
    count: int | None
    resource: str | None
    key: str | None


class SchedulingUnmetRecord(TypedDict):
    """Part of a record."""

    key: str
    text: str
    have: list[str]
    near: str | None
    slip: bool
    requirement: Part


class SchedulingShortRecord(TypedDict):
    """Part of a record."""

    resource: str
    wanted: str
    largest: float | None
    never: bool
    node: KubernetesObject | None
    text: str
    sort: str


class SchedulingRecord(TypedDict):
    """Why the Pod has no node."""

    condition: Part
    event: KubernetesObject | None
    message: str
    gates: Part
    scheduler: str
    served: bool
    reasons: list[SchedulingReasonsRecord]
    kinds: list[str]
    lead: str | None
    sure: bool
    rivals: dict[str, str]
    unmet: list[SchedulingUnmetRecord]
    short: SchedulingShortRecord | None
    tainted: list[KubernetesObject]
    taints: list[Part]
    cordoned: list[KubernetesObject]
    broken: list[KubernetesObject]
    unlabelled: list[str]
    meant: list[KubernetesObject]
    pool: str | None
    later: bool
    crowd: int
    crowdPool: str | None
