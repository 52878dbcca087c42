"""The latest moment that a recording itself knows of: its clock where nobody states one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MOMENTS = frozenset(
    {
        "creationTimestamp",
        "eventTime",
        "finishedAt",
        "lastHeartbeatTime",
        "lastObservedTime",
        "lastProbeTime",
        "lastTimestamp",
        "lastTransitionTime",
        "lastUpdateTime",
        "renewTime",
        "startedAt",
    }
)


def latest(objects: Iterable[Object]) -> datetime | None:
    """The latest timestamp of the objects, which lies at or shortly before the recording; None without any."""
    found = {text for item in objects for text in _timestamps(item)}
    return max((moment for text in found if (moment := parse_timestamp(text)) is not None), default=None)


def _timestamps(item: Object) -> Iterator[str]:
    """Looks where moments are: the top level, metadata and series, a Lease's spec, and all of the status."""
    for part in (item, item.get("metadata"), item.get("series"), item.get("spec")):
        if isinstance(part, dict):
            yield from (value for key, value in part.items() if key in _MOMENTS and isinstance(value, str))
    yield from _below(item.get("status"))


def _below(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if isinstance(value, str):
                if key in _MOMENTS:
                    yield value
            else:
                yield from _below(value)
    elif isinstance(node, list):
        for value in node:
            yield from _below(value)
