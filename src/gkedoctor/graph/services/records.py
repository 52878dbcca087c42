"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import Any, TypedDict

from gkedoctor.graph.core.records import KubernetesObject, Part


class ForeignPortRecord(TypedDict):
    """Part of a record."""

    port: Part
    target: int
    protocol: str
    named: bool
    serving: list[KubernetesObject]
    lacking: list[KubernetesObject]
    unclear: list[Any]
    otherProtocol: bool
    twin: bool
    names: list[str]
    numbers: list[int]
    probes: list[int]
    probe: Part | None
    listens: list[Any]
    nearest: str | None
    meant: int | None
    healthy: bool
    item: KubernetesObject
    ports: list[Part]


class ForeignRecord(TypedDict):
    """Workloads that the selector matches although they do not serve a port that another one serves."""

    item: KubernetesObject
    port: ForeignPortRecord
    served: KubernetesObject
    pods: list[KubernetesObject]
    sure: bool
    name: str
    labels: dict[str, str]


class ManualPortRecord(TypedDict):
    """The ports of a Service with manually created endpoints, and the port names of those endpoints."""

    port: Part
    name: str
    names: list[str]
    slice: KubernetesObject


class PortRecord(TypedDict):
    """Each port of the Service against the workloads behind it,."""

    port: Part
    target: int | str
    protocol: str
    named: bool
    serving: list[KubernetesObject]
    lacking: list[KubernetesObject]
    unclear: list[KubernetesObject]
    otherProtocol: bool
    twin: bool
    names: list[str]
    numbers: list[int]
    probes: list[int]
    probe: Part | None
    listens: list[int]
    nearest: str | None
    meant: int | None
    healthy: bool
    item: KubernetesObject | None
    ports: list[Part]


class EndpointRecord(TypedDict):
    """The endpoints."""

    address: str
    ready: bool
    serving: bool
    terminating: bool
    pod: str | None
    node: str | None
    ports: Part
    slice: KubernetesObject


class GoverningServiceRecord(TypedDict):
    """The Service that gives the Pods of a StatefulSet their names."""

    name: str
    found: bool
    target: KubernetesObject | None
    nearest: str | None


class NearMissRecord(TypedDict):
    """What the selector almost matches, the nearest first."""

    item: KubernetesObject
    keys: list[str]
    wanted: dict[str, str]
    have: dict[str, str | None]
    labels: Part
    slip: bool
    distance: int


class RoleRecord(TypedDict):
    """A workload whose Pods the selector misses only in labels that their template does not have."""

    item: KubernetesObject
    pod: KubernetesObject
    keys: list[str]
    wanted: dict[str, str]
    have: dict[str, str]


class GoneClusterRecord(TypedDict):
    """A cluster that a MultiClusterService names and that is not among those of the project."""

    link: str
    number: int
    clusters: list[str]


class MultiClusterBackendRecord(TypedDict):
    """A MultiClusterService that a MultiClusterIngress names."""

    name: str
    found: bool
    target: KubernetesObject | None
    nearest: str | None
    port: Part
    ports: list[Part]
    portFound: bool | None
    pointer: str
    at: Part


class ExportedRecord(TypedDict):
    """The Service that a ServiceExport exports."""

    name: str
    found: bool
    target: KubernetesObject | None
    nearest: str | None
