"""MultiClusterServices: the Service that the controller derives in each cluster."""

from __future__ import annotations

from gkedoctor.graph import Unknown
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World


@rule(
    "derived-service",
    says="The controller of a MultiClusterService copies selector and ports of its template into the derived Service.",
    source="https://cloud.google.com/kubernetes-engine/docs/how-to/multi-cluster-ingress#multiclusterservice_resource",
    order=65,
)
def derived(world: World) -> None:
    """MultiClusterServices that were written."""
    for item in world.graph.all("MultiClusterService"):
        template = ((item.get("spec") or {}).get("template") or {}).get("spec") or {}
        found = world.graph.follow("derived", item)
        if not world.was_touched(item) or isinstance(found, Unknown):
            continue
        for service in found:
            parts = {key: template[key] for key in ("selector", "ports") if key in template}
            world.put({**service, "spec": {**(service.get("spec") or {}), **parts}})
