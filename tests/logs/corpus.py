"""The corpus of logs: real sentences of programs after public sources, with what each log says.

`failures-*.log`: logs of runs that ended. A case begins with `== KIND [HOST] | SOURCE`; KIND is what the telling entry
reports (`none`: a fault of the program itself), HOST what could not be reached. `>>` marks the telling line; where
there are several, each is right. `healthy-*.log`: runs that serve or ended well, behind `== NAME`. The files with
`held-out` in their name are only scored, never looked at to make the reader better: they say what it does on others.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from gkedoctor.graph.workloads.logs.faults import Fault, fault_of
from gkedoctor.graph.workloads.logs.lines import read_line
from gkedoctor.graph.workloads.logs.telling import Reading, complaints, read_run

FOLDER = Path(__file__).parent
MARK = ">>"


class Case(NamedTuple):
    """One log. `telling`: the lines of which each is right; none where nothing is wrong."""

    place: str
    kind: str
    host: str
    lines: tuple[str, ...]
    telling: tuple[str, ...]


def cases(pattern: str) -> list[Case]:
    """The cases of the files that fit a pattern."""
    return [case for path in sorted(FOLDER.glob(pattern)) for case in _cases(path)]


def _cases(path: Path) -> list[Case]:
    found = []
    for block in path.read_text(encoding="utf-8").split("\n== ")[0:]:
        head, _, body = block.removeprefix("== ").partition("\n")
        words = head.partition(" | ")[0].split()
        lines = [line.removeprefix(MARK) for line in body.rstrip("\n").split("\n")]
        telling = tuple(line.removeprefix(MARK) for line in body.split("\n") if line.startswith(MARK))
        is_failure = path.name.startswith("failures")
        kind, host = (words[0], words[1] if len(words) > 1 else "") if is_failure else ("none", "")
        found.append(Case(f"{path.name}: {head[:60]} {lines[-1][:40]}", kind, host, tuple(lines), telling))
    return found


class Answer(NamedTuple):
    """What the reader makes of a case."""

    reading: Reading
    fault: Fault | None

    @property
    def kind(self) -> str:
        """The kind of fault, `none` without one."""
        return self.fault.kind if self.fault else "none"

    @property
    def host(self) -> str:
        """The host that could not be reached."""
        return (self.fault and self.fault.connection and self.fault.connection.host) or ""


def answer(case: Case) -> Answer:
    """The answer for a run that ended."""
    reading = read_run(case.lines)
    return Answer(reading, fault_of(reading.chain, before=reading.before) if reading.proves else None)


def is_telling(case: Case, reading: Reading) -> bool:
    """Whether the sentence of the reading stands in a line that is marked."""
    if not reading.proves:
        return False
    for line in case.telling:
        read = read_line(line)
        if reading.line in (line.strip(), *(text.strip() for text in (read.text, *read.more))):
            return True
    return False


def false_alarm(case: Case) -> Fault | None:
    """What the reader takes for a fault in the log of a run that is well, whether it goes on or ended."""
    reading = read_run(case.lines)
    ended = fault_of(reading.chain) if reading.proves else None
    return ended or fault_of(complaints(case.lines))


class Figures(NamedTuple):
    """Ratios. `telling`: failures whose telling line is right; `precision` and `recall` of the kinds but `none`;
    `hosts`: right ones of those that are named; `silent`: healthy logs without a false alarm."""

    telling: float
    precision: float
    recall: float
    hosts: float
    silent: float


def figures(failures: list[Case], healthy: list[Case]) -> Figures:
    """The figures of a part of the corpus."""
    answers = [(case, answer(case)) for case in failures]
    said = [(case, found) for case, found in answers if found.kind != "none"]
    asked = [(case, found) for case, found in answers if case.kind != "none"]
    right = sum(case.kind == found.kind for case, found in said)
    named = [(case, found) for case, found in answers if case.host]
    return Figures(
        sum(is_telling(case, found.reading) for case, found in answers) / len(answers),
        right / len(said),
        right / len(asked),
        sum(case.host == found.host for case, found in named) / len(named),
        sum(false_alarm(case) is None for case in healthy) / len(healthy),
    )
