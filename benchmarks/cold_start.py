"""How long gkedoctor takes to answer from a cold start, and what it loads to do so.

Ratios are to `python -c "import click"`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.measuring import GKEDOCTOR, ROOT, Measured, cost, ratio, tell

EXAMPLE = ROOT / "recorded_clusters" / "teratail-missing-secret"
RUNS = 9
HEAVY = ("kubernetes", "google", "textual", "rich", "cryptography", "requests", "urllib3", "asyncio")
COMMANDS = {
    "--help": (["--help"], 3.0),
    "report --from RECORDING": (["report", "--from", str(EXAMPLE)], 6.0),
    "report --json --from RECORDING": (["report", "--json", "--from", str(EXAMPLE)], 6.0),
}


def measure() -> Iterator[Measured]:
    """Each command, and the heavy modules that a report loads."""
    base = cost([sys.executable, "-c", "import click"], RUNS)
    for name, (arguments, limit) in COMMANDS.items():
        yield ratio(f"{name}, to import click", cost([*GKEDOCTOR, *arguments], RUNS), base, limit)
    loaded = modules()
    heavy = {name.split(".")[0] for name in loaded} & set(HEAVY)
    ours = sum(name.startswith("gkedoctor") for name in loaded)
    told: dict[str, float] = {"modules": len(loaded), "of them gkedoctor's": ours}
    yield Measured("heavy modules that a report loads", len(heavy), 0, unit="modules", told=told)


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


if __name__ == "__main__":
    tell(measure())
