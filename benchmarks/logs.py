"""How fast container logs are read: to the telling entry, and for the ports that they name.

python -m benchmarks.logs
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from tests.logs.corpus import cases

from benchmarks.measuring import Measured
from gkedoctor.graph.workloads.logs.faults import fault_of
from gkedoctor.graph.workloads.logs.listening import listeners
from gkedoctor.graph.workloads.logs.telling import complaints, read_run

MIB = 1 << 20
LINES = 20_000


def measure() -> Iterator[Measured]:
    """Megabytes a second in one thread: of long logs of every format, and of the short ones of the corpus."""
    long = [
        _long(case.lines, failure.lines) for case, failure in zip(_healthy(), cases("failures-*.log"), strict=False)
    ]
    yield Measured("long logs, to the telling entry", _rate(long, _ended), 20, least=True, unit="MB/s")
    yield Measured("long logs, to the ports", _rate(long, listeners), 20, least=True, unit="MB/s")
    yield Measured("long logs, what still goes wrong", _rate(long, complaints), 20, least=True, unit="MB/s")
    short = [list(case.lines) for case in cases("*.log")]
    yield Measured("short logs of the corpus, to the telling entry", _rate(short, _ended), unit="MB/s")


def _healthy() -> list:  # type: ignore[type-arg]
    return cases("healthy-*.log")[:40]


def _long(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """A log of many lines that ends in a failure."""
    return [*(before * (LINES // len(before))), *after]


def _ended(lines: Sequence[str]) -> object:
    reading = read_run(lines)
    return fault_of(reading.chain, before=reading.before)


def _rate(logs: Sequence[Sequence[str]], read: Callable[[Sequence[str]], object]) -> float:
    """Megabytes a second, the best of three."""
    size = sum(len(line) + 1 for log in logs for line in log)
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        for log in logs:
            read(log)
        best = max(best, size / 1e6 / (time.process_time() - began))
    return best


if __name__ == "__main__":
    for found in measure():
        print(f"{found.what}: {found.value:.1f} {found.unit}")
