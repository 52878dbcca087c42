"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from gkedoctor.graph.core.records import CloudObject, KubernetesObject, Part


class IapSecretRecord(TypedDict):
    """The Secret that IAP takes its client from, at most one."""

    name: str
    found: bool
    lacks: list[str]
    target: KubernetesObject


class BackendConfigRecord(TypedDict):
    """What the annotation names."""

    annotation: str
    key: NotRequired[str]
    name: NotRequired[str]
    known: NotRequired[bool]
    keys: NotRequired[list[str]]
    target: NotRequired[KubernetesObject | None]
    found: NotRequired[bool]
    nearest: NotRequired[str | None]
    invalid: NotRequired[str]


class EndpointHealthRecord(TypedDict):
    """What `getHealth` answered, per endpoint."""

    state: str
    address: str
    port: int | None
    instance: str
    group: str
    status: Part


class ProbeAccessRecord(TypedDict):
    """One record per probe range and serving port."""

    range: str
    port: int
    network: str
    allowed: bool
    rule: CloudObject | None
    meant: CloudObject | None
    expected: str


class AnnotationFaultRecord(TypedDict):
    """What is wrong with cloud.google.com/neg and app-protocols."""

    annotation: str
    value: str
    fault: str
    key: str | None
    meant: str | None


class PolicyTargetRecord(TypedDict):
    """What a policy targets."""

    kind: str
    name: str
    known: bool
    wanted: str
    found: bool | None
    target: KubernetesObject | None
    nearest: str | None
    elsewhere: str | None
    rival: KubernetesObject | None
    at: Part


class PolicyFaultRecord(TypedDict):
    """What is wrong in the spec of a policy."""

    fault: str
    at: Part
    says: str
    secret: str | None
    block: str | None
    given: str | None


class ProxyAccessRecord(TypedDict):
    """One record per proxy-only range and serving port."""

    range: str
    port: int
    network: str
    allowed: bool
    rule: CloudObject | None
    subnet: CloudObject
