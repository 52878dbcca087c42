"""A comparison of two moments, each a recording that is diagnosed now or a report that was saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gkedoctor.compare.comparison import Comparison, compare
from gkedoctor.compare.inputs import ComparisonInput, diagnosed, saved_report
from gkedoctor.config.model import SuppressionRule
from gkedoctor.config.suppress import suppress
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.limits import DEFAULT, Limits
from gkedoctor.playbook.library import Library
from gkedoctor.snapshot.model import notes_on_values
from gkedoctor.snapshot.sources import load


def compare_recordings(
    before: Path, after: Path, library: Library, rules: Sequence[SuppressionRule] = (), limits: Limits = DEFAULT
) -> Comparison:
    """What is new, what is fixed, and which change most probably broke it. SourceError where one cannot be read."""
    first, _ = read_side(before, library, rules, limits)
    second, notes = read_side(after, library, rules, limits)
    found = compare(first, second, library.causes)
    return replace(found, notes=(*found.notes, *notes))


def read_side(
    path: Path, library: Library, rules: Sequence[SuppressionRule], limits: Limits = DEFAULT
) -> tuple[ComparisonInput, tuple[str, ...]]:
    """One side, and the notes of its suppressions and of its manifest."""
    saved = saved_report(path)
    if saved is not None:
        return saved, ()
    snapshot = load(path, limits=limits)
    sifted = suppress(diagnose(snapshot, library), snapshot, rules, library)
    hidden = [one.finding for one in sifted.suppressed]
    notes = (*sifted.notes, *notes_on_values(snapshot.manifest))
    return diagnosed(str(path), sifted.outcome, hidden, snapshot), notes
