"""All recordings merged into one big cluster give the same causes as one by one: no more, no fewer.

Those that were rebuilt from documents stay apart: several are of one namespace, and would overwrite each other.
"""

from __future__ import annotations

import json

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.model import Severity
from tests.conftest import REBUILT, RECORDINGS, diagnosed, recorded, shipped_playbooks
from tests.diagnose.merging import merged

NAMES = sorted(p.parent.name for p in RECORDINGS.glob("*/truth.json") if not (p.parent / "gcp").is_dir())
BEFORE = {json.loads((RECORDINGS / n / "truth.json").read_text()).get("before") for n in NAMES}


def causes(outcome: Outcome) -> set[tuple[str, str]]:
    return {(d.cause, str(d.root)) for d in outcome.diagnoses if d.severity is not Severity.ADVISORY}


def test_merged_recordings_give_the_causes_of_each() -> None:
    names = [n for n in NAMES if n not in BEFORE]
    one_by_one = {c for name in names for c in causes(diagnosed(name))}
    together = diagnose(merged(recorded(name) for name in names), shipped_playbooks())
    assert causes(together) == one_by_one
    assert not together.unexplained


def test_merged_load_balancers_give_the_causes_of_each() -> None:
    """The recordings with a Google Cloud side. Not the leftovers: their cluster is gone, and here it lives."""
    names = sorted({p.parent.name for p in RECORDINGS.glob("*/gcp") if (p.parent / "kubernetes").is_dir()} - REBUILT)
    one_by_one = {c for name in names for c in causes(diagnosed(name))}
    together = diagnose(merged((recorded(name) for name in names), clouds=True), shipped_playbooks())
    assert len(names) > 12
    assert causes(together) == one_by_one
    assert not together.unexplained


def test_all_recordings_in_one_project_give_the_causes_of_each() -> None:
    names = [n for n in sorted(p.parent.name for p in RECORDINGS.glob("*/kubernetes")) if n not in {*BEFORE, *REBUILT}]
    one_by_one = {c for name in names for c in causes(diagnosed(name))}
    together = diagnose(merged((recorded(name) for name in names), clouds=True), shipped_playbooks())
    assert causes(together) == one_by_one
    assert not together.unexplained
