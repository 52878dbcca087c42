"""Whom an object refers to and who refers to it: the graph's edges as lists of names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gkedoctor.graph import EDGES, Graph, Ref, Unknown, namespace_of, ref_of
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object

_BESIDE = {
    "events",
    "all_events",
    "containers",
    "refused_alike",
    "ready_since",
    "near_misses",
    "near_volumes",
    "quirks",
    "cluster",  # the same for all
    "priority_classes",  # all there are; the one it has is `priority_class`
    "role_bindings",  # all of which it is asked whether they bind it
    "unwatched",
}
"""Edges that lead to facts about the object itself, or to what it has nothing to do with."""

_BY = {
    "owner", "workload", "used_by", "ingresses", "configured_services", "consumers", "tls_ingresses", "reserved_for",
    "address_holders", "refusers", "blocking_policies", "policies", "holders", "finished", "leftover", "callers",
    "asked_for_by",
}  # fmt: skip
_BY_OF_KIND = {
    ("Pod", "services"),
    ("Service", "gateways"),
    ("Node", "pods"),
    *((k, "services") for k in ("Deployment", "StatefulSet", "DaemonSet")),
}
_MOST = 200


class Relation(NamedTuple):
    """One name beside an object. `there`: whether it exists; None where that is not known. `why`: then."""

    edge: str
    ref: Ref | None
    there: bool | None
    inward: bool
    why: str = ""


def relations(graph: Graph, item: Object) -> list[Relation]:
    """Everything beside an object, each name once; what it refers to first, and in each part what is not known last."""
    kind, own = ref_of(item).kind, ref_of(item)
    seen: set[tuple[bool, Ref]] = {(False, own), (True, own)}
    kept: list[Relation] = []
    for name in _edges(kind, "metadata" in item):
        inward = name in _BY or (kind, name) in _BY_OF_KIND
        for one in _along(graph, item, name, inward):
            key = (inward, one.ref) if one.ref is not None else None
            if key is None or key not in seen:
                kept.append(one)
            if key is not None:
                seen.add(key)
    return sorted(kept, key=lambda r: (r.inward, r.ref is None and not r.why.startswith("and ")))


def _edges(kind: str, in_cluster: bool) -> list[str]:
    """The edges of a kind; those of any kind only for the cluster's objects, which have metadata."""
    sources = (kind, "*") if in_cluster else (kind,)
    names = {name for source, name in EDGES if source in sources} - _BESIDE
    return sorted(names, key=lambda n: (n not in ("owner", "workload"), n))


def _along(graph: Graph, item: Object, name: str, inward: bool) -> Iterator[Relation]:
    found = graph.follow(name, item)
    if isinstance(found, Unknown):
        yield Relation(name, None, None, inward, f"{found.collection}: {found.reason}")
        return
    for one in found[:_MOST]:
        yield from _of(graph, one, name, inward, namespace_of(item))
    if len(found) > _MOST:
        yield Relation(name, None, None, inward, f"and {len(found) - _MOST} more")


def _of(graph: Graph, one: Any, name: str, inward: bool, namespace: str) -> Iterator[Relation]:
    if not isinstance(one, Mapping):
        return
    if _is_object(one):
        stub = "metadata" in one and set(one) <= {"kind", "metadata"}
        yield Relation(name, ref_of(one), None if stub else True, inward)
        return
    told, missing = one.get("kind"), one.get("found")
    if missing is False and told in KINDS and one.get("name"):
        place = str(one.get("namespace") or namespace) or None
        yield Relation(name, Ref(str(told), str(one["name"]), place), False, inward)
    for value in one.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Mapping) and _is_object(item):
                yield Relation(name, ref_of(item), True, inward)


def _is_object(one: Mapping[str, Any]) -> bool:
    return ("metadata" in one and "kind" in one) or "selfLink" in one


def by_edge(found: Iterable[Relation]) -> list[tuple[str, bool, list[Relation]]]:
    """Relations under the name of their edge, as words."""
    groups: dict[tuple[str, bool], list[Relation]] = {}
    for one in found:
        groups.setdefault((one.edge, one.inward), []).append(one)
    return [(edge.replace("_", " "), inward, ones) for (edge, inward), ones in groups.items()]
