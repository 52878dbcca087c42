"""Which findings of two sides are the same fault."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from gkedoctor.compare.inputs import ComparedFinding, ComparisonInput, diagnosed
from gkedoctor.diagnose.model import Outcome


@dataclass(frozen=True)
class MatchedFindings:
    """What came, went and stayed. Findings that are suppressed on their side are in none of the lists."""

    new: tuple[ComparedFinding, ...]
    fixed: tuple[ComparedFinding, ...]
    same: tuple[ComparedFinding, ...]
    known: frozenset[str]
    """The fingerprints, as the later side has them, of all that the earlier side has too."""


def match_findings(before: ComparisonInput, after: ComparisonInput) -> MatchedFindings:
    """Pairs by cause and root first, then by fingerprint: of three Nodes of one pool, the one that stayed stays."""
    old, new = list(before.found), list(after.found)
    pairs = [*_pairs(old, new, _exact), *_pairs(old, new, _lasting)]
    same = {id(later) for _, later in pairs}
    return MatchedFindings(
        new=tuple(f for f in new if not f.suppressed),
        fixed=tuple(f for f in old if not f.suppressed),
        same=tuple(f for f in after.found if id(f) in same and not f.suppressed),
        known=frozenset(later.fingerprint for _, later in pairs),
    )


def known(baseline: ComparisonInput, outcome: Outcome) -> frozenset[str]:
    """The fingerprints that the baseline has too; of symptoms without a cause those of all Pods of a workload."""
    matched = match_findings(baseline, diagnosed(outcome.source, outcome)).known
    bases = {one.partition("-")[0] for one in matched}
    return matched | {u.fingerprint for u in outcome.unexplained if u.fingerprint.partition("-")[0] in bases}


def _exact(found: ComparedFinding) -> Hashable:
    return (found.cause, found.root) if found.cause is not None else (found.base,)


def _lasting(found: ComparedFinding) -> Hashable:
    return found.base


def _pairs(
    old: list[ComparedFinding], new: list[ComparedFinding], key: Callable[[ComparedFinding], Hashable]
) -> Sequence[tuple[ComparedFinding, ComparedFinding]]:
    """Pairs of equal key, taken out of both lists."""
    waiting: dict[Hashable, list[ComparedFinding]] = {}
    for found in old:
        waiting.setdefault(key(found), []).append(found)
    pairs = []
    for found in list(new):
        partners = waiting.get(key(found))
        if partners:
            partner = partners.pop(0)
            pairs.append((partner, found))
            old.remove(partner)
            new.remove(found)
    return pairs
