"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from gkedoctor.graph.backends.backend import Backend as LoadBalancingRecord
from gkedoctor.graph.core.records import CloudObject, KubernetesObject, Part
from gkedoctor.graph.objects.records import MakerRecord

__all__ = [
    "AddressHolderRecord",
    "AnnotatedBackendRecord",
    "AskedRecord",
    "BackendRecord",
    "CertificateRecord",
    "ClassRecord",
    "FrontendConfigRecord",
    "LoadBalancingRecord",
    "ManagedCertificateRecord",
    "MissingGatewayRuleRecord",
    "NamedAddressRecord",
    "PreSharedRecord",
    "QuirkBackendsRecord",
    "QuirkRecord",
    "RouteBackendRecord",
    "SlipRecord",
    "TlsSecretRecord",
    "UnwatchedRecord",
]


class CertificateRecord(TypedDict):
    """The certificates that the Ingress' proxies present."""

    certificate: CloudObject
    proxy: CloudObject
    name: str
    ends: str | None
    past: bool
    managed: Part
    status: str | None
    failing: dict[str, str]
    object: KubernetesObject | None
    fromSecret: bool


class PreSharedRecord(TypedDict):
    """The certificates that the annotation names."""

    name: str
    found: bool
    certificate: CloudObject | None
    elsewhere: str | None
    nearest: str | None


class AddressHolderRecord(TypedDict):
    """Who else uses the address that the Ingress or Service requests."""

    address: CloudObject
    name: str
    rule: CloudObject
    kind: str | None
    place: str | None
    owner: KubernetesObject | None
    live: bool | None


class FrontendConfigRecord(TypedDict):
    """The FrontendConfig that an annotation names: at most one."""

    name: str
    found: bool
    target: KubernetesObject | None
    nearest: str | None


class ManagedCertificateRecord(TypedDict):
    """The ManagedCertificates that the annotation names."""

    name: str
    found: bool
    target: KubernetesObject
    nearest: str | None


class RouteBackendRecord(TypedDict):
    """The Services that the route names."""

    name: str
    found: bool
    target: KubernetesObject | None
    nearest: str | None
    namespace: str
    port: int
    at: Part
    portFound: bool | None
    ports: list[int]
    weight: int
    pointer: str
    allowed: bool
    elsewhere: str | None


class NamedAddressRecord(TypedDict):
    """The reserved address that an annotation names: at most one."""

    annotation: str
    name: str
    scope: str
    item: CloudObject | None
    found: bool
    elsewhere: CloudObject | None
    nearest: str | None
    users: list[str]


class BackendRecord(TypedDict):
    """Every backend that a rule or the default names, as records (see `_backend`)."""

    host: str | None
    path: str
    pathType: str | None
    at: Part
    entry: Part
    pointer: str
    name: str | None
    wanted: int | str | None
    resource: Part
    service: KubernetesObject | None
    found: bool | None
    pathFault: str | None
    nearest: str | None
    elsewhere: list[Any]
    port: Part
    portFound: bool | None
    ports: list[int | str] | None
    neg: bool | None
    type: str | None
    typeFits: bool | None


class ClassRecord(TypedDict):
    """Who serves the Ingress."""

    annotation: str | None
    named: str | None
    gke: bool
    value: str | None
    item: KubernetesObject | None
    foreign: bool
    taken: bool
    nearest: str | None


class TlsSecretRecord(TypedDict):
    """The Secrets of `spec.tls`."""

    name: str
    hosts: Part
    at: Part
    pointer: str
    secret: KubernetesObject | None
    found: bool
    nearest: str | None
    maker: MakerRecord | None
    lacks: list[str]
    certificate: Part
    fault: str | None


class QuirkBackendsRecord(TypedDict):
    """Part of a record."""

    service: str
    inMap: bool


class QuirkRecord(TypedDict):
    """What GKE reads otherwise."""

    fault: str
    says: str
    patch: NotRequired[list[Part]]
    rule: NotRequired[Part]
    other: NotRequired[Part]
    host: NotRequired[str]
    paths: NotRequired[list[str]]
    backends: NotRequired[list[QuirkBackendsRecord]]
    seen: NotRequired[bool]
    service: NotRequired[KubernetesObject]
    annotation: NotRequired[str | None]


class AskedRecord(TypedDict):
    """What a check asks of this cluster, at most one."""

    item: KubernetesObject
    host: str
    path: str
    port: int
    tls: bool
    served: bool | None
    open: bool | None
    fits: bool | None
    listens: list[int]
    pathServed: bool | None
    paths: list[str]
    guard: KubernetesObject | None
    authorized: bool


class SlipRecord(TypedDict):
    """The host that is probably intended by one that no front end serves and no check uses: at most one."""

    host: str
    item: KubernetesObject
    asked: str


class UnwatchedRecord(TypedDict):
    """The public hosts without an uptime check, at most one record."""

    hosts: list[str]
    host: str
    project: str | None
    tls: bool
    synthetic: bool


class AnnotatedBackendRecord(TypedDict):
    """A backend of an Ingress whose health is known only from the annotation of the Ingress."""

    name: str
    state: str
    service: KubernetesObject
    port: int | str | None
    pods: list[KubernetesObject]
    asked: Part


class MissingGatewayRuleRecord(TypedDict):
    """A forwarding rule that the controller noted on a Gateway and that does not exist."""

    name: str
    address: str
