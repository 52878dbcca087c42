"""The rules that say what controllers, the scheduler and the kubelet do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gkedoctor.whatif.simulate.world import World


class Rule(NamedTuple):
    """One rule. `says`: what it assumes, in one sentence. `source`: the code or page it follows."""

    name: str
    says: str
    source: str
    order: int
    run: Callable[[World], None]


RULES: dict[str, Rule] = {}
"""Every rule by name; filled while the package is imported, read-only afterwards."""


def rule(
    name: str, *, says: str, source: str, order: int = 50
) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
    """Registers a function that looks for objects that a controller changes next, and puts the changed ones.

    It clears a symptom only where the new state meets the condition that the symptom stands on. `order`: rules run
    in this order within a round, so that what one creates the next one finds; the rounds go on until nothing changes.
    """

    def register(function: Callable[[World], None]) -> Callable[[World], None]:
        RULES[name] = Rule(name, says, source, order, function)
        return function

    return register
