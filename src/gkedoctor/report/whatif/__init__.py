"""The answer of `gkedoctor whatif`, shown: as text or JSON. A new format is one module here."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, cast

from gkedoctor.report.formats import Page
from gkedoctor.whatif.answer import WhatIf


class WhatIfRenderer(Protocol):
    """What a module of this package offers."""

    def render(self, answer: WhatIf, page: Page, *, details: bool) -> str:
        """The whole answer, with a newline at its end. `details`: with the rules that were used."""
        ...


def names() -> list[str]:
    """The formats there are. Lists a folder, and imports none of them."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def renderer(name: str) -> WhatIfRenderer:
    """The renderer of one of `names()`."""
    return cast(WhatIfRenderer, importlib.import_module(f"{__name__}.{name}"))
