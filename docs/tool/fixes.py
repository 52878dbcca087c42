"""The page on fixes: of each cause, whether its commands were tried and cured, or why they could not be tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from docs.tool import reference

from gkedoctor.explain.markdown import prose

DATA = Path(__file__).resolve().parents[1] / "fixes.tsv"
PAGE = "fixes.md"
CURED, NEEDS_VALUE, UNSEEN = "cured", "needs a value, then cured", "cannot be seen"
READS, IN_FILES = "reads only", "in files"
_WORDS = {
    CURED: "proved",
    NEEDS_VALUE: "needs a value from you",
    UNSEEN: "cannot be proved: its effect is in no recording",
    READS: "cannot be proved: only reads",
    IN_FILES: "in your files",
}


class Row(NamedTuple):
    """One cause of one playbook: what came of its commands, and why."""

    playbook: str
    cause: str
    result: str
    why: str


def rows() -> list[Row]:
    """The rows of the data file."""
    lines = DATA.read_text(encoding="utf-8").splitlines()[2:]
    return [Row(*line.split("\t")) for line in lines]


def page(files: Mapping[str, str]) -> str:
    """The page. `files`: id of a playbook → path of its file, as seen from `docs/`."""
    found = rows()
    head = ["| cause | playbook | fix | why |", "| --- | --- | --- | --- |"]
    table = [
        f"| {row.cause} | [{row.playbook}]({files[row.playbook]}) | {_word(row)} | {prose(row.why)} |"
        for row in sorted(found, key=lambda row: (row.cause, row.playbook))
    ]
    return "\n\n".join(["# Fixes", reference.MADE, _about(), _totals(found), "\n".join([*head, *table])]) + "\n"


def _word(row: Row) -> str:
    return _WORDS.get(row.result, f"not proved: {row.result}")


def _about() -> str:
    return (
        "The commands of each fix are pasted into a copy of a recorded cluster with a real kubectl. The fix is "
        "*proved* if every command succeeds, the finding is gone, no other finding appears and the verify commands "
        "succeed. What controllers and kubelets do next is simulated; Google Cloud is a stand-in. A fix that *needs "
        "a value from you* has placeholders in CAPITALS; it is tried with plausible values. "
        "`python -m tests.fixes` tries them again."
    )


def _totals(found: Sequence[Row]) -> str:
    """How many of the causes with a fix for a cluster are of each class."""
    counts = Counter(row.result for row in found if row.result != IN_FILES)
    total = sum(counts.values())
    lines = ["| class | causes | share |", "| --- | --- | --- |"]
    order = [CURED, NEEDS_VALUE, UNSEEN, READS]
    for result in [*order, *sorted(counts.keys() - set(order))]:
        share = round(100 * counts[result] / total) if total else 0
        lines.append(f"| {_WORDS.get(result, f'not proved: {result}')} | {counts[result]} | {share} % |")
    in_files = sum(row.result == IN_FILES for row in found)
    lines.append(f"| in your files (`gkedoctor lint`) | {in_files} | |")
    return "\n".join(lines)
