"""The names of the themes that the screen may have."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES


def theme_names() -> list[str]:
    """The names, sorted."""
    return sorted(BUILTIN_THEMES)
