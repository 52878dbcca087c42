"""`python -m benchmarks.generator PODS -o FILE`: a snapshot, and what was planted in it beside it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.generator import GeneratorOptions, generate


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generator", description=__doc__)
    parser.add_argument("pods", type=int, help="how many Pods, 300 at least")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the snapshot to write, `….gkesnap`")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, default=0.005, help="the part of applications that fail (0.005)")
    parser.add_argument("--cause", action="append", default=[], help="plant only this one; may be repeated")
    arguments = parser.parse_args()
    began = time.perf_counter()
    planted = generate(
        GeneratorOptions(arguments.pods, arguments.seed, arguments.share, tuple(arguments.cause)), arguments.output
    )
    truth = arguments.output.with_suffix(".truth.json")
    truth.write_bytes(msgspec.json.format(msgspec.json.encode(planted), indent=1) + b"\n")
    size, seconds = arguments.output.stat().st_size / 1e6, time.perf_counter() - began
    print(f"{arguments.output}: {size:.1f} MB, {len(planted)} faults in {truth.name}, {seconds:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
