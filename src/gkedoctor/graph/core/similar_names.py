"""Which of some names may have been meant by another one."""

from __future__ import annotations

import re


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
