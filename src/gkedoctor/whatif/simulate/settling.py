"""Applies the rules until nothing changes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import NamedTuple

from gkedoctor.graph import Ref
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.simulate.registry import RULES, Rule
from gkedoctor.whatif.simulate.world import World

_ROUNDS = 12
"""Rounds at most: a chain like namespace → account → Pods → endpoints → health takes one for each step."""


class Settled(NamedTuple):
    """The state that the rules come to. `rules`: by rule that changed something, the objects."""

    snapshot: Snapshot
    rules: Mapping[str, frozenset[Ref]]


def settle(snapshot: Snapshot, before: Snapshot | None = None) -> Snapshot:
    """The state after controllers, scheduler and kubelet have done what follows from it. The clock stays the same.

    `before`: the state that was recorded before a change. With it the rules know what changed, and a Pod whose
    container failed can start again where the change reaches what it failed for. A state that was not changed stays
    as it is, but for retries that succeed now (a missing Secret that is there).
    """
    return settled(snapshot, before).snapshot


def settled(snapshot: Snapshot, before: Snapshot | None = None) -> Settled:
    """The same with the rules that were used."""
    world = World(snapshot, before)
    rules = sorted(all_rules().values(), key=lambda rule: (rule.order, rule.name))
    for _ in range(_ROUNDS):
        graph = world.graph
        for rule in rules:
            world.rule = rule.name
            rule.run(world)
        if world.graph is graph:
            break
    found = {name: frozenset(refs) for name, refs in sorted(world.used.items())}
    return Settled(world.graph.snapshot, found)


def all_rules() -> Mapping[str, Rule]:
    """Every rule by name; imports the modules that have them."""
    package = importlib.import_module("gkedoctor.whatif.simulate")
    for module in pkgutil.iter_modules(package.__path__, "gkedoctor.whatif.simulate."):
        importlib.import_module(module.name)
    return RULES
