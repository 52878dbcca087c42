"""Healthy clusters, and harmlessly untidy ones: gkedoctor has nothing to say but the advisories named in the file."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.playbook.model import Severity
from tests.conftest import shipped_playbooks
from tests.healthy.loading import NAMES, healthy, written

UNWANTED = {
    "installs/managed-namespaces": "GKE keeps the managed Alertmanager at zero until it is configured",
}
"""Where an advisory helps nobody, and why; a case that passes has to leave this table."""


def _case(name: str) -> Any:
    marks = [pytest.mark.xfail(reason=UNWANTED[name], strict=True)] if name in UNWANTED else []
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [_case(n) for n in NAMES])
def test_healthy_cluster_is_met_with_silence(name: str) -> None:
    snapshot = healthy(name)
    assert not [m for c in snapshot.collections.values() for m in c.state.malformed.items()]
    outcome = diagnose(snapshot, shipped_playbooks())
    told = [d for d in outcome.diagnoses if d.severity is not Severity.ADVISORY]
    assert not told, [f"{d.severity} {d.cause}: {d.title}" for d in told]
    assert not outcome.unexplained, [f"{u.ref}: {u.symptom}" for u in outcome.unexplained]
    advised = sorted(f"{d.cause} {d.root}" for d in outcome.diagnoses)
    assert advised == sorted(written(name).get("advisories") or [])
