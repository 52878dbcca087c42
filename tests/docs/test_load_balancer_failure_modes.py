"""The page on failure modes of load balancers promises nothing that no test case shows."""

from __future__ import annotations

from functools import cache

import pytest
from docs.tool.failure_modes import Row, tables

from gkedoctor.diagnose.cases import case_files, load_cases
from tests.conftest import PLAYBOOKS

ROWS = [(name, row) for name, table in tables().items() for row in table["rows"]]


@cache
def cases() -> dict[str, set[str]]:
    """The names of the test cases of each playbook, by its id."""
    files = [load_cases(file) for file in case_files([PLAYBOOKS])]
    return {file.playbook: {case.name for case in file.cases} for file in files}


@pytest.mark.parametrize(("table", "row"), ROWS, ids=[f"{name}-{row['row']}" for name, row in ROWS])
def test_a_row_names_cases_that_exist_or_says_why_not(table: str, row: Row) -> None:
    assert ("found" in row) != ("not_found" in row), table
    for found in row.get("found", ()):
        assert found["case"] in cases()[found["playbook"]]
    assert len(row.get("not_found", "a reason in words")) > 10


def test_rows_are_numbered_once_and_most_are_found() -> None:
    for table in tables().values():
        numbers = [row["row"] for row in table["rows"]]
        assert numbers == sorted(set(numbers))
    gateway = tables()["gateway"]["rows"]
    assert [row["row"] for row in gateway] == list(range(1, 43))
    assert sum("found" in row for row in gateway) >= 36
    services = tables()["services"]["rows"]
    assert [row["row"] for row in services] == list(range(1, 54))
    assert sum("found" in row for row in services) >= 48
