"""What all benchmarks share: the cost of a command, and how a ratio is told.

A benchmark is a module with `measure()`, which yields what it measured; run as a script it prints that. Ratios are of
CPU seconds, of all cores and processes, because neighbours on the machine stretch the clock; the clock is told beside
them. Each figure is the least of several runs: whatever else goes on makes a run slower and never faster.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

ROOT = Path(__file__).parent.parent
GKEDOCTOR = (sys.executable, "-m", "gkedoctor")


class Cost(NamedTuple):
    """Seconds by the clock, seconds of all cores, and MiB at the peak, of a command with all its processes."""

    wall: float
    cpu: float
    peak: float


class Measured(msgspec.Struct, frozen=True, omit_defaults=True):
    """One figure. `limit` is the most it may be, or the least where `least`; None where nothing is promised."""

    what: str
    value: float
    limit: float | None = None
    least: bool = False
    unit: str = ""
    """Empty for a ratio."""

    told: dict[str, float] = {}
    """The figures that it was made of, in seconds and MiB."""

    size: int = 0
    """Pods of the cluster, where it varies."""

    @property
    def ok(self) -> bool | None:
        """Whether the promise is kept."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.least else self.value <= self.limit


def cost(command: Sequence[str], runs: int = 3, output: Path | None = None, codes: Sequence[int] = (0, 1, 4)) -> Cost:
    """The least of several runs, for each figure. `output` takes what the last of them printed."""
    found = [_once(command, output, codes) for _ in range(runs)]
    return Cost(*(min(column) for column in zip(*found, strict=True)))


def _once(command: Sequence[str], output: Path | None, codes: Sequence[int]) -> Cost:
    """With compiled bytecode, as an installation has it."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    with (output or Path(os.devnull)).open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL, env=environment)
        with _Watch(process.pid) as watch:
            _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise SystemExit(f"{' '.join(command)} exited {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, max(usage.ru_maxrss / 1024, watch.peak))


class _Watch:
    """Adds up the memory of a process and its children every tenth of a second, pages that they share once."""

    def __init__(self, pid: int) -> None:
        self.pid, self.peak, self._ended = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            family = _family(self.pid)
            if len(family) > 1:
                self.peak = max(self.peak, sum(map(_share, family)) / 1024)


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(each for child in children for each in _family(int(child)))]


def _share(pid: int) -> int:
    """KiB, each page divided among those that map it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def tell(found: Iterable[Measured]) -> list[Measured]:
    """Prints each figure as soon as it is there."""
    told = []
    for each in found:
        print(line(each), flush=True)
        told.append(each)
    return told


def line(each: Measured) -> str:
    """`report --json, 100,000 Pods        2.41  at most 3  ok   CPU s 20.1, to 8.3 …`."""
    row = f"{each.what:<54} {value(each):>10}  {promise(each):<14} {verdict(each):<7} {parts(each)}"
    return row.rstrip()


def parts(each: Measured) -> str:
    """What the figure was made of."""
    return ", ".join(f"{name} {told:,.4g}" for name, told in each.told.items())


def ratio(what: str, mine: Cost, other: Cost, limit: float | None = None, size: int = 0) -> Measured:
    """One cost to another, by CPU seconds."""
    told = {"CPU s": mine.cpu, "to": other.cpu, "clock s": mine.wall, "to s": other.wall, "MiB": mine.peak}
    return Measured(what, mine.cpu / other.cpu, limit, told=told, size=size)


def value(each: Measured) -> str:
    """The figure with its unit."""
    return f"{each.value:,.0f} {each.unit}" if each.unit else f"{each.value:.2f}"


def promise(each: Measured) -> str:
    """The limit in words."""
    if each.limit is None:
        return ""
    return f"{'at least' if each.least else 'at most'} {each.limit:,g}"


def verdict(each: Measured) -> str:
    """`ok`, or not."""
    return "" if each.ok is None else "ok" if each.ok else "not ok"
