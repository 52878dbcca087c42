"""Who refers to whom: typed edges over a snapshot, each found through an index.

Importing this package registers every edge.
"""

from gkedoctor.graph import (
    admission,
    autoscaling,
    events,
    ingress,
    network,
    nodes,
    owners,
    pods,
    references,
    scheduling,
    services,
    storage,
)
from gkedoctor.graph.graph import EDGES, Edge, Graph, edge
from gkedoctor.graph.ref import Ref, ref_of
from gkedoctor.graph.unknown import Unknown

__all__ = [
    "EDGES",
    "Edge",
    "Graph",
    "Ref",
    "Unknown",
    "admission",
    "autoscaling",
    "edge",
    "events",
    "ingress",
    "network",
    "nodes",
    "owners",
    "pods",
    "ref_of",
    "references",
    "scheduling",
    "services",
    "storage",
]
