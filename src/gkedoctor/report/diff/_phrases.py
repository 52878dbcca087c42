"""What the formats of a comparison say alike."""

from __future__ import annotations

from datetime import datetime

from gkedoctor.compare.comparison import Comparison
from gkedoctor.compare.inputs import ComparedFinding
from gkedoctor.compare.rank import RankedChange
from gkedoctor.report.escaping import inert
from gkedoctor.report.phrases import at_moment


def closing(comparison: Comparison) -> str:
    """One line: how many are new, fixed and still there, between which moments."""
    counts = f"{len(comparison.new)} new, {len(comparison.fixed)} fixed, {len(comparison.same)} still there"
    suppressed = f", {comparison.suppressed} suppressed" if comparison.suppressed else ""
    before, after = comparison.before, comparison.after
    of = f" of {inert(after.cluster)}" if after.cluster and before.cluster in (None, after.cluster) else ""
    between = f"from {_moment(before.recorded_at)} to {_moment(after.recorded_at)}"
    return f"{counts}{suppressed}{of}, {between}"


def _moment(time: datetime) -> str:
    return at_moment(time).removeprefix("at ")


def behind(found: ComparedFinding, comparison: Comparison) -> list[RankedChange]:
    """The changes that may have caused a new finding, the most likely first."""
    return [s for s in comparison.changes if found.fingerprint in s.fingerprints]


def mark(found: ComparedFinding) -> str:
    """`high[GKE-CFG-001]`, or what stands in its place for a symptom without a cause."""
    return f"{found.severity}[{found.playbook}]" if found.severity else "symptom without a known cause"
