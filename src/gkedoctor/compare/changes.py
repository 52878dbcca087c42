"""The objects of two snapshots side by side: what was added, removed or set to something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gkedoctor.compare.fields import comparable, differences
from gkedoctor.diagnose.identity import identity
from gkedoctor.graph import Graph, Ref, Unknown, controller_ref, ref_of
from gkedoctor.snapshot.kinds import COLLECTIONS, Kind
from gkedoctor.snapshot.model import Object, Snapshot
from gkedoctor.snapshot.redaction.text import mask_text
from gkedoctor.snapshot.timestamps import parse_timestamp

_LEFT_OUT = frozenset(
    {"Event", "Endpoints", "EndpointSlice", "VolumeAttachment", "ServiceNetworkEndpointGroup", "BackendServiceHealth",
     "NetworkEndpoint", "Region", "Project"}
)  # fmt: skip
"""What follows from other objects. Endpoints and health are counted instead."""

_OWNED = frozenset({"Pod", "ReplicaSet", "ControllerRevision", "Job"})
"""Kinds that follow from their owner where they have one; a claim does where a Pod owns it."""

_MIRRORS = frozenset({"container.clusters", "compute.instances", "compute.instanceGroups"})
_LONGEST = 600


class ChangeOrigin(Enum):
    """What kind of change it is: what somebody set, or what came of it."""

    SET = "set"
    STATUS = "status"
    CONSEQUENCE = "consequence"


@dataclass(frozen=True)
class ObjectChange:
    """One difference. `path` is empty where the whole object was added or removed; `what`: added, removed, changed."""

    ref: Ref
    path: str
    what: str
    before: Any
    after: Any
    sort: ChangeOrigin = ChangeOrigin.SET


def changes(before: Graph, after: Graph) -> list[ObjectChange]:
    """Every change between two snapshots, in the order of the kinds and names."""
    found: list[ObjectChange] = []
    for collection, kind in COLLECTIONS.items():
        if kind.name in _LEFT_OUT or collection in _MIRRORS:
            continue
        if _is_listing(before.snapshot, collection) and _is_listing(after.snapshot, collection):
            found += _of_kind(before, after, kind)
    return [*found, *_counts(before, after), *_passed(before, after)]


def not_comparable(before: Snapshot, after: Snapshot) -> list[str]:
    """Collections that only one of the snapshots holds."""
    return [
        name
        for name, kind in COLLECTIONS.items()
        if kind.name not in _LEFT_OUT
        and _is_listing(before, name) != _is_listing(after, name)
        and (before.collection(name).objects or after.collection(name).objects)
    ]


def _is_listing(snapshot: Snapshot, collection: str) -> bool:
    found = snapshot.collection(collection)
    return found.state.status in ("complete", "partial") or bool(found.objects)


def _of_kind(before: Graph, after: Graph, kind: Kind) -> Iterator[ObjectChange]:
    old, new = _by_ref(before, kind), _by_ref(after, kind)
    renamed = _renamed(before, after, [r for r in old if r not in new], [r for r in new if r not in old])
    for ref, item in new.items():
        partner = old.get(ref) or old.get(renamed.get(ref, ref))
        if partner is not None:
            yield from _of_object(ref, partner, item)
        elif not _doubted(before, kind, ref):
            yield ObjectChange(ref, "", "added", None, "exists")
    gone = [ref for ref in old if ref not in new and ref not in renamed.values()]
    yield from (ObjectChange(ref, "", "removed", "exists", None) for ref in gone if not _doubted(after, kind, ref))


def _doubted(graph: Graph, kind: Kind, ref: Ref) -> bool:
    return graph.why_incomplete(kind.name, ref.namespace, ref.name) is not None


def _by_ref(graph: Graph, kind: Kind) -> dict[Ref, Object]:
    items = (item if "kind" in item else {"kind": kind.name, **item} for item in graph.all(kind.name))
    found = {ref_of(item): item for item in items if kind.cloud or not _follows(kind, item)}
    return {ref: found[ref] for ref in sorted(found, key=lambda r: r.sort_key)}


def _follows(kind: Kind, item: Object) -> bool:
    owner = controller_ref(item)
    return owner is not None and (kind.name in _OWNED or owner.get("kind") == "Pod")


def _renamed(before: Graph, after: Graph, gone: list[Ref], came: list[Ref]) -> dict[Ref, Ref]:
    """New name → old name of what is the same under a name that was made anew (a new cluster's hashes)."""
    old, new = _only_ones(before, gone), _only_ones(after, came)
    return {ref: old[key] for key, ref in new.items() if key in old}


def _only_ones(graph: Graph, refs: Iterable[Ref]) -> dict[tuple[str, ...], Ref]:
    """Refs by their lasting names, as far as only one has that name."""
    found: dict[tuple[str, ...], Ref | None] = {}
    for ref in refs:
        key = identity(graph, ref)
        found[key] = None if key in found else ref
    return {key: ref for key, ref in found.items() if ref is not None}


def _of_object(ref: Ref, before: Object, after: Object) -> Iterator[ObjectChange]:
    if before is after:
        return
    for found in differences(comparable(ref.kind, before), comparable(ref.kind, after)):
        sort = ChangeOrigin.STATUS if found.path.startswith("status.") else ChangeOrigin.SET
        if ref.kind in ("Service", "Ingress") and sort is ChangeOrigin.STATUS:
            sort = ChangeOrigin.CONSEQUENCE
        yield ObjectChange(ref, found.path, found.what, _short(found.before), _short(found.after), sort)


def _short(value: Any) -> Any:
    """The value as it may be shown: no longer than is read, and without credentials, whatever the recording kept."""
    if isinstance(value, str):
        shown = mask_text(value)
        return shown[:_LONGEST] + f"… ({len(value)} characters)" if len(shown) > _LONGEST else shown
    if isinstance(value, list):
        return [_short(v) for v in value[:20]] + ([f"… ({len(value)} in all)"] if len(value) > 20 else [])
    return {k: _short(v) for k, v in value.items()} if isinstance(value, Mapping) else value


_COUNTED = (
    ("Service", "endpoints", "endpoints.ready", "ready"),
    ("BackendService", "health", "health.HEALTHY", "state"),
)


def _counts(before: Graph, after: Graph) -> Iterator[ObjectChange]:
    """Endpoints and healthy backends, lost or won: what came of a change, not the change."""
    for kind, edge, path, field in _COUNTED:
        old = {ref_of(item): item for item in before.all(kind)}
        for item in after.all(kind):
            ref = ref_of(item)
            was = _count(before, edge, field, old[ref]) if ref in old else None
            now = _count(after, edge, field, item)
            if was is not None and now is not None and was != now:
                yield ObjectChange(ref, path, "changed", was, now, ChangeOrigin.CONSEQUENCE)


def _count(graph: Graph, edge: str, field: str, item: Object) -> int | None:
    found = graph.follow(edge, item)
    if isinstance(found, Unknown):
        return None
    return len([record for record in found if record.get(field) is True or record.get(field) == "HEALTHY"])


def _passed(before: Graph, after: Graph) -> Iterator[ObjectChange]:
    """Certificates that ended between the two moments: nothing was changed, and still something did."""
    for secret in after.all("Secret"):
        text = (secret.get("certificate") or {}).get("notAfter")
        end = parse_timestamp(text)
        if end is not None and before.clock < end <= after.clock:
            yield ObjectChange(
                ref_of(secret), "certificate.notAfter", "changed", f"valid until {text}", f"ended on {text}"
            )
