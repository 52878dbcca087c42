"""The types of what edges lead to: objects, or records with fields of their own.

Each `@edge` names what it leads to by `record=`: one of the markers here, or a TypedDict in the `records.py` of its
package. The names are looked up when somebody asks (`playbooks lint`, the reference of edges): to build the classes
takes longer than to load the smallest recording.
"""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

from gkedoctor.snapshot.model import Object

if TYPE_CHECKING:
    from gkedoctor.graph.core.graph import Edge

KubernetesObject = Annotated[Object, "object of Kubernetes"]
"""A whole object of Kubernetes, or what names one that does not exist."""

CloudObject = Annotated[Object, "object of Google Cloud"]
"""A whole object of Google Cloud."""

AnyObject = Annotated[Object, "object"]
"""An object of either."""

Part = Annotated[Any, "part of an object"]
"""A part of an object as it stands there, or another value whose fields are not declared."""

_HERE = {
    "KubernetesObject": KubernetesObject,
    "CloudObject": CloudObject,
    "AnyObject": AnyObject,
    "Part": Part,
}


@cache
def record_type(edge: Edge) -> Any:
    """The type of one element of what an edge leads to: a TypedDict, or one of the markers; None where undeclared.

    LookupError for a name that the package's `records.py` does not have.
    """
    if not edge.record:
        return None
    if edge.record in _HERE:
        return _HERE[edge.record]
    package = inspect.unwrap(edge.walk).__module__.rpartition(".")[0]
    try:
        return getattr(import_module(f"{package}.records"), edge.record)
    except (ImportError, AttributeError) as error:
        raise LookupError(f"edge {edge.source} {edge.name}: {package}.records has no {edge.record}") from error
