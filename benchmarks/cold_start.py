"""How long gkedoctor takes to answer from a cold start, as ratios, and what it loads to do so.

Ratios are against `python -c "import click"` on the same machine in the same run; the best of several runs each.
Run it with `make bench`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "recorded_clusters" / "teratail-missing-secret"
RUNS = 9
HEAVY = ("kubernetes", "google", "textual", "rich", "cryptography", "requests", "urllib3", "asyncio")

COMMANDS = {
    'python -c "import click"': [sys.executable, "-c", "import click"],
    "gkedoctor --help": [sys.executable, "-m", "gkedoctor", "--help"],
    "gkedoctor report --from RECORDING": [sys.executable, "-m", "gkedoctor", "report", "--from", str(EXAMPLE)],
    "gkedoctor report --json --from RECORDING": [
        *(sys.executable, "-m", "gkedoctor", "report", "--json", "--from", str(EXAMPLE))
    ],
}


def seconds(command: list[str]) -> float:
    """Wall time of the fastest of several runs, with compiled bytecode as an installation has it."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=False, env=environment)
        times.append(time.perf_counter() - started)
    return min(times)


def modules() -> list[str]:
    """The modules that a report loads."""
    code = (
        "import sys, json, contextlib, io\n"
        "from gkedoctor.cli.app import main\n"
        f"sys.argv = ['gkedoctor', 'report', '--from', {str(EXAMPLE)!r}]\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n    main()\n"
        "print('MODULES' + json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(run.stderr.rpartition("MODULES")[2])
    return found


def main() -> None:
    """Prints the table."""
    base = 0.0
    print(f"{'command':44} {'seconds':>8} {'ratio':>6}")
    for name, command in COMMANDS.items():
        took = seconds(command)
        base = base or took
        print(f"{name:44} {took:8.3f} {took / base:6.2f}")
    loaded = modules()
    ours = sum(name.startswith("gkedoctor") for name in loaded)
    heavy = sorted({name.split(".")[0] for name in loaded} & set(HEAVY))
    print(f"\nmodules loaded by a report: {len(loaded)}, {ours} of them gkedoctor's")
    print(f"of the heavy ones ({', '.join(HEAVY)}): {', '.join(heavy) or 'none'}")


if __name__ == "__main__":
    main()
