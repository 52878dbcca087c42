"""What a generated cluster is to be like, and an application of it before it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.generator.application import Application


@dataclass(frozen=True)
class GeneratorOptions:
    """What a cluster is to be like. `share`: the part of applications that fail; `causes`: only these, or all."""

    pods: int
    seed: int = 0
    share: float = 0.005
    causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """One application before it is made, so that a hundred thousand Pods are never in memory together."""

    namespace: str
    name: str
    make: Callable[[Random], Application]
    traits: frozenset[str]
