"""How much faster `gkedoctor fleet` is on two cores than on one: the same command with -j 2 and -j 1.

Two fleets of 200 recordings: copies of the shipped ones, which hold two Pods each, so that what is done once (start,
playbooks, output) is a quarter of it; and clusters of 300 Pods. Of the first, the best of several runs, in turn.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.generator import GeneratorOptions, generate

ROOT = Path(__file__).parent.parent
RECORDINGS = 200
RUNS = 5
PODS, KINDS, SHARE = 300, 8, 0.05
"""Clusters of so many Pods; how many different ones; which part of their applications fails."""


def shipped(folder: Path) -> None:
    """Copies of the shipped recordings under other names."""
    known = sorted(path for path in (ROOT / "recorded_clusters").iterdir() if path.is_dir())
    for number in range(RECORDINGS):
        original = known[number % len(known)]
        shutil.copytree(original, folder / f"{number:03}-{original.name}")


def generated(folder: Path) -> None:
    """Generated clusters, each under many names."""
    for number in range(RECORDINGS):
        copy = folder / f"cluster-{number:03}.gkesnap"
        if number < KINDS:
            generate(GeneratorOptions(PODS, seed=number, share=SHARE), copy)
        else:
            copy.hardlink_to(folder / f"cluster-{number % KINDS:03}.gkesnap")


def seconds(folder: Path, jobs: int) -> tuple[float, bytes]:
    """Wall time of one run, and what it printed."""
    command = [sys.executable, "-m", "gkedoctor", "fleet", str(folder), "-j", str(jobs), "--no-config", "--json"]
    started = time.perf_counter()
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if run.returncode not in (0, 1, 4):
        sys.exit(f"{' '.join(command)} exited {run.returncode}")
    return time.perf_counter() - started, run.stdout


def compare(folder: Path, runs: int) -> tuple[float, float]:
    """The best times on one core and on two, which have to print the same."""
    one, two = [], []
    for _ in range(runs):
        (alone, first), (both, second) = seconds(folder, 1), seconds(folder, 2)
        if first != second:
            sys.exit("-j 1 and -j 2 do not print the same")
        one.append(alone)
        two.append(both)
    return min(one), min(two)


def main() -> None:
    """Prints the table."""
    print(f"{RECORDINGS} recordings, {os.cpu_count()} cores")
    print(f"{'fleet':<28} {'one core':>9} {'two cores':>10} {'ratio':>6}")
    for label, make, runs in (("shipped recordings", shipped, RUNS), (f"clusters of {PODS} Pods", generated, 1)):
        with tempfile.TemporaryDirectory() as name:
            make(Path(name))
            one, two = compare(Path(name), runs)
        print(f"{label:<28} {one:7.2f} s {two:8.2f} s {one / two:6.2f}")


if __name__ == "__main__":
    main()
