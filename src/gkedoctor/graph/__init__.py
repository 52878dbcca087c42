"""Who refers to whom: typed edges over a snapshot, each found through an index.

Importing this package registers every edge: it imports each module in its folder, so that a new one need not be listed.
"""

import importlib
import pkgutil

from gkedoctor.graph.core.graph import EDGES, SUSPECTS, Edge, Graph, edge
from gkedoctor.graph.core.ref import Ref, ref_of
from gkedoctor.graph.core.unknown import Unknown

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    importlib.import_module(_module.name)

__all__ = ["EDGES", "SUSPECTS", "Edge", "Graph", "Ref", "Unknown", "edge", "ref_of"]
