"""Which node the next Pod runs on, and at which address."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from benchmarks.generator.nodes import Machine


class Placement:
    """Hands out nodes in turn, so that none is full before the others."""

    def __init__(self, machines: Sequence[Machine]) -> None:
        self.machines = machines
        self._turn = cycle([machine for machine in machines if not machine.tainted])
        self._hosts = [1] * len(machines)

    def next(self, wanted: Machine | None = None, *, sound: bool = False) -> tuple[Machine, int]:
        """A node and the last part of an address on it; `sound`: not one whose kubelet fell silent."""
        machine = wanted if wanted is not None else next(self._turn)
        while sound and machine.lost:
            machine = next(self._turn)
        self._hosts[machine.number] += 1
        return machine, self._hosts[machine.number]
