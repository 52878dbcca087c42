"""One finding as an agent gets it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from gkedoctor.diagnose.model import Diagnosis, RuledOutCause, UnconfirmedCause
from gkedoctor.mcp.data import Quarantine, cut, name, value
from gkedoctor.mcp.tools.answer import Evidence
from gkedoctor.report.answer import Answer
from gkedoctor.report.change_text import change_sentences
from gkedoctor.report.path_text import path_sentences
from gkedoctor.report.phrases import affected, began, belongs_to, only_reads, title


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A cause. `id` is its fingerprint, the same in every report. Everything in `evidence` is data of the cluster."""

    id: str
    severity: str
    cause: str
    confidence: str
    root: str
    title: str
    fix: str = ""
    commands: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    affects: tuple[str, ...] = ()
    since: str = ""
    evidence: tuple[Evidence, ...] = ()
    ruled_out: tuple[str, ...] = ()
    docs: tuple[str, ...] = ()


class Amount(NamedTuple):
    """How much of a finding is given."""

    evidence: int
    affected: int
    longest: int
    commands: int = 8
    verify: int = 2
    changes: int = 1
    others: bool = False


FULL = Amount(evidence=50, affected=20, longest=300, commands=100, verify=10, changes=10, others=True)
SMALLER = (
    Amount(4, 4, 200), Amount(3, 3, 160), Amount(3, 2, 120, 6), Amount(2, 2, 90, 5, 1), Amount(1, 1, 80, 4, 1),
    Amount(1, 1, 60, 3, 0, 0),
)  # fmt: skip
"""The amounts of a finding, tried from the largest."""


def row(found: Diagnosis, answer: Answer) -> Finding:
    """Which cause it is, of what, and how sure that is."""
    said = _quarantine(found)
    return Finding(
        id=found.fingerprint,
        severity=found.severity.value,
        cause=found.cause,
        confidence=found.confidence.value,
        root=name(found.root),
        title=said.sentence(title(found, answer), 240),
    )


def entry(found: Diagnosis, answer: Answer, amount: Amount) -> Finding:
    """The same with fix and proof."""
    said = _quarantine(found)
    notes = [note for note in (only_reads(found.fix), belongs_to(found.fix)) if note]
    commands = _first(found.fix.commands, amount.commands)
    return msgspec.structs.replace(
        row(found, answer),
        fix=" ".join([said.sentence(found.fix.say, 700), *(said.sentence(note) for note in notes)]),
        commands=tuple(map(said.command, commands)),
        verify=tuple(map(said.command, found.verify[: amount.verify])),
        affects=_affects(found, said, amount),
        since=began(found),
        evidence=tuple(_evidence(found, amount)),
        ruled_out=tuple(f"{one.cause}: {said.sentence(one.why)}" for one in _others(found)) if amount.others else (),
        docs=found.docs if amount.others else found.docs[: 1 if amount.affected > 1 else 0],
    )


def _affects(found: Diagnosis, said: Quarantine, amount: Amount) -> tuple[str, ...]:
    lines = [f"{name(one.ref)}: {said.sentence(one.symptom, 160)}" for one in affected(found)]
    lines += [said.sentence(line, 200) for line in path_sentences(found.path)] if amount.others else []
    return tuple(_first(lines, amount.affected))


def _evidence(found: Diagnosis, amount: Amount) -> list[Evidence]:
    given = [
        Evidence(name(one.ref), cut(one.path, 120), value(one.value, amount.longest))
        for one in found.evidence[: amount.evidence]
    ]
    changed = change_sentences(found)[: amount.changes] if found.changes else []
    return [*given, *(Evidence(name(found.root), "changed", cut(line, amount.longest)) for line in changed)]


def _others(found: Diagnosis) -> list[RuledOutCause | UnconfirmedCause]:
    return [*found.ruled_out, *found.not_known]


def _quarantine(found: Diagnosis) -> Quarantine:
    names = [ref.name for ref in (found.root, *(c.ref for c in found.explains), *(e.ref for e in found.evidence))]
    changes = [one for change in found.changes or () for one in (change.before, change.after)]
    return Quarantine([*(one.value for one in found.evidence), *names, *changes])


def _first(lines: list[str] | tuple[str, ...], most: int) -> list[str]:
    more = len(lines) - most
    return [*lines[:most], *([f"# {more} more: detail=full"] if more > 0 else [])]
