"""Changes that Cloud Audit Logs record, and the people whom they name for changes that the cluster records itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec.structs import replace

from gkedoctor.changes.google_cloud import cloud_target, done, records, singular
from gkedoctor.changes.model import RecordedChange, Source, cluster_change_source
from gkedoctor.graph import Graph, Ref
from gkedoctor.snapshot.field_paths import Steps, path_text
from gkedoctor.snapshot.kinds import AUDIT_LOGS, KINDS
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_SAME_CALL = 1.0
"""Seconds between an audit log entry and what the same call left in the object, whose times are whole seconds."""

_SAME_OPERATION = 2.0


@cluster_change_source
def audit_logs(graph: Graph) -> Sequence[RecordedChange]:
    """Writes by people and their tools: each field of a patch, else the whole object."""
    return graph.index(_changes)


def _changes(graph: Graph) -> list[RecordedChange]:
    return [change for item in records(graph, AUDIT_LOGS) for change in _of_entry(graph, item)]


def _of_entry(graph: Graph, item: Object) -> Iterator[RecordedChange]:
    payload = item.get("protoPayload") or {}
    if (payload.get("status") or {}).get("code"):
        return  # it was refused
    name, service = str(payload.get("resourceName") or ""), payload.get("serviceName")
    ref = _kubernetes_target(name) if service == "k8s.io" else cloud_target(graph, name)
    if ref is None:
        return
    at, by = parse_timestamp(item.get("timestamp")), (payload.get("authenticationInfo") or {}).get("principalEmail")
    fields = payload.get("fields") or ()
    for one in fields:
        steps = tuple(map(str, one))
        path = _path(graph, ref, steps)
        yield RecordedChange(ref, path, at, by, None, None, Source.AUDIT_LOG, is_difference=True, steps=steps)
    if not fields:
        what = done(str(payload.get("methodName") or "").rpartition(".")[2])
        is_whole = what in ("created", "deleted") or service != "k8s.io"
        yield RecordedChange(ref, "", at, by, None, what, Source.AUDIT_LOG, is_difference=is_whole)


def _kubernetes_target(name: str) -> Ref | None:
    """The object in `apps/v1/namespaces/shop/deployments/cart/scale`; `core` stands for the API without a group."""
    group, _, *rest = [*name.split("/"), "", ""]
    parts = [part for part in rest if part]
    namespace = parts[1] if parts[:1] == ["namespaces"] and len(parts) > 3 else None
    pair = parts[2:4] if namespace is not None else parts[:2]
    if len(pair) < 2:
        return None
    return Ref(_kind_of(pair[0], "" if group == "core" else group), pair[1], namespace)


@lru_cache(maxsize=256)
def _kind_of(plural: str, group: str) -> str:
    found = [kind.name for kind in KINDS.values() if not kind.cloud and kind.resource == plural and kind.group == group]
    return found[0] if found else singular(plural)


def _path(graph: Graph, ref: Ref, steps: Steps) -> str:
    item = graph.find(ref.kind, ref.namespace, ref.name) if ref.kind in KINDS and ref.project is None else None
    if isinstance(item, Mapping):
        return path_text(item, steps)
    return ".".join(steps).replace(".[", "[")


def with_people(graph: Graph, changes: Iterable[RecordedChange]) -> list[RecordedChange]:
    """The changes, each with the user whom the audit log entry of the same call names; the entry itself is left out.

    Two users who wrote an object in the same second cannot be distinguished, and then neither is named.
    """
    listed = list(changes)
    entries = graph.index(_by_object)
    if not entries:
        return listed
    used: set[tuple[Ref, object]] = set()
    found = [_with_person(one, entries.get(one.ref, ()), used) for one in listed]
    return [one for one in found if one.source is not Source.AUDIT_LOG or (one.ref, one.at) not in used]


def _by_object(graph: Graph) -> dict[Ref, list[RecordedChange]]:
    entries: dict[Ref, list[RecordedChange]] = {}
    for one in audit_logs(graph):
        entries.setdefault(one.ref, []).append(one)
    return entries


def _with_person(
    change: RecordedChange, entries: Iterable[RecordedChange], used: set[tuple[Ref, object]]
) -> RecordedChange:
    if change.source is Source.AUDIT_LOG or change.at is None:
        return change
    apart = _SAME_OPERATION if change.source is Source.OPERATION else _SAME_CALL
    same = [one for one in entries if one.at is not None and abs((one.at - change.at).total_seconds()) <= apart]
    people = {one.by for one in same if one.by}
    if len(people) != 1:
        return change
    used.update((one.ref, one.at) for one in same)
    person = people.pop()
    client = change.by if change.by not in (None, person) else None
    return replace(change, by=f"{person} ({client})" if client else person)
