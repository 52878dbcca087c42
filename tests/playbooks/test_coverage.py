"""Cases confirm every cause of their playbook and hit every rule-out; one is silent, one lacks a listing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gkedoctor.diagnose.cases import load_cases
from gkedoctor.diagnose.coverage import untested
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import TEST_SUFFIX
from tests.conftest import recorded, shipped_playbooks


@pytest.mark.parametrize("playbook", shipped_playbooks(), ids=lambda p: p.id)
def test_cases_reach_all_of_the_playbook(playbook: CompiledPlaybook) -> None:
    path = Path(playbook.path)
    cases = load_cases(path.with_name(path.stem + TEST_SUFFIX)).cases
    assert untested(playbook, cases, recorded) == []
