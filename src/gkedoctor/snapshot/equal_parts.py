"""Makes equal parts of Pods one value in memory, where Pods come one by one and are not decoded together.

`store/sharing.py` does that for what is read from a file. Indexes that judge what one template says once rely on it
(`graph/workloads/pod_templates.py`). As there, two places of an object never share a value.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

_MOST = 1 << 16
"""Values that are remembered."""

_METADATA = ("labels", "ownerReferences")
"""Annotations and the rest are each Pod's own."""

_BY_ELEMENT = frozenset({"containers", "initContainers"})
"""Lists whose elements are nearly equal: a mounted token has a name at random."""


class EqualParts:
    """The parts that were met so far. For one thread."""

    def __init__(self) -> None:
        self._known: dict[tuple[Hashable, ...], Any] = {}

    def of_pod(self, pod: dict[str, Any]) -> dict[str, Any]:
        """A Pod that is equal, made of parts that were met before where it can be."""
        shared = dict(pod)
        metadata, spec = pod.get("metadata"), pod.get("spec")
        if isinstance(metadata, dict):
            same = {key: self._value(("metadata", key), metadata[key]) for key in _METADATA if key in metadata}
            shared["metadata"] = metadata | same
        if isinstance(spec, dict):
            shared["spec"] = {key: self._field(key, value) for key, value in spec.items()}
        return shared

    def _field(self, key: str, value: Any) -> Any:
        if key in _BY_ELEMENT and isinstance(value, list):
            return [self._parts((key, place), element) for place, element in enumerate(value)]
        return self._value((key,), value)

    def _parts(self, place: tuple[Hashable, ...], element: Any) -> Any:
        if not isinstance(element, Mapping):
            return element
        return {key: self._value((*place, key), value) for key, value in element.items()}

    def _value(self, place: tuple[Hashable, ...], value: Any) -> Any:
        if not isinstance(value, dict | list):
            return value
        if len(self._known) >= _MOST:
            self._known = {}
        return self._known.setdefault((*place, blake2b(msgspec.json.encode(value), digest_size=16).digest()), value)
