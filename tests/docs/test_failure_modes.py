"""The table of failure modes of Services names playbooks and cases that exist."""

from __future__ import annotations

from functools import cache

import yaml

from tests.conftest import PLAYBOOKS, ROOT

ROWS = yaml.safe_load((ROOT / "docs" / "failure-modes-of-services.yaml").read_text(encoding="utf-8"))["rows"]


@cache
def _cases() -> dict[str, set[str]]:
    files = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in PLAYBOOKS.glob("*/*.test.yaml"))
    return {file["playbook"]: {case["name"] for case in file["cases"]} for file in files}


def test_every_row_names_a_case_or_says_why_not() -> None:
    assert [r["row"] for r in ROWS] == [*range(1, 36), *range(46, 54)]
    for row in ROWS:
        assert row.get("missing") or row["case"] in _cases()[row["playbook"]], row


def test_most_rows_are_found() -> None:
    assert sum("case" in row for row in ROWS) >= 38
