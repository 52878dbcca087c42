"""`import`, `schema` and `playbooks`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gkedoctor import shipped
from gkedoctor.errors import ExitCode

from .conftest import Gkedoctor

FAULTY = shipped.recorded_clusters() / "two-problems"
PLAYBOOK = shipped.playbooks() / "config" / "configuration-missing.yaml"


def copied(tmp_path: Path, *, old: str = "", new: str = "", cases: bool = True) -> Path:
    """A shipped playbook under an id of its own, with a change."""
    text = PLAYBOOK.read_text(encoding="utf-8").replace("GKE-CFG-001", "GKE-CFG-901").replace(old, new, 1)
    path = tmp_path / "GKE-CFG-901.yaml"
    path.write_text(text, encoding="utf-8")
    if cases:
        (tmp_path / "GKE-CFG-901.test.yaml").write_text("playbook: GKE-CFG-901\ncases: []\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["cluster.gkesnap", "cluster"])
def test_an_imported_recording_gives_the_same_findings(gkedoctor: Gkedoctor, tmp_path: Path, name: str) -> None:
    imported = gkedoctor("import", FAULTY, "-o", tmp_path / name)
    assert (imported.code, imported.out) == (ExitCode.OK, "")
    assert gkedoctor("report", "--from", tmp_path / name).out == gkedoctor("report", "--from", FAULTY).out


def test_import_says_in_two_lines_what_came_in(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    first, last = gkedoctor("import", FAULTY, "-o", tmp_path / "c.gkesnap").err.splitlines()
    assert re.fullmatch(r"\d+ objects of teratail, recorded \S+ \S+ UTC", first)
    assert last == f"wrote {tmp_path}/c.gkesnap"


def test_the_time_of_a_recording_can_be_stated(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    target = tmp_path / "c.gkesnap"
    assert (
        "recorded 2026-11-23 10:00 UTC"
        in gkedoctor("import", FAULTY, "-o", target, "--recorded-at", "2026-11-23T12:00:00+02:00").err
    )
    wrong = gkedoctor("import", FAULTY, "-o", target, "--recorded-at", "yesterday")
    assert wrong.code == ExitCode.USAGE
    assert "write it like 2026-11-22T12:00:00Z" in wrong.err


@pytest.mark.parametrize("name", ["report", "playbook"])
def test_schema_prints_json(gkedoctor: Gkedoctor, name: str) -> None:
    assert json.loads(gkedoctor("schema", name).out)["$schema"].startswith("https://json-schema.org/")


def test_playbooks_are_listed(gkedoctor: Gkedoctor) -> None:
    lines = [line.split() for line in gkedoctor("playbooks", "list").out.splitlines()]
    assert ["GKE-CFG-001", "Pod", "A", "container"] in [line[:4] for line in lines]
    listed = json.loads(gkedoctor("playbooks", "list", "-o", "json").out)
    assert listed["schema"] == "gkedoctor/playbooks/v1"
    assert "missing-secret" in next(p for p in listed["playbooks"] if p["id"] == "GKE-CFG-001")["causes"]


def test_a_playbook_is_shown_with_its_causes(gkedoctor: Gkedoctor) -> None:
    page = gkedoctor("playbooks", "show", "gke-cfg-001").out
    assert page.startswith("GKE-CFG-001: A container cannot start because its Secret")
    assert "cause: missing-secret (likely)" in page
    assert "docs: https://" in page


def test_an_unknown_playbook_suggests_the_nearest(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("playbooks", "show", "GKE-CGF-001")
    assert result.code == ExitCode.USAGE
    assert "did you mean `GKE-CFG-001`?" in result.err


def test_an_unknown_playbook_may_be_in_a_folder_that_was_not_given(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    for id in ("GKE-CFG-901", "X"):
        assert "add --playbooks DIR for your own playbooks" in gkedoctor("playbooks", "show", id).err
    assert "--playbooks" not in gkedoctor("playbooks", "show", "GKE-CFG-901", "--playbooks", tmp_path).err


def test_lint_is_silent_about_a_good_playbook(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    result = gkedoctor("playbooks", "lint", PLAYBOOK)
    assert result == (ExitCode.OK, "nothing is wrong in 1 playbook\n", "")


def test_lint_warns_of_what_no_case_reaches(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    result = gkedoctor("playbooks", "lint", copied(tmp_path))
    assert (result.code, result.err) == (ExitCode.OK, "")
    *warnings, summary = result.out.splitlines()
    assert "warn GKE-CFG-901: no case confirms secret-not-produced (causes[0])" in warnings
    assert "warn GKE-CFG-901: no case hits rule-out 0 of secret-not-produced (causes[0])" in warnings
    assert all(line.startswith("warn ") for line in warnings)
    assert summary == "nothing is wrong in 1 playbook"


def test_the_runner_of_cases_warns_of_what_no_case_reaches(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    assert gkedoctor("playbooks", "new", "GKE-ROL-950", "--cause", "acme/a", "--dir", tmp_path).code == ExitCode.OK
    cases = tmp_path / "a.test.yaml"
    cases.write_text(cases.read_text().replace("    given: {deny: [Deployment]}\n", "    given: {}\n"))
    expected = "warn GKE-ROL-950: no case denies a listing\n3 cases: 3 hold, 0 fail, 0 to do\n"
    assert gkedoctor("playbooks", "test", tmp_path) == (ExitCode.OK, expected, "")
    cases.write_text(cases.read_text().replace("confidence: likely", "confidence: certain"))
    result = gkedoctor("playbooks", "test", tmp_path)
    assert result.code == ExitCode.FOUND
    assert "warn" not in result.out  # the failure comes first


def test_lint_shows_the_place_and_what_was_meant(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    path = copied(tmp_path, old="cause: missing-secret\n", new="cause: missing-secert\n")
    result = gkedoctor("playbooks", "lint", path)
    assert result.code == ExitCode.USAGE
    assert "error[playbook]: unknown cause `missing-secert`\n  --> " + str(path) in result.out
    assert "^^^^^^^^^^^^^^ did you mean `missing-secret`?" in result.out


def test_lint_tells_all_problems_of_all_files(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    copied(tmp_path, old="subject: Pod", new="subject: Pdo", cases=False)
    (tmp_path / "GKE-CFG-902.yaml").write_text("playbook: [", encoding="utf-8")
    result = gkedoctor("playbooks", "lint", tmp_path)
    assert "unknown kind `Pdo`" in result.out
    assert "GKE-CFG-901 has no cases" in result.out
    assert "not valid YAML" in result.out
    assert "in 2 playbooks" in result.out


def test_a_playbook_file_may_have_any_name(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    copied(tmp_path).rename(tmp_path / "other.yaml")
    (tmp_path / "GKE-CFG-901.test.yaml").rename(tmp_path / "other.test.yaml")
    assert gkedoctor("playbooks", "lint", tmp_path).code == ExitCode.OK


def test_lint_refuses_a_second_playbook_of_one_id(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    text = copied(tmp_path).read_text(encoding="utf-8")
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")
    result = gkedoctor("playbooks", "lint", tmp_path)
    assert result.code == ExitCode.USAGE
    assert f"playbook GKE-CFG-901 is also in {tmp_path / 'GKE-CFG-901.yaml'}" in result.out


def test_lint_refuses_cases_that_name_another_playbook(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    path = copied(tmp_path)
    path.with_name("GKE-CFG-901.test.yaml").write_text("playbook: GKE-CFG-902\ncases: []\n", encoding="utf-8")
    assert "the cases belong to `GKE-CFG-902`" in gkedoctor("playbooks", "lint", path).out


def test_lint_reads_the_cases_too(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    path = copied(tmp_path)
    path.with_name("GKE-CFG-901.test.yaml").write_text("playbook: GKE-CFG-901\n", encoding="utf-8")
    assert "missing required field `cases`" in gkedoctor("playbooks", "lint", path).out.replace("Object ", "")


def test_cases_that_hold_exit_0(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("playbooks", "test", PLAYBOOK.with_name("configuration-missing.test.yaml"))
    assert result.code == ExitCode.OK
    assert " 0 fail" in result.out


def test_the_cases_beside_a_playbook_are_found(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    beside = gkedoctor("playbooks", "test", PLAYBOOK)
    assert beside == gkedoctor("playbooks", "test", PLAYBOOK.with_name("configuration-missing.test.yaml"))
    alone = gkedoctor("playbooks", "test", copied(tmp_path, cases=False))
    assert alone.code == ExitCode.USAGE
    assert "GKE-CFG-901.yaml has no cases" in alone.err


def test_a_status_by_hand_without_a_source_is_a_warning(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    space = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}, status: {phase: Active}}"
    (tmp_path / "a.test.yaml").write_text(
        "playbook: GKE-CFG-001\ncases:\n"
        f"  - {{name: by hand, given: {{objects: [{space}]}}, expect: []}}\n"
        f"  - {{name: followed, given: {{objects: [{space}]}}, expect: [], source: 'recorded_clusters/two-problems'}}\n"
        "  - {name: recorded, given: {recording: teratail-healthy}, expect: []}\n",
        encoding="utf-8",
    )
    result = gkedoctor("playbooks", "test", tmp_path)
    assert result.code == ExitCode.OK
    assert result.out == (
        "warn GKE-CFG-001: by hand: a status is written by hand; name what it follows in `source`\n"
        "3 cases: 3 hold, 0 fail, 0 to do, 1 without a source\n"
    )


def test_a_case_that_fails_exits_1_and_says_why(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    (tmp_path / "GKE-CFG-901.test.yaml").write_text(
        "playbook: GKE-CFG-901\n"
        "cases:\n"
        "  - {name: empty, given: {}, expect: [{cause: oom-killed, root: Deployment/shop/cart}]}\n"
        "  - {name: later, todo: true, given: {}, expect: [{cause: oom-killed, root: Deployment/shop/cart}]}\n"
        "  - {name: already, todo: true, given: {}, expect: []}\n",
        encoding="utf-8",
    )
    result = gkedoctor("playbooks", "test", tmp_path)
    assert result.code == ExitCode.FOUND
    assert result.out == (
        "FAIL GKE-CFG-901: empty\n"
        "       missing: oom-killed on Deployment/shop/cart\n"
        "todo GKE-CFG-901: later\n"
        "       missing: oom-killed on Deployment/shop/cart\n"
        "done GKE-CFG-901: already holds now; remove its `todo`\n"
        "3 cases: 0 hold, 1 fail, 2 to do\n"
    )


def test_a_folder_without_cases_is_an_error(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    assert "no cases in" in gkedoctor("playbooks", "test", tmp_path).err
