"""What a report costs at 1,000, 10,000 and 100,000 Pods, and whether it is right.

A report is compared with reading alone (`decoding.py`, on the members that a report reads); a question about one
object, and a report with twice the playbooks, with the whole report.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec

from benchmarks.clusters import cluster
from benchmarks.generator import Planted, score
from benchmarks.measuring import GKEDOCTOR, ROOT, Cost, Measured, cost, ratio, tell

SIZES = (1_000, 10_000, 100_000)
MEMORY = 2048
"""MiB."""


def measure(sizes: tuple[int, ...] = SIZES) -> Iterator[Measured]:
    """All figures, size by size; the promises are made for the largest."""
    each_pod: dict[int, float] = {}
    for pods in sizes:
        path, planted = cluster(pods)
        is_last = pods == max(SIZES)
        members = _members(cluster(min(sizes))[0], path)
        reading = cost([sys.executable, "-m", "benchmarks.decoding", str(path), *members], _runs(pods))
        with tempfile.TemporaryDirectory() as name:
            output = Path(name) / "report.json"
            whole = cost(_report(path), _runs(pods), output)
            report = msgspec.json.decode(output.read_bytes())
        each_pod[pods] = whole.cpu / pods
        said = f"{pods:,} Pods"
        yield ratio(f"report --json, {said}, to decoding", whole, reading, 3 if is_last else None, pods)
        yield Measured(f"report --json, {said}, memory", whole.peak, MEMORY, unit="MiB", size=pods)
        yield from _right(said, planted, report, pods)
        yield from _in_part(path, report, whole, said, is_last, pods)
    if len(each_pod) > 1:
        (_, smaller), (largest, last) = sorted(each_pod.items())[-2:]
        limit = 1.2 if largest == max(SIZES) else None
        yield Measured(f"cost of each Pod, {largest:,} to a tenth of them", last / smaller, limit)


def _runs(pods: int) -> int:
    return 2 if pods >= 100_000 else 4


def _report(path: Path, *more: str) -> list[str]:
    return [*GKEDOCTOR, "report", "--from", str(path), "--json", "--no-config", *more]


def _right(said: str, planted: tuple[Planted, ...], report: Any, pods: int) -> Iterator[Measured]:
    """Recall and precision; what was missed or invented goes to stderr."""
    result = score(planted, report)
    for word, names in (("missed", result.missed), ("invented", result.invented)):
        for name in names:
            print(f"{word}: {name}", file=sys.stderr)
    told: dict[str, float] = {"planted": result.planted, "reported": result.reported}
    yield Measured(f"recall, {said}", result.recall, 1.0, least=True, told=told, size=pods)
    yield Measured(f"precision, {said}", result.precision, 1.0, least=True, told=told, size=pods)


def _in_part(path: Path, report: Any, whole: Cost, said: str, is_last: bool, pods: int) -> Iterator[Measured]:
    """A question about one Ingress, whose fault is its own or of a node, and twice the playbooks."""
    for inside, name, limit in ((True, "report Ingress/…", 0.3), (False, "one Ingress that a Node ails", None)):
        question = _ingress(report, inside)
        if question is not None:
            one = cost(_report(path, question), _runs(pods))
            yield ratio(f"{name}, {said}, to the whole report", one, whole, limit if is_last else None, pods)
    with tempfile.TemporaryDirectory() as name:
        copies = _copied_playbooks(Path(name))
        doubled = cost(_report(path, "--playbooks", str(copies)), _runs(pods))
    yield ratio(f"twice the playbooks, {said}", doubled, whole, 1.3 if is_last else None, pods)


def _ingress(report: Any, inside: bool) -> str | None:
    """The first Ingress that a diagnosis names, whose root lies in its namespace or is no object of a namespace.

    Who follows from a Node shares it with others everywhere: that takes the whole report.
    """
    asked = (
        f"Ingress/{item['namespace']}/{item['name']}"
        for found in report["diagnoses"]
        for item in (found["root"], *found["explains"])
        if item["kind"] == "Ingress" and (found["root"].get("namespace") == item["namespace"]) is inside
    )
    return next(asked, None)


def _copied_playbooks(folder: Path) -> Path:
    """The shipped playbooks under other ids."""
    for file in (ROOT / "playbooks").rglob("*.yaml"):
        text, ids = re.subn(r"^(id: GKE-[A-Z]+-)(\d)", _another, file.read_text(), flags=re.MULTILINE)
        if ids and not file.name.endswith(".test.yaml"):
            (folder / file.name).write_text(text)
    return folder


def _another(found: re.Match[str]) -> str:
    """Shipped ones have numbers below 500."""
    return f"{found[1]}{int(found[2]) + 5}"


def _members(small: Path, path: Path) -> list[str]:
    """The members that a report reads, as seen on a small cluster, where all of it happens in one process."""
    from gkedoctor.cli.app import main

    opened: set[str] = set()
    original = zipfile.ZipFile.open

    def noted(self: zipfile.ZipFile, name: Any, *rest: Any, **more: Any) -> Any:
        opened.add(getattr(name, "filename", name))
        return original(self, name, *rest, **more)

    arguments = ["gkedoctor", *_report(small)[3:]]
    with (
        mock.patch.object(zipfile.ZipFile, "open", noted),
        mock.patch.object(sys, "argv", arguments),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.suppress(SystemExit),
    ):
        main()
    with zipfile.ZipFile(path) as archive:
        return sorted(opened & set(archive.namelist()) - {"manifest.json"})


if __name__ == "__main__":
    tell(measure(tuple(int(size) for size in sys.argv[1:]) or SIZES))
