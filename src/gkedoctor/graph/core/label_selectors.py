"""Label selectors, and what nearly matches them.

Semantics: k8s.io/apimachinery/pkg/labels/selector.go. An empty selector of a NetworkPolicy or LabelSelector matches
everything; an empty `spec.selector` of a Service selects nothing (endpoints are then made by hand).
"""

from __future__ import annotations

import re
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


def edit_distance(a: str, b: str, limit: int = 3) -> int:
    """Edits (insert, delete, replace, swap of neighbours) from a to b; `limit + 1` where it takes more. O(len²)."""
    if abs(len(a) - len(b)) > limit or max(len(a), len(b)) > 253:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        new = [i]
        for j, other in enumerate(b, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (char != other))
            if i > 1 and j > 1 and char == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        if min(new) > limit and min(row) > limit:
            return limit + 1
        before, row = row, new
    return min(row[-1], limit + 1)


def nearest(name: str, names: list[str]) -> str | None:
    """The name that most likely was meant: same but for case and `-_.`, one contains the other, or few edits."""
    plain, few = _plain(name), max(2, len(name) // 4)
    best: tuple[int, str] | None = None
    for other in names:
        if other != name:
            found = (_distance(name, plain, other, few), other)
            if found[0] <= few and (best is None or found < best):
                best, few = found, found[0]
    return best[1] if best is not None else None


def is_slip(name: str, other: str) -> bool:
    """Whether two names are the same but for a slip of the pen; names that differ in a number are two names.

    Of short names two letters may be swapped, no more: `web` and `wev` are two names.
    """
    if re.sub(r"\D", "", name) != re.sub(r"\D", "", other):
        return False
    if sorted(name) == sorted(other) and edit_distance(name, other, 1) <= 1:
        return True
    few = 2 if len(name) >= 10 else 1 if len(name) >= 5 else 0
    return _plain(name) == _plain(other) or edit_distance(name, other, few) <= few


def _distance(name: str, plain: str, other: str, limit: int) -> int:
    other_plain = _plain(other)
    if plain == other_plain:
        return 0
    shorter, longer = sorted((plain, other_plain), key=len)
    if len(shorter) >= 3 and (longer.startswith(shorter) or longer.endswith(shorter)):
        return 1
    return edit_distance(name, other, limit)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(".", "")
