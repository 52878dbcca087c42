"""Which findings are the same, and what a saved report tells."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from gkedoctor.compare.comparison import compare
from gkedoctor.compare.inputs import ComparedFinding, ComparisonInput, saved_report
from gkedoctor.compare.match import match_findings
from gkedoctor.errors import SourceError
from gkedoctor.graph import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.playbook.vocabulary import Vocabulary
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page
from gkedoctor.report.formats.json import render
from tests.report.outcomes import SICK

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def found(
    fingerprint: str, name: str, *, suppressed: bool = False, cause: str | None = "node-not-ready"
) -> ComparedFinding:
    severity = Severity.HIGH if cause else None
    return ComparedFinding(fingerprint, Ref("Node", name), f"{name} is ill", "GKE-NOD-001", cause, severity, suppressed)


def side(*items: ComparedFinding, cluster: str | None = None, at: datetime = NOON) -> ComparisonInput:
    return ComparisonInput("s", cluster, None, None, at, True, frozenset(), items)


def names(items: tuple[ComparedFinding, ...]) -> list[str]:
    return [item.root.name for item in items]


def test_the_node_that_stayed_ill_stays_whatever_its_number() -> None:
    result = match_findings(side(found("f", "a"), found("f-2", "b")), side(found("f", "b")))
    assert (names(result.new), names(result.fixed), names(result.same)) == ([], ["a"], ["b"])


def test_a_node_under_another_name_is_the_same_fault() -> None:
    result = match_findings(side(found("f", "a"), found("f-2", "b")), side(found("f", "b"), found("f-2", "c")))
    assert (names(result.new), names(result.fixed), names(result.same)) == ([], [], ["b", "c"])
    assert result.known == {"f", "f-2"}


def test_one_more_of_a_kind_is_new() -> None:
    result = match_findings(side(found("f", "a")), side(found("f", "a"), found("f-2", "b")))
    assert (names(result.new), names(result.same)) == (["b"], ["a"])


def test_what_is_suppressed_is_neither_new_nor_fixed() -> None:
    result = match_findings(side(found("f", "a")), side(found("f", "a", suppressed=True)))
    assert (result.new, result.fixed, result.same) == ((), (), ())
    result = match_findings(side(found("f", "a", suppressed=True)), side(found("f", "a")))
    assert (names(result.new), names(result.same)) == ([], ["a"])


def test_a_saved_report_is_a_side(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(render(Answer(SICK), Page()), encoding="utf-8")
    saved = saved_report(path)
    assert saved is not None
    assert [(f.fingerprint, str(f.root), f.cause) for f in saved.found] == [
        ("6f1c0a9e4b7d2c35", "Secret/shop/shop-db", "missing-secret"),
        ("container etl restarts again and again", "Pod/batch/etl-0", None),
    ]
    assert "events" in saved.holes
    assert compare(saved, saved, Vocabulary()).notes == (
        f"objects were not compared: {path} and {path} has findings only",
    )


def test_a_report_whose_keys_are_sorted_is_one_too(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    big = msgspec.structs.replace(SICK, source="x" * 9000)
    path.write_bytes(msgspec.json.encode(msgspec.json.decode(render(Answer(big), Page())), order="sorted"))
    assert saved_report(path) is not None


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "List", "items": []}', "not json"])
def test_other_files_are_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    assert saved_report(path) is None
    assert saved_report(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"schema": "gkedoctor/report/v2"}', "newer"),
        ('{"schema": "gkedoctor/report/v1", "diag', "not a complete report"),
    ],
)
def test_reports_that_cannot_be_read(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=says):
        saved_report(path)


def test_other_clusters_and_a_clock_that_runs_back_are_said() -> None:
    earlier = side(cluster="b", at=datetime(2025, 1, 1, tzinfo=UTC))
    notes = compare(side(cluster="a"), earlier, Vocabulary()).notes
    assert "different clusters: cluster a before, b after" in notes[0]
    assert "recorded before the first" in notes[1]
