"""What a command compares with: a snapshot that is diagnosed now, or a report that was saved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gkedoctor.compare.side import Side, diagnosed, saved_report
from gkedoctor.config.model import Rule
from gkedoctor.config.suppress import suppress
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.playbook.library import Library
from gkedoctor.snapshot.model import notes_on_values
from gkedoctor.snapshot.sources import load


def side(path: Path, playbooks: Library, rules: Sequence[Rule]) -> tuple[Side, tuple[str, ...]]:
    """One side, and what its suppressions have to say."""
    saved = saved_report(path)
    if saved is not None:
        return saved, ()
    snapshot = load(path)
    sifted = suppress(diagnose(snapshot, playbooks), snapshot, rules, playbooks)
    hushed = [one.finding for one in sifted.suppressed]
    notes = (*sifted.notes, *notes_on_values(snapshot.manifest))
    return diagnosed(str(path), sifted.outcome, hushed, snapshot), notes
