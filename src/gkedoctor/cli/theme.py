"""`--theme`: the themes of the screen, checked and completed."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import click
from click.shell_completion import CompletionItem


class ThemeName(click.ParamType[str]):
    """One of the themes that Textual has. They are read only where one is named."""

    name = "theme"

    def __init__(self, known: Callable[[], list[str]]) -> None:
        self._known = known

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name; a usage error with the closest and all others for one that does not exist."""
        known = self._known()
        if value not in known:
            near = get_close_matches(str(value), known, 1)
            meant = f"did you mean `{near[0]}`? " if near else ""
            self.fail(f"unknown theme `{value}`; {meant}themes: {', '.join(known)}", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The themes that begin like this."""
        return [CompletionItem(name) for name in self._known() if name.startswith(incomplete)]
