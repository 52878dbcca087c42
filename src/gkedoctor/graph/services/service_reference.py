"""The Service that a webhook or an APIService names: {namespace, name}."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object


def referenced_service(graph: Graph, service: Any) -> Object | Unknown | None:
    """The Service of a webhook or APIService {namespace, name}.

    Recordings are often cut down to one namespace: of one that shows nothing at all, nothing is known.
    """
    namespace, name = str(service.get("namespace") or ""), str(service.get("name") or "")
    if not name:
        return None
    found = graph.find("Service", namespace, name)
    if found is None and not _seen(graph, namespace):
        return Unknown("services", f"namespace {namespace} was not recorded")
    return found


_TELLING = ("Pod", "Service", "ServiceAccount", "Deployment", "StatefulSet", "DaemonSet")


def _seen(graph: Graph, namespace: str) -> bool:
    """Whether a namespace is in the recording, or is known not to exist."""
    if any(graph.in_namespace(kind, namespace) for kind in _TELLING):
        return True
    names = graph.listing("Namespace")
    return not isinstance(names, Unknown) and bool(names) and namespace not in {name_of(n) for n in names}
