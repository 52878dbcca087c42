"""Nodes: the taint that stands for a cordon."""

from __future__ import annotations

from gkedoctor.graph.scheduling.node_fit import CORDON
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World


@rule(
    "cordon-taint",
    says="The node lifecycle controller adds the taint of a cordoned node, and removes it when the node is uncordoned.",
    source="https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-nodes-by-condition",
    order=4,
)
def cordon_taint(world: World) -> None:
    """Nodes that were written."""
    for node in world.graph.all("Node"):
        if not world.was_touched(node):
            continue
        spec = dict(node.get("spec") or {})
        taints = [taint for taint in spec.get("taints") or [] if taint.get("key") != CORDON]
        if spec.get("unschedulable"):
            taints.append({"key": CORDON, "effect": "NoSchedule"})
        if len(taints) != len(spec.get("taints") or []):
            world.put({**node, "spec": {**spec, "taints": taints}})
