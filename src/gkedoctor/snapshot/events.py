"""Events of the `events.k8s.io` API, and those in Cloud Logging, in the form of the core API."""

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


def happened(event: Mapping[str, Any]) -> str:
    """When an Event happened last as it says itself; RFC 3339 in UTC sorts as text. Empty where it does not say."""
    series = event.get("series") or {}
    times = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    return max((time for time in times if isinstance(time, str)), default="")


def logged_event(entry: Any) -> dict[str, Any] | None:
    """The Event in an entry of Cloud Logging's log `events`; None for an entry of anything else.

    GKE writes the whole Event as `jsonPayload` (cloud.google.com/kubernetes-engine/docs/how-to/view-logs). One that has
    lost its name gets one of the object that it is about.
    """
    event = entry.get("jsonPayload") if isinstance(entry, dict) else None
    about = (event.get("involvedObject") or event.get("regarding")) if isinstance(event, dict) else None
    if not isinstance(event, dict) or not isinstance(about, dict):
        return None
    metadata = event.get("metadata")
    known = {key: value for key, value in metadata.items() if value} if isinstance(metadata, dict) else {}
    place = {"name": f"{about.get('name')}.{entry.get('insertId')}", "namespace": about.get("namespace") or "default"}
    form = {"apiVersion": event.get("apiVersion") or "v1", "kind": "Event", "metadata": place | known}
    whole: dict[str, Any] = _whole(event)
    return whole | form


def _whole(value: Any) -> Any:
    """The same with whole numbers as such: a protobuf Struct, which a jsonPayload is, knows only floats."""
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**63
    return int(value) if is_whole else value
