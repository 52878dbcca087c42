"""Objects that were exported without their status: what became of them nobody knows."""

from __future__ import annotations

from gkedoctor.graph.core.graph import Graph
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import WITHOUT_STATUS


def without_status(graph: Graph, kind: str) -> bool:
    """Whether the objects of a kind were exported without their status, so that nothing is known of how they do."""
    return graph.snapshot.collection(KINDS[kind].collection).state.reason == WITHOUT_STATUS
