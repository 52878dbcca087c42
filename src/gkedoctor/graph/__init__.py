"""Who refers to whom: typed edges over a snapshot, each found through an index.

Importing this package registers every edge.
"""

from gkedoctor.graph import (
    admission,
    autoscaling,
    events,
    evictions,
    ingress,
    network,
    nodes,
    owners,
    pods,
    probes,
    references,
    refusals,
    sandbox,
    schedules,
    scheduling,
    services,
    storage,
    volume_fit,
    volumes,
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
    "evictions",
    "ingress",
    "network",
    "nodes",
    "owners",
    "pods",
    "probes",
    "ref_of",
    "references",
    "refusals",
    "sandbox",
    "schedules",
    "scheduling",
    "services",
    "storage",
    "volume_fit",
    "volumes",
]
