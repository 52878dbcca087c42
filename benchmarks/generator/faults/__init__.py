"""Faults to plant, each with its cause, the object to mend, and what suffers with it."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchmarks.generator.faults.configuration import CONFIGURATION
from benchmarks.generator.faults.containers import CONTAINERS
from benchmarks.generator.faults.controllers import CONTROLLERS
from benchmarks.generator.faults.fault import Fault
from benchmarks.generator.faults.images import IMAGES
from benchmarks.generator.faults.ingresses import INGRESSES
from benchmarks.generator.faults.leftovers import LEFTOVERS
from benchmarks.generator.faults.probes import PROBES
from benchmarks.generator.faults.scheduling import SCHEDULING
from benchmarks.generator.faults.services import SERVICES
from benchmarks.generator.options import Draft, GeneratorOptions

ALL: tuple[Fault, ...] = (
    *CONFIGURATION,
    *IMAGES,
    *CONTAINERS,
    *PROBES,
    *SERVICES,
    *INGRESSES,
    *SCHEDULING,
    *CONTROLLERS,
    *LEFTOVERS,
)
_LOST = 1 / 3000
"""The part of the nodes that do not report, where faults are wished for."""


def plan(options: GeneratorOptions, drafts: Sequence[Draft]) -> dict[Draft, Fault]:
    """Which application gets which fault: all faults in turn, those that ask for most first, each to one it fits."""
    random = Random(f"{options.seed}/faults")
    chosen = [fault for fault in ALL if not options.causes or fault.cause in options.causes]
    random.shuffle(chosen)
    chosen.sort(key=lambda fault: -len(fault.needs))
    free = list(drafts)
    random.shuffle(free)
    planned: dict[Draft, Fault] = {}
    for turn in range(round(len(drafts) * options.share) if chosen else 0):
        fault = chosen[turn % len(chosen)]
        draft = next((each for each in reversed(free) if fault.needs <= each.traits), None)
        if draft is not None:
            planned[draft] = fault
            free.remove(draft)
    return planned


def lost(options: GeneratorOptions, machines: int) -> int:
    """How many nodes do not report."""
    is_wished = options.share > 0 and (not options.causes or "node-not-ready" in options.causes)
    return max(1, round(machines * _LOST)) if is_wished else 0
