"""Whether what several clusters of a fleet share still serves one of them.

A multi-cluster Gateway or Ingress outlives its config cluster: the load balancer goes on, and another cluster of the
fleet may become the config cluster. So it is left over only if all NEGs behind it are left over too, or gone
(how-to/multi-cluster-ingress-setup and how-to/enabling-multi-cluster-gateways: the config cluster can be changed).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from gkedoctor.graph.cloud.links import last, path_of, resolve
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.leftovers.provenance import CreatedObject
from gkedoctor.snapshot.model import Object

_NEGS = "compute.networkEndpointGroups"


def in_use_by_fleet(
    graph: Graph, members: Iterable[CreatedObject], made: Mapping[str, CreatedObject], gone: Container[str]
) -> Unknown | None:
    """Why the shared members of a trace may be in use. `gone`: paths of objects whose clusters do not exist."""
    shared = [m for m in members if m.shared]
    unseen = [graph.why_incomplete(kind) for kind in ("BackendService", "UrlMap")] if shared else []
    if any(why is not None for why in unseen):
        return next(why for why in unseen if why is not None)
    for m in shared:
        for backend in (m.item.get("backends") or []) if m.kind == "BackendService" else []:
            doubt = _used_by(graph, backend, made, gone)
            if doubt is not None:
                return doubt
    return None


def _used_by(graph: Graph, backend: Object, made: Mapping[str, CreatedObject], gone: Container[str]) -> Unknown | None:
    link = backend.get("group")
    if path_of(link) in gone:
        return None
    if path_of(link) in made:
        return Unknown("container.clusters", f"NEG {last(link)} behind it belongs to a cluster that may exist")
    found = resolve(graph, link) if link else None
    if isinstance(found, Unknown):
        return found
    return Unknown(_NEGS, f"NEG {last(link)} behind it was not created by GKE") if found is not None else None
