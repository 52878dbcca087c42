"""Who refers to whom: typed edges over a snapshot, each found through an index.

Importing this package registers every edge: it imports each module in its folder, so that a new one need not be listed.
What the rest of the program needs most is named here; more special things are taken from the package that owns them.
"""

import importlib
import pkgutil

from gkedoctor.graph.core.accessors import labels_of, name_of, namespace_of
from gkedoctor.graph.core.graph import CANDIDATE_INDEXES, EDGES, Edge, Facts, Graph, edge
from gkedoctor.graph.core.ref import Ref, ref_of
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.frontend import frontend_kinds
from gkedoctor.graph.objects.owners import controller_ref, workload
from gkedoctor.graph.request_path.hop import Hop, State
from gkedoctor.graph.request_path.lookup import path_of_object, paths_of
from gkedoctor.graph.workloads.pods import pods_at

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    # classes in `records.py` take longer to build than a small recording to load; only lint and docs ask for them
    if not _module.name.endswith(".records"):
        importlib.import_module(_module.name)

__all__ = [
    "CANDIDATE_INDEXES",
    "EDGES",
    "Edge",
    "Facts",
    "Graph",
    "Hop",
    "Ref",
    "State",
    "Unknown",
    "controller_ref",
    "edge",
    "frontend_kinds",
    "labels_of",
    "name_of",
    "namespace_of",
    "nearest",
    "path_of_object",
    "paths_of",
    "pods_at",
    "ref_of",
    "workload",
]
