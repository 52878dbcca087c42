"""Whether a change of firewall rules opened the way from the control plane to the Pods of a Service.

GKE opens ports 443 and 10250 of the nodes to the control plane of a private cluster; a rule for another port lets it
reach a webhook or an aggregated API:
https://cloud.google.com/kubernetes-engine/docs/how-to/private-clusters#add_firewall_rules
"""

from __future__ import annotations

from gkedoctor.graph import Graph, Unknown, ref_of
from gkedoctor.graph.admission.control_plane import control_plane_access
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.world import World


def was_opened(world: World, service: Object) -> bool:
    """Whether firewall rules kept the control plane from the ready endpoints before, and no longer do."""
    if world.before is None or not any(ref.kind == "Firewall" for ref in world.touched):
        return False
    ref = ref_of(service)
    earlier = world.before.find(ref.kind, ref.namespace, ref.name)
    if not isinstance(earlier, dict):
        return False
    return False in _allowed(world.before, earlier) and set(_allowed(world.graph, service)) == {True}


def _allowed(graph: Graph, service: Object) -> list[object]:
    found = control_plane_access(graph, service)
    return [] if isinstance(found, Unknown) else [record["allowed"] for record in found]
