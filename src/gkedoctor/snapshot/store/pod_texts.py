"""Pods as typed text: what each has of its own is decoded at once, what Pods share stays text until it is met again.

Most fields of a Pod's metadata and all of its status are its own, so the way of `sharing.py`, which cuts each map into
its fields and decides field by field, takes several times what decoding them takes. A block of Pods that has a field
besides those of `ObjectMeta` which Pods have, or lacks one that all have, is read in that way all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.json import Decoder


class _Metadata(Struct, forbid_unknown_fields=True, rename="camel", gc=False):
    """`ObjectMeta`, as Pods have it in a snapshot."""

    creation_timestamp: Any
    name: str
    namespace: str
    resource_version: Any
    uid: Any
    annotations: Raw | UnsetType = UNSET
    deletion_grace_period_seconds: Any = UNSET
    deletion_timestamp: Any = UNSET
    finalizers: Any = UNSET
    generate_name: str | UnsetType = UNSET
    generation: Any = UNSET
    labels: Raw | UnsetType = UNSET
    owner_references: Raw | UnsetType = UNSET


class _Pod(Struct, forbid_unknown_fields=True, rename="camel", gc=False):
    api_version: str
    kind: str
    metadata: _Metadata
    spec: Raw
    status: Any


_pods_of = Decoder(list[_Pod]).decode

Part = Callable[[Raw], Any]
"""Decodes one part of a Pod, the same value for the same text."""


class PodTexts:
    """Reads arrays of Pods. `annotations`, `labels`, `owners`, `spec` decode the parts that Pods share."""

    def __init__(self, annotations: Part, labels: Part, owners: Part, spec: Part) -> None:
        self._annotations, self._labels, self._owners, self._spec = annotations, labels, owners, spec
        self._texts: dict[str, str] = {}

    def decoded(self, array: bytes) -> list[dict[str, Any]]:
        """The Pods of an array of JSON. Raises msgspec's errors for what is no array of such Pods."""
        same, spec = self._texts.setdefault, self._spec
        return [
            {
                "apiVersion": same(pod.api_version, pod.api_version),
                "kind": same(pod.kind, pod.kind),
                "metadata": self._metadata(pod.metadata),
                "spec": spec(pod.spec),
                "status": pod.status,
            }
            for pod in _pods_of(array)
        ]

    def _metadata(self, read: _Metadata) -> dict[str, Any]:
        """In the order of the alphabet, in which snapshots are written."""
        same = self._texts.setdefault
        found: dict[str, Any] = {}
        if read.annotations is not UNSET:
            found["annotations"] = self._annotations(read.annotations)
        found["creationTimestamp"] = read.creation_timestamp
        if read.deletion_grace_period_seconds is not UNSET:
            found["deletionGracePeriodSeconds"] = read.deletion_grace_period_seconds
        if read.deletion_timestamp is not UNSET:
            found["deletionTimestamp"] = read.deletion_timestamp
        if read.finalizers is not UNSET:
            found["finalizers"] = read.finalizers
        if read.generate_name is not UNSET:
            found["generateName"] = same(read.generate_name, read.generate_name)
        if read.generation is not UNSET:
            found["generation"] = read.generation
        if read.labels is not UNSET:
            found["labels"] = self._labels(read.labels)
        found["name"] = read.name
        found["namespace"] = same(read.namespace, read.namespace)
        if read.owner_references is not UNSET:
            found["ownerReferences"] = self._owners(read.owner_references)
        found["resourceVersion"] = read.resource_version
        found["uid"] = read.uid
        return found
