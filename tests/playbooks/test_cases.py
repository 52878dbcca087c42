"""Every case beside a playbook, as one test; and that every playbook is covered by its cases."""

from __future__ import annotations

import pytest

from gkedoctor.diagnose.cases import Case, case_files, load_cases, run_case
from tests.conftest import PLAYBOOKS, recorded, shipped_playbooks

CASES = [
    pytest.param(file.playbook, case, id=f"{file.playbook}: {case.name}")
    for file in map(load_cases, case_files([PLAYBOOKS]))
    for case in file.cases
]


@pytest.mark.parametrize(("playbook", "case"), CASES)
def test_case(playbook: str, case: Case) -> None:
    result = run_case(playbook, case, shipped_playbooks(), recorded)
    if case.todo:
        pytest.xfail("; ".join(result.failures) or "known gap")
    assert not result.failures, "\n".join(result.failures)
