"""The path of a request, hop by hop, from a host, an address or an object."""

from __future__ import annotations

from gkedoctor.report.request_path import RequestPathAnswer, way
from gkedoctor.snapshot.model import Snapshot


def request_path(entry_point: str, snapshot: Snapshot) -> RequestPathAnswer:
    """The paths that begin at KIND/NAME, KIND/NAMESPACE/NAME, a host or an address. UsageError where there is none."""
    return way(entry_point, snapshot)


def fallback_namespaces(entry_point: str) -> tuple[str, ...]:
    """The namespaces to read where the whole cluster is denied: that of the object, if one is named."""
    parts = entry_point.split("/")
    return (parts[1],) if len(parts) == 3 else ()
