"""What one object names in another: whether it is there, and which name may have been meant."""

from __future__ import annotations

from typing import TypedDict

from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object


class Reference(TypedDict):
    """A name that one object has for another one."""

    name: str
    found: bool | Unknown
    """False only if a complete listing lacks it."""
    target: Object | Unknown | None
    nearest: str | None
    """The existing name that is closest, where the one that is named certainly does not exist."""


def resolve_reference(graph: Graph, kind: str, namespace: str | None, name: str) -> Reference:
    """The object of a kind that a name stands for. `namespace`: None for kinds without."""
    target = graph.find(kind, namespace, name)
    return Reference(
        name=name,
        found=target if isinstance(target, Unknown) else target is not None,
        target=target,
        nearest=nearest_name(graph, kind, namespace, name) if target is None else None,
    )


def resolve_targets(graph: Graph, kind: str, namespace: str | None, name: str) -> list[Object] | Unknown:
    """The object of a kind that a name stands for, as an edge leads to it: one, none, or unknown."""
    target = graph.find(kind, namespace, name)
    if isinstance(target, Unknown):
        return target
    return [target] if target is not None else []


def nearest_name(graph: Graph, kind: str, namespace: str | None, name: str) -> str | None:
    """The name of an existing object that is closest to one, or None. Looked for once, however many ask."""
    known = graph.memo(nearest_name)
    key = (kind, namespace or "", name)
    if key not in known:
        known[key] = nearest(name, [name_of(item) for item in graph.in_namespace(kind, namespace or "")])
    found: str | None = known[key]
    return found
