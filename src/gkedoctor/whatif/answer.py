"""The answer to "what if": what a change fixes, what it breaks, and what was assumed."""

from __future__ import annotations

from dataclasses import dataclass

from gkedoctor.compare.comparison import Comparison
from gkedoctor.graph import Ref
from gkedoctor.whatif.simulate.registry import Rule


@dataclass(frozen=True)
class Assumed:
    """A rule by which controllers were simulated, and the objects that it changed."""

    rule: Rule
    objects: tuple[Ref, ...]


@dataclass(frozen=True)
class WhatIf:
    """What a change does. `commands`: the changes as they were written; `written`: (object, created|changed|deleted).

    `assumed`: the steps of controllers that were simulated, in the order of the rules.
    """

    comparison: Comparison
    commands: tuple[str, ...]
    written: tuple[tuple[Ref, str], ...]
    assumed: tuple[Assumed, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything could be checked in the state after the change."""
        return self.comparison.after.complete
