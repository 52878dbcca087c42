"""Label selectors.

Semantics: k8s.io/apimachinery/pkg/labels/selector.go. An empty selector of a NetworkPolicy or LabelSelector matches
everything; an empty `spec.selector` of a Service selects nothing (endpoints are then made by hand).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Labels = Mapping[str, str]


def matches_map(selector: Labels | None, labels: Labels | None) -> bool:
    """Whether all pairs of a plain map selector (Service, ReplicationController, nodeSelector) are in the labels."""
    have = labels or {}
    return all(have.get(key) == value for key, value in (selector or {}).items())


def matches(selector: Mapping[str, Any] | None, labels: Labels | None) -> bool:
    """Whether a LabelSelector {matchLabels, matchExpressions} matches. None matches nothing, {} everything."""
    if selector is None:
        return False
    expressions = selector.get("matchExpressions") or []
    return matches_map(selector.get("matchLabels"), labels) and all(holds(e, labels) for e in expressions)


def holds(requirement: Mapping[str, Any], labels: Labels | None) -> bool:
    """Whether one {key, operator, values} holds; `Gt` and `Lt` (node affinity) compare integers."""
    value = (labels or {}).get(str(requirement.get("key")))
    values = requirement.get("values") or []
    match requirement.get("operator"):
        case "In":
            return value is not None and value in values
        case "NotIn":
            return value is None or value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt" as operator:
            return _compares(value, values, operator)
    return False


def _compares(value: str | None, values: list[Any], operator: str) -> bool:
    try:
        have, bound = int(str(value)), int(str(values[0]))
    except (ValueError, IndexError):
        return False
    return have > bound if operator == "Gt" else have < bound


def differing(selector: Labels, labels: Labels | None) -> list[str]:
    """The keys of a map selector that the labels lack or have with another value."""
    have = labels or {}
    return [key for key, value in selector.items() if have.get(key) != value]
