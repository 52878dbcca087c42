"""Namespaces: their labels, and those on their way out with what goes with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gkedoctor.graph.core.accessors import labels_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.snapshot.model import Object

LabelsOf = Callable[[str], Mapping[str, str] | None]
"""The labels of a namespace; None where they are not known."""


def namespace_labels(graph: Graph) -> LabelsOf:
    """Tells the labels of a namespace, with that of its name which every namespace has; None if it was not seen."""
    return graph.index(_labels).get


def _labels(graph: Graph) -> Mapping[str, Mapping[str, str]]:
    items = graph.everywhere("Namespace")
    return {name_of(n): {"kubernetes.io/metadata.name": name_of(n), **labels_of(n)} for n in items}


def is_deleted_with_namespace(graph: Graph, item: Object) -> bool:
    """Whether the object waits to be deleted with its namespace: what it lacks meanwhile is no fault.

    The namespace controller deletes kind by kind, Pods first (pkg/controller/namespace/deletion). An object that is
    being deleted already may be what holds the namespace.
    """
    ending = graph.index(_ending)
    return bool(ending) and namespace_of(item) in ending and not (item.get("metadata") or {}).get("deletionTimestamp")


def not_being_deleted(graph: Graph, items: Sequence[Object]) -> Sequence[Object]:
    """The objects that are not about to be deleted with their namespace."""
    if not graph.index(_ending):
        return items
    return [item for item in items if not is_deleted_with_namespace(graph, item)]


def _ending(graph: Graph) -> frozenset[str]:
    return frozenset(name_of(n) for n in graph.all("Namespace") if n["metadata"].get("deletionTimestamp"))
