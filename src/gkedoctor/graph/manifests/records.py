"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from gkedoctor.graph.core.records import CloudObject, KubernetesObject, Part


class EarlyContentRecord(TypedDict):
    """What is applied before the Namespace or the definition without which it is refused."""

    first: KubernetesObject
    file: str
    own: str
    same: bool
    path: str
    folder: str
    count: int


class LateForRecord(TypedDict):
    """Workloads that are applied before the Secret that they read."""

    item: KubernetesObject
    at: Part
    file: str
    secretFile: str
    same: bool
    secretPath: str
    folder: str
    optional: bool
    others: NotRequired[list[str]]
    files: NotRequired[list[Any]]


class LeftBehindRecord(TypedDict):
    """An Ingress or Service of the cluster that no file has, though all it serves is in them."""

    served: KubernetesObject
    rule: CloudObject
    address: str


class RoomReasonsRecord(TypedDict):
    """Part of a record."""

    kind: str
    text: str


class RoomUnmetRecord(TypedDict):
    """Part of a record."""

    key: str
    text: str
    have: list[str]
    near: str | None
    slip: bool
    requirement: Part


class RoomShortRecord(TypedDict):
    """Part of a record."""

    resource: str
    wanted: str
    largest: float
    never: bool
    node: KubernetesObject
    text: str
    sort: str


class RoomRecord(TypedDict):
    """Why no Node can take the planned Pods."""

    lead: str
    sure: Any
    rivals: dict[str, Any]
    reasons: list[RoomReasonsRecord]
    unmet: list[RoomUnmetRecord]
    short: RoomShortRecord | None
    taints: list[Part]
    tainted: list[KubernetesObject]


class PlannedCheckUnusedRecord(TypedDict):
    """Part of a record."""

    probe: Part
    why: str


class PlannedCheckRecord(TypedDict):
    """The health check of each backend as it will be made: one record a Service and port (see `_check`)."""

    service: KubernetesObject
    port: Part
    target: int | str
    protocol: str
    config: KubernetesObject | None
    pods: list[KubernetesObject]
    said: NotRequired[Part]
    origin: str
    path: str
    type: str
    checkPort: int | None
    item: KubernetesObject | None
    probe: Part
    unused: NotRequired[PlannedCheckUnusedRecord | None]
    known: NotRequired[list[str]]
    scheme: str | None
    declared: NotRequired[list[int]]
