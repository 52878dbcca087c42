"""Healthy namespaces beside a broken one change nothing of what is said about it."""

from __future__ import annotations

import json

import pytest

from gkedoctor.diagnose.cases import CLOCK
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.model import Severity
from tests.conftest import RECORDINGS, diagnosed, recorded, shipped_playbooks
from tests.diagnose.merging import merged
from tests.healthy.loading import SAMPLE, healthy

BROKEN = sorted(p.parent.name for p in RECORDINGS.glob("*/truth.json") if not (p.parent / "gcp").is_dir())


def _told(outcome: Outcome) -> set[tuple[str, str, str, str]]:
    return {
        (d.cause, str(d.root), str(d.severity), json.dumps(sorted(str(c.ref) for c in d.explains)))
        for d in outcome.diagnoses
        if d.severity is not Severity.ADVISORY
    }


@pytest.mark.parametrize("name", BROKEN)
def test_healthy_neighbours_change_no_diagnosis(name: str) -> None:
    alone = diagnosed(name)
    together = diagnose(
        merged([recorded(name), *(healthy(n, f"{n.rpartition('/')[2]}-") for n in SAMPLE)], clock=CLOCK),
        shipped_playbooks(),
    )
    assert _told(together) == _told(alone)
    assert {str(u.ref) for u in together.unexplained} == {str(u.ref) for u in alone.unexplained}
