"""Events of the `events.k8s.io` API as those of the core API: one form for whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_CORE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "note": "message",
        "regarding": "involvedObject",
        "deprecatedSource": "source",
        "deprecatedFirstTimestamp": "firstTimestamp",
        "deprecatedLastTimestamp": "lastTimestamp",
        "deprecatedCount": "count",
        "reportingController": "reportingComponent",
    }
)
"""kubernetes/kubernetes, pkg/apis/core/types.go and staging/src/k8s.io/api/events/v1/types.go."""


def core_event(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event with the names of the core API."""
    if event.get("apiVersion") not in ("events.k8s.io/v1", "events.k8s.io/v1beta1"):
        return event
    return {_CORE_NAMES.get(key, key): value for key, value in event.items()} | {"apiVersion": "v1"}
