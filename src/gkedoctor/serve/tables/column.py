"""A column of a table, and what many of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from gkedoctor.serve.ages import age
from gkedoctor.snapshot.model import Object

NONE = "<none>"
UNSET = "<unset>"
Value = Callable[[Object, datetime], Any]


class Column(NamedTuple):
    """One column; `wide`: only with `-o wide`."""

    name: str
    value: Value
    wide: bool = False
    type: str = "string"

    def definition(self) -> dict[str, Any]:
        """As it stands in a `Table`; kubectl writes names in capitals."""
        form = "name" if self.name == "Name" else ""
        return {
            "name": self.name,
            "type": self.type,
            "format": form,
            "description": "",
            "priority": 1 if self.wide else 0,
        }


def at(item: Any, *path: str) -> Any:
    """What stands at a path; None where a step is missing."""
    for step in path:
        item = item.get(step) if isinstance(item, Mapping) else None
    return item


def entries(item: Any, *path: str) -> list[Any]:
    """The mappings of a list at a path; empty where there is none."""
    found = at(item, *path)
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def shown(*path: str, empty: Any = "") -> Value:
    """A column that shows what stands at a path."""
    return lambda item, now: _or(at(item, *path), empty)


def number(*path: str) -> Value:
    """A column that shows a number, 0 where there is none."""
    return lambda item, now: at(item, *path) or 0


def joined(texts: Iterable[Any], empty: str = NONE) -> str:
    """Texts with commas between them."""
    return ",".join(str(text) for text in texts) or empty


def pairs(labels: Any, empty: str = NONE) -> str:
    """A map of labels as `a=b,c=d`."""
    return joined((f"{k}={v}" for k, v in sorted(labels.items())), empty) if isinstance(labels, Mapping) else empty


def selector(labels: Any, empty: str = NONE) -> str:
    """A LabelSelector as kubectl writes it."""
    if not isinstance(labels, Mapping):
        return empty
    parts = [f"{k}={v}" for k, v in sorted((labels.get("matchLabels") or {}).items())]
    parts += [_expression(e) for e in entries(labels, "matchExpressions")]
    return joined(parts, empty)


def _expression(expression: Mapping[str, Any]) -> str:
    key, values = expression.get("key"), ",".join(map(str, expression.get("values") or ()))
    match expression.get("operator"):
        case "In":
            return f"{key} in ({values})"
        case "NotIn":
            return f"{key} notin ({values})"
        case "DoesNotExist":
            return f"!{key}"
    return str(key)


def since(*path: str, empty: str = "<unknown>") -> Value:
    """A column that shows how long ago the time at a path was."""
    return lambda item, now: age(at(item, *path), now) if at(item, *path) else empty


def _or(value: Any, empty: Any) -> Any:
    return empty if value is None or value == "" else value


NAME = Column("Name", shown("metadata", "name"))
AGE = Column("Age", since("metadata", "creationTimestamp"))
CREATED_AT = Column("Created At", shown("metadata", "creationTimestamp"), type="date")
