"""Objects that are nested too deeply: a map or list below the deepest level becomes a note."""

from __future__ import annotations

from typing import Any

from gkedoctor.limits import DEEPEST

TOO_DEEP = f"… cut, nested deeper than {DEEPEST} levels"


def shallow(item: dict[str, Any]) -> dict[str, Any]:
    """A copy without what is nested too deeply. Uses no recursion: that is what such an object is made to exhaust."""
    result: dict[str, Any] = {}
    waiting: list[tuple[Any, Any, int]] = [(item, result, 1)]
    while waiting:
        old, new, depth = waiting.pop()
        for key, value in old.items() if isinstance(old, dict) else enumerate(old):
            kept: Any = value
            if isinstance(value, dict | list):
                kept = TOO_DEEP if depth >= DEEPEST else {} if isinstance(value, dict) else [None] * len(value)
                if depth < DEEPEST:
                    waiting.append((value, kept, depth + 1))
            new[key] = kept
    return result
