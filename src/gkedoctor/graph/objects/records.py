"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from gkedoctor.graph.core.records import KubernetesObject, Part


class RemovedVersionRecord(TypedDict):
    """The API versions in the object that are not served any more."""

    at: Part
    own: bool
    apiVersion: str
    kind: str
    since: str
    instead: str
    changes: str
    served: bool | None


class OwnFailureRecord(TypedDict):
    """What the status of an operator's object reports as failed."""

    at: Part
    type: str
    reason: str | None
    message: str | None
    words: str
    since: str
    known: bool
    """Whether the table of operators knows the kind."""
    cause: str | None
    resource: str
    """How kubectl names the kind: `certificates.cert-manager.io`."""


class FailedStepRecord(TypedDict):
    """What says more of a failure than the object itself: its steps and its Events."""

    item: KubernetesObject
    words: str
    at: Part


class ProductRecord(TypedDict):
    """What an operator's object makes."""

    kind: str
    name: str
    found: bool
    target: KubernetesObject | None


class MakerRecord(TypedDict):
    """What creates an object that does not exist. `item` is null where only names show it."""

    item: KubernetesObject | None
    failure: OwnFailureRecord | None
    said: list[FailedStepRecord]
    words: str | None
    certain: bool
    program: str
    resource: str
    name: NotRequired[str | None]


class RoleBindingRecord(TypedDict):
    """A RoleBinding or ClusterRoleBinding with its role."""

    binding: KubernetesObject
    role: KubernetesObject | None
