"""Changes that Google Cloud records: operations of Compute Engine and GKE, also on objects that are gone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from gkedoctor.changes.model import RecordedChange, Source, cluster_change_source
from gkedoctor.graph import Graph, Ref
from gkedoctor.snapshot.kinds import CHANGE_RECORDS, COLLECTIONS, COMPUTE_OPERATIONS, GKE_OPERATIONS
from gkedoctor.snapshot.model import Object, Status
from gkedoctor.snapshot.timestamps import parse_timestamp

_ROBOT = re.compile(
    r"service-\d+@container-engine-robot\.iam\.gserviceaccount\.com|\d+@cloudservices\.gserviceaccount\.com"
)
"""The service agents of GKE and of managed instance groups (cloud.google.com/iam/docs/service-agents)."""

_WORDS: Mapping[str, str] = MappingProxyType(
    {"insert": "created", "create": "created", "delete": "deleted", "patch": "updated", "update": "updated"}
)
_OWN_KINDS: Mapping[str, str] = MappingProxyType({"nodePools": "NodePool"})
_FAILED = 400


def records(graph: Graph, collection: str) -> Sequence[Object]:
    """The entries of a collection that records changes; none where it was not read."""
    return graph.snapshot.collection(collection).objects


@cluster_change_source
def operations(graph: Graph) -> Sequence[RecordedChange]:
    """What people, GKE and Google Cloud did to objects of Google Cloud, failed operations too."""
    return graph.index(_operations)


def _operations(graph: Graph) -> list[RecordedChange]:
    listed = (*records(graph, COMPUTE_OPERATIONS), *records(graph, GKE_OPERATIONS))
    return [change for item in listed if (change := _change(graph, item)) is not None]


def _change(graph: Graph, item: Object) -> RecordedChange | None:
    ref = cloud_target(graph, str(item.get("targetLink") or ""))
    if ref is None:
        return None
    failure = _failure(item)
    at = parse_timestamp(item.get("insertTime") or item.get("startTime"))
    what = done(str(item.get("operationType") or "changed"))
    after = f"{what} failed: {failure}" if failure else f"{what}{_progress(item)}"
    return RecordedChange(
        ref, "", at, item.get("user"), None, after, Source.OPERATION, is_difference=failure is None,
        until=parse_timestamp(item.get("endTime")),
    )  # fmt: skip


def done(verb: str) -> str:
    """What was done, in words; `setLabels`, `UPGRADE_NODES` and `compute.instances.preempted` are the API's own."""
    if verb in _WORDS:
        return _WORDS[verb]
    return f"updated ({verb})" if re.match(r"(set|add|remove|attach|detach|resize)[A-Z]|resize$", verb) else verb


def _progress(item: Object) -> str:
    if item.get("status") in (None, "DONE"):
        return ""
    detail = item.get("detail") or item.get("statusMessage")
    return f" ({item['status']}: {detail})" if detail else f" ({item['status']})"


def _failure(item: Object) -> str | None:
    """The error of an operation, which then changed nothing."""
    error = item.get("error") or {}
    errors = error.get("errors") or ([error] if error else [])
    said = next((str(one.get("code") or one.get("message")) for one in errors if isinstance(one, Mapping)), None)
    code = item.get("httpErrorStatusCode")
    return said or (str(code) if isinstance(code, int) and code >= _FAILED else None)


def cloud_target(graph: Graph, link: str) -> Ref | None:
    """The object in `…/projects/P/{global|regions/R|zones/Z}/COLLECTION/NAME`, of a node pool the last pair.

    GKE writes the number of the project in place of its name.
    """
    parts = link.rpartition("projects/")[2].split("/")
    if len(parts) < 3 or "projects/" not in link:
        return None
    is_global = parts[1] not in ("regions", "zones", "locations")
    project = graph.snapshot.manifest.project if parts[0].isdigit() else parts[0]
    location = "global" if is_global else parts[2]
    collection, name = (parts[-2], parts[-1]) if len(parts) > 3 else ("projects", parts[0])
    return Ref(_kind(collection), name, None, project or parts[0], location)


def _kind(collection: str) -> str:
    known = next(
        (COLLECTIONS[c] for api in ("compute", "container") if (c := f"{api}.{collection}") in COLLECTIONS), None
    )
    if known is not None:
        return known.name
    return _OWN_KINDS.get(collection) or singular(collection)


def singular(plural: str) -> str:
    """A kind for a plural that no table has: `InstanceGroupManager`, `SecurityPolicy`."""
    stem = f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")
    return stem[:1].upper() + stem[1:]


def is_robot(user: str | None) -> bool:
    """Whether a change was made by GKE or an instance group: it follows from what others set."""
    return user is not None and _ROBOT.fullmatch(user) is not None


def unread_records(graph: Graph) -> Iterator[str]:
    """The collections of changes that were requested and could not be read, with the reason."""
    for name in sorted(CHANGE_RECORDS):
        found = graph.snapshot.collection(name)
        doubt = found.why_incomplete() if found.state.status is not Status.NOT_ASKED else None
        if doubt:
            yield f"{name}: {doubt}"
