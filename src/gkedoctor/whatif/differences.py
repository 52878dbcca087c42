"""Which objects two states of a cluster differ in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph import Ref, ref_of
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Object, Snapshot

_IGNORED = ("resourceVersion", "generation")
_REPORTS = ("events", "compute.backendServicesHealth", "compute.networkEndpoints", "logging.logEntries")


def differences(before: Snapshot, after: Snapshot) -> Iterator[tuple[Ref, str]]:
    """The objects that were created, changed or deleted, other than in what the API server counts and in their status.

    Collections that both states share as one value are not compared.
    """
    for name in sorted(before.collections.keys() | after.collections.keys()):
        old, new = before.collection(name), after.collection(name)
        if old is new or (name not in COLLECTIONS and "." not in name) or name in _REPORTS:
            continue
        held = {ref_of(item): item for item in old.objects}
        for item in new.objects:
            ref = ref_of(item)
            earlier = held.pop(ref, None)
            if earlier is None:
                yield ref, "created"
            elif earlier is not item and _content(earlier) != _content(item):
                yield ref, "changed"
        yield from ((ref, "deleted") for ref in held)


def _content(item: Object) -> dict[str, Any]:
    if "metadata" not in item:
        return dict(item)
    metadata = {key: value for key, value in item["metadata"].items() if key not in _IGNORED}
    return {key: value for key, value in item.items() if key not in ("metadata", "status")} | {"metadata": metadata}
