"""One finding as text: title, fix, since and affected, evidence, other possible causes. It needs no color."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from gkedoctor.diagnose.model import Diagnosis, ResolvedEvidence
from gkedoctor.graph import Ref
from gkedoctor.report.answer import Answer
from gkedoctor.report.change_text import change_sentences, likeliest_change
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import NARROW, WIDE, Page
from gkedoctor.report.paint import Paint
from gkedoctor.report.path_text import compact_lines, path_sentences
from gkedoctor.report.phrases import affected, all_commands, belongs_to, in_file, only_reads, place, since, title, value
from gkedoctor.report.wrap import columns, command_lines, wrapped

LONGEST_LIST = 20
"""Lines of one list at most; the JSON report has all of them."""

SHORT = 22
"""Lines of a finding without --details at 100 columns: with the verdict below it, it fits a screen of 25 lines."""

_MOST_COMMANDS = 8
_LABEL, _ITEM, _MORE = "  ", "    ", "      "
_COMMAND = "      "
"""Commands stand without a sign in front, so that a block can be copied and pasted whole."""


class _Amount(NamedTuple):
    """How much of a finding is shown."""

    evidence: int
    affected: int
    longest_value: int
    links: int = 1
    in_full: bool = False


_FULL = _Amount(evidence=100, affected=LONGEST_LIST, longest_value=300, links=100, in_full=True)
_SHORTER = (
    _Amount(4, 4, 140), _Amount(3, 3, 110), _Amount(2, 3, 90), _Amount(2, 2, 70), _Amount(2, 1, 70),
    _Amount(1, 1, 70), _Amount(1, 1, 60, links=0),
)  # fmt: skip
"""The amounts of a finding on a screen, tried from the largest."""


def finding_lines(found: Diagnosis, answer: Answer, page: Page, most: int = SHORT) -> list[str]:
    """The lines of a finding; in full with `--details` and where one object was named. `most`: lines, if possible."""
    block = _Block(found, answer, page)
    if page.details or answer.advice_in_full:
        return list(block.lines(_FULL))
    versions = (list(block.lines(amount)) for amount in _SHORTER)
    shortest: list[str] = []
    for shortest in versions:
        if len(shortest) <= most * WIDE // min(page.width, WIDE):
            break
    return shortest


def located(found: Diagnosis) -> str:
    """`shop/cart.yaml:12:9: ` in front of what stands in a file, as compilers do, so that editors can jump to it."""
    return f"{in_file(found.location)}: " if found.location is not None else ""


class _Block:
    """The parts of one finding on one page."""

    def __init__(self, found: Diagnosis, answer: Answer, page: Page) -> None:
        self.found, self.answer, self.page = found, answer, page
        self.paint = Paint(page.colour)
        commands = all_commands(found)
        self.command = "" if any("\n" in command.rstrip("\n") for command in commands) else _COMMAND
        """All commands of a finding are indented alike: not at all where a here-document has to end at the margin."""

    def lines(self, amount: _Amount) -> Iterator[str]:
        """In the order in which they are needed."""
        found = self.found
        yield from self._head()
        yield from self._fix(amount)
        yield from self._labelled("Since", [since(found.since)] if found.since else [])
        yield from self._changes(in_full=amount.in_full)
        suffer = [f"{c.ref}: {c.symptom}" for c in affected(found)]
        yield from self._labelled("Affected", _first(suffer, amount.affected))
        yield from self._path(amount)
        yield from self._evidence(amount)
        yield from self._others(amount)
        yield from self._labelled("Documentation", found.docs[: amount.links])

    def _changes(self, *, in_full: bool) -> Iterator[str]:
        """The recorded changes that it stands on: all, or the likeliest."""
        if in_full and len(self.found.changes or ()) > 1:
            yield from self._labelled("Changed", change_sentences(self.found))
        else:
            yield from self._labelled(*likeliest_change(self.found))

    def _head(self) -> Iterator[str]:
        found, cluster = self.found, self.answer.outcome.cluster
        new = "new " if self.answer.is_new(found.fingerprint) else ""
        mark, at = f"{new}{found.severity}[{found.playbook}]:", located(found)
        first, *more = wrapped(inert(title(found, self.answer)), self.page.width, f"{at}{mark} ", "  ")
        yield at + self.paint.severity(mark, found.severity) + first[len(at) + len(mark) :]
        yield from more
        parts = [part for part in (inert(cluster or ""), place(found.root)) if part]
        whole = f"  --> {'  '.join(parts)}"
        fits = self.page.width >= NARROW or columns(whole) <= self.page.width
        yield from [whole] if fits else wrapped(" ".join(parts), 1, "  --> ", "      ")

    def _fix(self, amount: _Amount) -> Iterator[str]:
        fix = self.found.fix
        yield from self._labelled("Fix", [fix.say])
        yield from self._text(only_reads(fix))
        most = len(fix.commands) if amount.in_full else _MOST_COMMANDS
        yield from self._commands(fix.commands[:most])
        if len(fix.commands) > most:
            yield f"{self.command}# and {len(fix.commands) - most} more commands: --details"
        for way in fix.alternatives:
            yield from self._labelled("Or", [way.say])
            yield from self._commands(way.commands)
        yield from self._text(belongs_to(fix))
        if self.found.verify:
            yield _LABEL + self.paint.label("Verify:")
        watch = (f"gkedoctor verify {self.found.fingerprint[:8]}",) if self.answer.outcome.live else ()
        yield from self._commands((*self.found.verify, *watch))

    def _text(self, text: str) -> Iterator[str]:
        if text:
            yield from wrapped(text, self.page.width, _LABEL, _ITEM)

    def _path(self, amount: _Amount) -> Iterator[str]:
        """The request path that the fault blocks: whole, or where it stops."""
        if not amount.in_full:
            yield from self._labelled("Request path", path_sentences(self.found.path))
        elif self.found.path:
            yield _LABEL + self.paint.label("Request path:")
            yield from (f"{_ITEM}{line}" for line in compact_lines(self.found.path, self.page.width - len(_ITEM)))

    def _evidence(self, amount: _Amount) -> Iterator[str]:
        found = self.found
        shown = found.evidence[: amount.evidence]
        head = f"Evidence (cause {inert(found.cause)}, {found.confidence}):"
        first, *more_of_head = wrapped(head, self.page.width, _LABEL, _ITEM)
        yield _LABEL + self.paint.label("Evidence") + first[len(_LABEL) + len("Evidence") :]
        yield from more_of_head
        for ref, proofs in groupby(shown, key=lambda p: p.ref):
            yield from (self._proofs if amount.in_full else self._brief)(ref, list(proofs), amount)
        more = len(found.evidence) - len(shown)
        if more > 0:
            yield f"{_ITEM}and {more} more (--details)"

    def _proofs(self, ref: Ref, proofs: Sequence[ResolvedEvidence], amount: _Amount) -> Iterator[str]:
        """The name of an object, then the fields with their values."""
        yield f"{_ITEM}{inert(str(ref))}"
        for proof in proofs:
            label = f" ({inert(proof.label)})" if proof.label else ""
            line = f"{inert(proof.path)}: {value(proof.value, amount.longest_value)}{label}"
            yield from wrapped(line, self.page.width, _MORE, _MORE + "  ")

    def _brief(self, ref: Ref, proofs: Sequence[ResolvedEvidence], amount: _Amount) -> Iterator[str]:
        """One line a value: what it is by its label, else by its field."""
        for proof in proofs:
            field = "" if proof.label else f" {inert(proof.path)}"
            label = f" ({inert(proof.label)})" if proof.label else ""
            line = f"{inert(str(ref))}{field}: {value(proof.value, amount.longest_value)}{label}"
            yield from wrapped(line, self.page.width, _ITEM, _MORE)

    def _others(self, amount: _Amount) -> Iterator[str]:
        found = self.found
        if amount.in_full:
            told = [f"{r.cause} (ruled out): {r.why}" for r in found.ruled_out]
            told += [f"{n.cause} (not checked): {n.why}" for n in found.not_known]
            yield from self._labelled("Other possible causes", told)
            return
        brief = [f"{n.cause} (not checked: {n.why})" for n in found.not_known[:2]]
        brief += [f"{len(found.not_known) - 2} more not checked"] if len(found.not_known) > 2 else []
        brief += [f"{len(found.ruled_out)} ruled out"] if found.ruled_out else []
        yield from self._labelled("Other possible causes", [", ".join(brief)] if brief else [])

    def _labelled(self, label: str, items: Sequence[str]) -> Iterator[str]:
        """`Label: item`; several items stand below it, one a line."""
        if len(items) == 1:
            first, *more = wrapped(f"{label}: {inert(items[0])}", self.page.width, _LABEL, _ITEM)
            yield _LABEL + self.paint.label(f"{label}:") + first[len(_LABEL) + len(label) + 1 :]
            yield from more
        elif items:
            yield _LABEL + self.paint.label(f"{label}:")
            for item in items:
                yield from wrapped(inert(item), self.page.width, _ITEM, _MORE)

    def _commands(self, commands: Sequence[str]) -> Iterator[str]:
        for command in commands:
            shown = "\n".join(inert(line) for line in command.rstrip("\n").split("\n"))
            yield from command_lines(shown, self.page.width, self.command)


def _first(items: Sequence[str], most: int) -> list[str]:
    more = len(items) - most
    return [*items[:most], f"and {more} more"] if more > 0 else list(items)
