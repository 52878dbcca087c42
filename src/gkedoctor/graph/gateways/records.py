"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import TypedDict

from gkedoctor.graph.cloud.records import ProxySubnetRecord
from gkedoctor.graph.core.records import CloudObject, KubernetesObject, Part

__all__ = [
    "AnnotationSlipRecord",
    "GatewayAddressRecord",
    "GatewayClassRecord",
    "GatewayErrorRecord",
    "ListenerCertificateRecord",
    "ParentRecord",
    "ProxySubnetRecord",
    "SharedCertificateRecord",
    "UnsupportedRecord",
]


class GatewayErrorRecord(TypedDict):
    """What its controller reports against a Gateway or a route."""

    text: str | None
    code: str | None
    reason: str
    type: str | None
    at: str | None
    part: Part
    event: KubernetesObject | None
    route: KubernetesObject | None
    routeName: str | None
    foreign: bool


class GatewayClassRecord(TypedDict):
    """The GatewayClass that the Gateway names."""

    name: str
    found: bool
    target: KubernetesObject | None
    nearest: str | None
    controller: str | None
    gke: bool | None
    regional: bool
    internal: bool
    classic: bool
    known: bool
    gkeClasses: list[str]
    multiCluster: bool


class ListenerCertificateRecord(TypedDict):
    """A certificateRef of a listener."""

    kind: str
    name: str
    namespace: str
    found: bool | None
    target: KubernetesObject | None
    nearest: str | None
    allowed: bool | None
    listener: str | None
    pointer: str
    owner: KubernetesObject
    at: Part


class GatewayAddressRecord(TypedDict):
    """An entry of the addresses of a Gateway."""

    at: Part
    type: str
    name: str
    named: bool
    scope: str
    region: str | None
    item: CloudObject | None
    found: bool
    elsewhere: CloudObject | None
    nearest: str | None
    users: list[str]


class AnnotationSlipRecord(TypedDict):
    """An annotation that was most likely meant to be another one."""

    annotation: str
    value: str
    meant: str


class UnsupportedRecord(TypedDict):
    """What a rule of a route asks that GKE does not do."""

    fault: str
    pointer: str
    at: Part
    value: str | None
    seconds: int | None
    says: str


class ParentRecord(TypedDict):
    """The Gateways that the route names."""

    name: str
    found: bool
    target: KubernetesObject
    nearest: str | None
    namespace: str
    at: Part
    number: int
    fault: str | None
    listener: Part
    listenerNumber: int | None
    names: list[str] | None
    nearestListener: str | None
    allows: str | None
    lacking: list[str] | None
    hostname: str | None
    accepted: bool | None


class SharedCertificateRecord(TypedDict):
    """A certificate of Google Cloud that the listeners of a Gateway name."""

    name: str
    pointer: str
    owner: KubernetesObject
    text: str
    found: bool
    certificate: CloudObject | None
    elsewhere: CloudObject | None
    nearest: str | None
