"""How a shape is written: `shape(name=str, ports=many(PORT))`.

Every field may be absent or null, because Go writes empty slices and pointers as null. A list's items and a
map's values may not. Integers are not floats, and booleans are neither integers nor strings.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

INT_OR_STR: Any = int | str
"""`targetPort`, `maxUnavailable`: a number, or a name or percentage."""

QUANTITY: Any = int | float | str
"""The API server writes strings; YAML written by hand may have bare numbers."""

TIME: Any = Annotated[datetime, msgspec.Meta(tz=True)]


def shape(**fields: Any) -> Any:
    """A shape; a field that is a Python keyword is written with an underscore (`from_`)."""
    return msgspec.defstruct(
        "Shape",
        [(name, field | None, None) for name, field in fields.items()],
        rename=lambda name: name.removesuffix("_"),
        frozen=True,
    )


def many(item: Any) -> Any:
    """A list without null items."""
    return list[item]


def mapped(value: Any) -> Any:
    """A map without null values."""
    return dict[str, value]


STRINGS = many(str)
STRING_MAP = mapped(str)
QUANTITIES = mapped(QUANTITY)
REFERENCE = shape(apiVersion=str, group=str, kind=str, namespace=str, name=str, uid=str, fieldPath=str)
NAMED = shape(name=str)
METADATA = shape(
    name=str,
    namespace=str,
    uid=str,
    generation=int,
    labels=STRING_MAP,
    annotations=STRING_MAP,
    finalizers=STRINGS,
    creationTimestamp=TIME,
    deletionTimestamp=TIME,
    ownerReferences=many(shape(apiVersion=str, kind=str, name=str, uid=str, controller=bool)),
)
CONDITIONS = many(
    shape(
        type=str,
        status=str,
        reason=str,
        message=str,
        observedGeneration=int,
        lastTransitionTime=TIME,
        lastHeartbeatTime=TIME,
        lastUpdateTime=TIME,
        lastProbeTime=TIME,
    )
)
SELECTOR = shape(
    matchLabels=STRING_MAP,
    matchExpressions=many(shape(key=str, operator=str, values=STRINGS)),
)


def document(**fields: Any) -> Any:
    """The shape of a whole Kubernetes object."""
    return shape(apiVersion=str, kind=str, metadata=METADATA, **fields)


ANY_OBJECT = document(status=shape(conditions=CONDITIONS))
"""A kind that only its own controller knows; `conditions` follow a convention of the API."""
