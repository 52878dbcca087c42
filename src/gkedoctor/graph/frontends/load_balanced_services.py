"""Services that stand behind a load balancer."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.backends.service_annotations import NEG
from gkedoctor.graph.core.graph import Graph, suspects
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object


@suspects("load_balancer_backends", "Service", reads=("Ingress",))
def backends_of_load_balancers(graph: Graph) -> Iterator[Object]:
    """Services that an Ingress sends to, or that ask for a NEG; all where the Ingresses cannot be seen."""
    for service in graph.all("Service"):
        ingresses = graph.follow("ingresses", service)
        if isinstance(ingresses, Unknown) or ingresses or NEG in (service["metadata"].get("annotations") or {}):
            yield service
