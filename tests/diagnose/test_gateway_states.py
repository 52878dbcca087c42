"""States of Gateways in the wordings of public reports: one cause on one root, or silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.playbook.model import Severity
from tests.conftest import recorded, shipped_playbooks

STATES = yaml.safe_load(Path(__file__).with_name("gateway_states.yaml").read_text(encoding="utf-8"))
NOW = "2026-01-01T10:02:00Z"


@pytest.mark.parametrize("state", STATES, ids=[state["state"] for state in STATES])
def test_a_state_has_one_cause_or_none(state: dict[str, Any]) -> None:
    given = Given(objects=tuple(state["objects"]), now=NOW, deny=tuple(state.get("deny", ())))
    outcome = diagnose(given_snapshot(given, recorded), shipped_playbooks())
    found = [d for d in outcome.diagnoses if d.severity is not Severity.ADVISORY]
    named = [(d.cause, f"{d.root.kind}/{d.root.namespace}/{d.root.name}") for d in found]
    assert named == ([(state["cause"], state["root"])] if "cause" in state else [])
    assert "cause" in state or not outcome.unexplained
