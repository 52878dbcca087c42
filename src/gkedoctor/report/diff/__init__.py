"""A comparison of two moments, shown: as text, JSON or Markdown. A new format is one module here."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, cast

from gkedoctor.compare.comparison import Comparison
from gkedoctor.report.formats import Page


class DiffRenderer(Protocol):
    """What a module of this package offers."""

    def render(self, comparison: Comparison, page: Page) -> str:
        """The whole comparison, with a newline at its end."""
        ...


def names() -> list[str]:
    """The formats there are. Lists a folder, and imports none of them."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def renderer(name: str) -> DiffRenderer:
    """The renderer of one of `names()`."""
    return cast(DiffRenderer, importlib.import_module(f"{__name__}.{name}"))
