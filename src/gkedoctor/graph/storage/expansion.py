"""Claims whose volume is to be made larger, and is not yet.

Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims
"""

from __future__ import annotations

from gkedoctor.graph.core.conditions import is_true
from gkedoctor.graph.core.graph import Graph, candidate_index
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.snapshot.model import Object

_CONDITIONS = ("Resizing", "FileSystemResizePending", "ControllerResizeError", "NodeResizeError")


@candidate_index("expanding", "PersistentVolumeClaim")
def expanding(graph: Graph) -> list[Object]:
    """Claims that request more than their volume holds, or whose status reports an expansion."""
    return [claim for claim in graph.all("PersistentVolumeClaim") if _expands(claim)]


def _expands(claim: Object) -> bool:
    status = claim.get("status") or {}
    if status.get("phase") != "Bound":
        return False
    wants = quantity((((claim.get("spec") or {}).get("resources") or {}).get("requests") or {}).get("storage"))
    has = quantity((status.get("capacity") or {}).get("storage"))
    larger = wants is not None and has is not None and wants > has
    return (
        larger or bool((status.get("allocatedResourceStatuses") or {}).get("storage")) or is_true(claim, *_CONDITIONS)
    )
