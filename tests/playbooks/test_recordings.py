"""Every recording without a Google Cloud side: the true cause first, nothing false beside it, symptoms in place."""

from __future__ import annotations

import json

import pytest

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.playbook.model import Severity
from tests.conftest import RECORDINGS, diagnosed

NAMES = sorted(p.parent.name for p in RECORDINGS.glob("*/truth.json") if not (p.parent / "gcp").is_dir())


def short(diagnosis: Diagnosis) -> tuple[str, str]:
    return diagnosis.cause, f"{diagnosis.root.kind}/{diagnosis.root.name}"


@pytest.mark.parametrize("name", NAMES)
def test_recording_gives_its_true_cause_and_no_other(name: str) -> None:
    truth = json.loads((RECORDINGS / name / "truth.json").read_text())
    outcome = diagnosed(name)
    found = [d for d in outcome.diagnoses if d.severity is not Severity.ADVISORY]
    wanted = {tuple(r) for r in truth.get("roots") or ([[truth["cause"], truth["root"]]] if truth["cause"] else [])}
    causes = {c for c, _ in wanted} | set(truth.get("accept_causes", []))
    roots = {r for _, r in wanted} | set(truth.get("accept_roots", []))
    assert len(found) == len(wanted), [short(d) for d in found]
    for diagnosis in found:
        cause, root = short(diagnosis)
        assert cause in causes
        assert root in roots or diagnosis.root.kind in roots
    placed = {f"{r.kind}/{r.name}" for d in found for r in (d.root, *(c.ref for c in d.explains))}
    assert set(truth["symptoms"]) <= placed
    assert not outcome.unexplained
