"""Two sides compared: what is new, fixed and still there, and the changes that the new causes stand on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gkedoctor.compare.changes import changes, not_comparable
from gkedoctor.compare.inputs import ComparedFinding, ComparisonInput
from gkedoctor.compare.match import match_findings
from gkedoctor.compare.rank import RankedChange, ranked
from gkedoctor.graph import Graph
from gkedoctor.playbook.vocabulary import Vocabulary
from gkedoctor.snapshot.model import Snapshot


@dataclass(frozen=True)
class Comparison:
    """The later side against the earlier one. `notes` say what could not be compared."""

    before: ComparisonInput
    after: ComparisonInput
    new: tuple[ComparedFinding, ...]
    fixed: tuple[ComparedFinding, ...]
    same: tuple[ComparedFinding, ...]
    changes: tuple[RankedChange, ...]
    notes: tuple[str, ...]

    @property
    def suppressed(self) -> int:
        """How many findings of the later side are suppressed."""
        return sum(found.suppressed for found in self.after.found)

    @property
    def new_holes(self) -> frozenset[str]:
        """Collections that only the later side could not look at."""
        return self.after.holes - self.before.holes


def compare(before: ComparisonInput, after: ComparisonInput, causes: Vocabulary) -> Comparison:
    """The comparison of two sides. `causes`: by which changes one most often comes about."""
    matched = match_findings(before, after)
    suspicions, notes = _changes(before, after, matched.new, causes)
    return Comparison(
        before, after, matched.new, matched.fixed, matched.same, tuple(suspicions), (*_doubts(before, after), *notes)
    )


def _changes(
    before: ComparisonInput, after: ComparisonInput, new: tuple[ComparedFinding, ...], causes: Vocabulary
) -> tuple[list[RankedChange], list[str]]:
    if before.snapshot is None or after.snapshot is None:
        reports = [side.source for side in (before, after) if side.snapshot is None]
        return [], [f"objects were not compared: {' and '.join(reports)} has findings only"]
    diagnoses = [found.diagnosis for found in new if found.diagnosis is not None]
    if not diagnoses:
        return [], []
    graphs = (Graph(before.snapshot), Graph(after.snapshot))
    return ranked(diagnoses, changes(*graphs), graphs, causes), list(_uncompared(before.snapshot, after.snapshot))


def _uncompared(before: Snapshot, after: Snapshot) -> Iterator[str]:
    names = not_comparable(before, after)
    if names:
        yield f"not compared, because only one of the two has them: {', '.join(names)}"


def _doubts(before: ComparisonInput, after: ComparisonInput) -> Iterator[str]:
    for field in ("cluster", "project", "location"):
        one, other = getattr(before, field), getattr(after, field)
        if one and other and one != other:
            yield f"these are different clusters: {field} {one} before, {other} after"
            break
    if after.recorded_at < before.recorded_at:
        yield "the second was recorded before the first: new and fixed are as the order of the arguments says"
