"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from gkedoctor.graph.core.records import KubernetesObject, Part
from gkedoctor.graph.objects.records import MakerRecord


class _Reference(TypedDict):
    """Where a Secret, a ConfigMap or a key of one is named, and whether it is there."""

    kind: str
    name: str
    key: str | None
    optional: bool
    via: str
    container: str | None
    volume: str | None
    at: Part
    namespace: str
    target: KubernetesObject | None
    found: bool
    maker: NotRequired[MakerRecord | None]
    """Who is to make it, where it was not seen."""


class PullSecretRecord(_Reference):
    """The imagePullSecrets of a Pod and of its ServiceAccount, as records like `references`."""

    keyFound: str | None
    nearest: NotRequired[str | None]


class ReferenceRecord(_Reference):
    """Every Secret and ConfigMap (key) that the containers read, as records (see `_record`)."""

    keyFound: bool | None
    nearestKey: NotRequired[str | None]
    nearest: NotRequired[str | None]


class DoubtfulValueRecord(TypedDict):
    """Values of Secrets that a container reads and that look wrong."""

    container: str
    secret: KubernetesObject
    key: str
    facts: Part
    faults: list[str]
    says: str
    strong: bool
    variable: str
    at: Part
    via: str


class OptionalGapRecord(TypedDict):
    """Optional Secrets, ConfigMaps and keys that are not there and that a container's log names."""

    kind: str
    name: str
    key: str
    optional: bool
    via: str
    container: str
    volume: str | None
    at: Part
    namespace: str
    target: KubernetesObject | None
    found: bool
    keyFound: bool | None
    nearest: NotRequired[str | None]
    missing: str
    variable: str
    line: str
    nearestKey: NotRequired[str | None]


class SkippedKeysRecord(TypedDict):
    """The Pods that miss a key which envFrom left out."""

    pod: KubernetesObject
    keys: list[str]
    missed: str | None
    event: KubernetesObject
    line: str | None
