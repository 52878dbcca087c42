"""The formats a report can be shown in. A new format is one module here, named as after `-o`."""

from __future__ import annotations

import importlib
import pkgutil
from typing import NamedTuple, Protocol, cast

from gkedoctor.report.answer import Answer

NARROW, WIDE = 80, 100
"""Text is wrapped at 80 columns, and at up to 100 where the terminal has them: longer lines read badly."""


class Page(NamedTuple):
    """What a report is shown on. `details`: all evidence, request paths in full, and each gap with its reason."""

    width: int = NARROW
    colour: bool = False
    details: bool = False


class Renderer(Protocol):
    """What a module of this package offers."""

    def render(self, answer: Answer, page: Page) -> str:
        """The whole report, with a newline at its end."""
        ...


def names() -> list[str]:
    """The formats there are. Lists a folder, and imports none of them."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def renderer(name: str) -> Renderer:
    """The renderer of one of `names()`."""
    return cast(Renderer, importlib.import_module(f"{__name__}.{name}"))
