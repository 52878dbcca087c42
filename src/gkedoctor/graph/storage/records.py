"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import TypedDict

from gkedoctor.graph.core.records import KubernetesObject, Part


class ClaimRecord(TypedDict):
    """The claims that the Pods name."""

    name: str
    volume: str
    via: str
    at: Part
    found: bool
    claim: KubernetesObject | None
    nearest: str | None


class ClassRecord(TypedDict):
    """The StorageClass of the claim as a record."""

    name: str
    named: bool
    found: bool
    item: KubernetesObject | None
    nearest: str | None
    delayed: bool
    provisioner: str | None
    volumes: int


class SecretProviderRecord(TypedDict):
    """What a volume of the Secrets Store CSI driver names."""

    driver: str
    name: str | None
    target: KubernetesObject | None


class VolumeRecord(TypedDict):
    """The volumes."""

    name: str
    spec: Part
    source: str
    claimName: str | None
    claim: KubernetesObject | None
    volume: KubernetesObject | None
    events: list[KubernetesObject]
    attachments: list[KubernetesObject]
    holders: list[KubernetesObject]
    secretProvider: SecretProviderRecord | None
    lost: list[KubernetesObject]


class NearVolumeRecord(TypedDict):
    """The volumes that come nearest to the claim."""

    volume: KubernetesObject
    name: str
    differs: list[str]
    released: bool
    phase: str | None


class PlaceRecord(TypedDict):
    """Where the volume can be used."""

    wanted: str
    have: list[str] | None
    nodes: list[KubernetesObject]
