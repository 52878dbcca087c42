"""Many clusters shown: as text, JSON, YAML or Markdown. A new format is one module here."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, cast

from gkedoctor.fleet.model import Fleet
from gkedoctor.report.formats import Page


class FleetRenderer(Protocol):
    """What a module of this package offers."""

    def render(self, fleet: Fleet, page: Page) -> str:
        """The whole fleet, with a newline at its end."""
        ...


def names() -> list[str]:
    """The formats there are. Lists a folder, and imports none of them."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def renderer(name: str) -> FleetRenderer:
    """The renderer of one of `names()`."""
    return cast(FleetRenderer, importlib.import_module(f"{__name__}.{name}"))
