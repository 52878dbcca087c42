"""Faults to plant, each with its cause, the object to mend, and what suffers with it."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

from benchmarks.generator.faults.configuration import CONFIGURATION
from benchmarks.generator.faults.fault import Fault

if TYPE_CHECKING:
    from benchmarks.generator.snapshot import Draft, Wish

ALL: tuple[Fault, ...] = (*CONFIGURATION,)


def plan(wish: Wish, drafts: Sequence[Draft]) -> dict[Draft, Fault]:
    """Which application gets which fault: all faults in turn, each to one it fits."""
    random = Random(f"{wish.seed}/faults")
    chosen = [fault for fault in ALL if not wish.causes or fault.cause in wish.causes]
    random.shuffle(chosen)
    free = list(drafts)
    random.shuffle(free)
    planned: dict[Draft, Fault] = {}
    for turn in range(round(len(drafts) * wish.share)):
        fault = chosen[turn % len(chosen)]
        draft = next((each for each in reversed(free) if fault.needs <= each.traits), None)
        if draft is not None:
            planned[draft] = fault
            free.remove(draft)
    return planned
