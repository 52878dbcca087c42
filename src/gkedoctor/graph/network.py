"""Who may talk to whom: NetworkPolicies, and what the logs of a Pod say about those it wants to reach."""

from __future__ import annotations

from gkedoctor.graph.graph import Facts, Graph, edge
from gkedoctor.snapshot.model import Object


@edge("log_services", "Pod")
def log_services(graph: Graph, pod: Object) -> Facts:
    """The Services that the Pod's logs complain about."""
    return []


@edge("blocking_policies", "Pod")
def blocking_policies(graph: Graph, pod: Object) -> Facts:
    """The NetworkPolicies that deny the Pod what its logs time out on."""
    return []
