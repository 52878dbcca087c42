"""Runs all benchmarks, or those that are named, and writes what they found.

    python -m benchmarks                 # all; half an hour
    python -m benchmarks cold_start      # one; the figures of the others stay
    python -m benchmarks --chart         # the tables and the chart anew, out of the figures of the last run

Figures go to benchmarks/results/results.json and results.md, the chart to docs/scale.svg.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import platform
import subprocess
import sys

import msgspec

import benchmarks
from benchmarks import chart
from benchmarks.measuring import ROOT, Measured, parts, promise, tell, value, verdict

RESULTS = ROOT / "benchmarks" / "results"
CHART = ROOT / "docs" / "scale.svg"
_LINES = {"report --json": "CPU s", "reading alone": "to", "report Ingress/…": "CPU s"}


class Section(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one benchmark found: figures, or the text of one that has no limits."""

    name: str
    about: str
    found: list[Measured] = []
    text: str = ""


class Run(msgspec.Struct, frozen=True):
    """All of them on one machine."""

    machine: str
    sections: list[Section]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--chart", action="store_true", help="draw the last run's figures anew")
    arguments = parser.parse_args()
    machine = _machine()
    made = [] if arguments.chart else [section(name) for name in arguments.names or names()]
    write(_with_earlier(Run(machine, made)))


def _with_earlier(run: Run) -> Run:
    """The run, and the sections of the last one that it does not have."""
    path = RESULTS / "results.json"
    if not path.exists():
        return run
    earlier = msgspec.json.decode(path.read_bytes(), type=Run)
    known = {each.name: each for each in (*earlier.sections, *run.sections)}
    return Run(run.machine if run.sections else earlier.machine, [known[name] for name in sorted(known)])


def names() -> list[str]:
    """The modules and packages that can be run: those that measure, and those that print."""
    found = []
    for module in pkgutil.iter_modules(benchmarks.__path__):
        place = ROOT / "benchmarks" / module.name
        text = (place / "__init__.py" if module.ispkg else place.with_suffix(".py")).read_text()
        runs = "def measure(" in text if module.ispkg else '__name__ == "__main__"' in text
        if module.name not in ("__main__", "decoding") and runs:
            found.append(module.name)
    return found


def section(name: str) -> Section:
    """Runs one benchmark."""
    module = importlib.import_module(f"benchmarks.{name}")
    about = (module.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    print(f"{name}: {about}", flush=True)
    if hasattr(module, "measure"):
        return Section(name, about, tell(module.measure()))
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    text = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
    print(text, flush=True)
    return Section(name, about, text=text)


def write(run: Run) -> None:
    """Writes figures, table and chart."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "results.json").write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
    (RESULTS / "results.md").write_text(_markdown(run))
    picture = _picture([each for section in run.sections for each in section.found])
    if picture:
        CHART.write_text(picture)
    for path in (RESULTS / "results.md", CHART):
        print(f"wrote {path.relative_to(ROOT)}", file=sys.stderr)


def _markdown(run: Run) -> str:
    parts_ = [
        "# What gkedoctor costs\n",
        f"{run.machine}. Written by `python -m benchmarks`; see [Scale](../../docs/scale.md).\n",
    ]
    for each in run.sections:
        parts_.append(f"## {each.name}\n\n{each.about}\n")
        parts_.append(f"```\n{each.text.rstrip()}\n```\n" if each.text else _table(each.found))
    return "\n".join(parts_)


def _table(found: list[Measured]) -> str:
    rows = [f"| {e.what} | {value(e)} | {promise(e)} | {verdict(e)} | {parts(e)} |" for e in found]
    return "\n".join(["| what | value | promise | kept | made of |", "| --- | ---: | --- | --- | --- |", *rows, ""])


def _picture(found: list[Measured]) -> str:
    """Cost over size, from the figures that have a size."""
    lines: dict[str, list[tuple[float, float]]] = {name: [] for name in _LINES}
    for each in found:
        for name, key in _LINES.items():
            start = "report --json" if name == "reading alone" else name
            if each.size and each.what.startswith(start) and key in each.told:
                lines[name].append((each.size, each.told[key]))
    drawable = {name: points for name, points in lines.items() if len(points) > 1}
    if not drawable:
        return ""
    return chart.drawn("CPU seconds of a report over the size of the cluster", drawable, "Pods", "CPU seconds")


def _machine() -> str:
    """Where it ran."""
    load = os.getloadavg()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB; load at the start {load:.1f}"
    )


if __name__ == "__main__":
    main()
