"""Ingresses that wait for GKE's controller."""

from __future__ import annotations

from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object


@edge("waiting_ingresses", "Cluster", reads=("Ingress",))
def waiting_ingresses_of(graph: Graph, _cluster: Object) -> Facts:
    """The Ingresses that wait for GKE's own controller: for an address, or for their clean-up."""
    doubt = graph.doubt("Ingress")
    if doubt is not None:
        return doubt
    return [ingress for ingress in graph.all("Ingress") if _waits(graph, ingress)]


def _waits(graph: Graph, ingress: Object) -> bool:
    served = ((ingress.get("status") or {}).get("loadBalancer") or {}).get("ingress")
    found = graph.follow("class", ingress)
    if ingress["metadata"].get("deletionTimestamp"):
        return bool(ingress["metadata"].get("finalizers"))
    return not served and not isinstance(found, Unknown) and bool(found and found[0]["gke"])
