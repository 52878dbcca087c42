"""Findings and problems in every format: with their places, and read back by parsers that are not ours."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gkedoctor.diagnose.spec import lint as prove
from gkedoctor.manifests.loading import read
from gkedoctor.manifests.overlay import world
from gkedoctor.report.answer import Answer
from tests.conftest import shipped_playbooks
from tests.lint.running import lint
from tests.report.parsers import CHECKS, annotation, check

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          envFrom: [{secretRef: {name: nowhere}}]
"""
TITLE = "Secret nowhere does not exist, so Deployment web cannot start"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: `shop/web.yaml` has a fault, `shop/broken.yaml` cannot be read."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "web.yaml").write_text(WEB)
    (tmp_path / "shop" / "broken.yaml").write_text("kind: A\nkind: B\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", sorted(CHECKS))
def test_every_format_says_it_and_can_be_read(folder: Path, form: str) -> None:
    manifests = read([Path("shop")], stdin=io.BytesIO())
    outcome = prove(world(manifests, complete=True), shipped_playbooks())
    assert len(outcome.diagnoses) == len(manifests.problems) == 1
    check(form, Answer(outcome, problems=tuple(manifests.problems)))
    ran = lint("shop", "--complete", "-o", form)
    assert ran.code == 1
    assert "nowhere" in ran.out


@pytest.mark.parametrize("form", sorted({*CHECKS} - {"name", "prometheus", "text"}))
def test_every_format_for_more_than_a_line_says_what_cannot_be_read(folder: Path, form: str) -> None:
    (folder / "shop" / "web.yaml").unlink()
    ran = lint("shop", "-o", form)
    assert ran.code == 3
    assert "appears twice" in ran.out
    assert "no problems" not in ran.out.lower()


def test_text_begins_each_finding_with_its_place_so_that_editors_jump(folder: Path) -> None:
    first = lint("shop", "--complete").out.splitlines()[0]
    assert first.startswith("shop/web.yaml:10:22: high[GKE-CFG-001]: Secret nowhere does not exist")
    advice = lint("shop").out.splitlines()
    assert advice[0].startswith("shop/web.yaml:10:22: advisory[GKE-CFG-001]: Secret nowhere is not in")


@pytest.mark.parametrize(
    ("given", "shown"), [("shop", "shop/web.yaml"), ("./shop", "shop/web.yaml"), ("{}/shop", "shop/web.yaml")]
)
def test_paths_below_the_working_directory_are_short(folder: Path, given: str, shown: str) -> None:
    ran = lint(given.format(folder), "--complete", "-o", "json")
    assert ran.report["diagnoses"][0]["location"]["file"] == shown


def test_paths_elsewhere_are_as_they_were_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "here").mkdir()
    monkeypatch.chdir(folder / "here")
    log = json.loads(lint("../shop", "--complete", "-o", "sarif").out)
    uris = [r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in log["runs"][0]["results"]]
    assert uris == ["../shop/broken.yaml", "../shop/web.yaml"]


def test_sarif_has_relative_places_and_tells_broken_files_as_results(folder: Path) -> None:
    (run,) = json.loads(lint("shop", "--complete", "-o", "sarif").out)["runs"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [(p["artifactLocation"]["uri"], p["region"]) for p in places] == [
        ("shop/broken.yaml", {"startLine": 2, "startColumn": 1}),
        ("shop/web.yaml", {"startLine": 10, "startColumn": 22}),
    ]
    assert [(r["ruleId"], r["level"]) for r in run["results"]] == [
        ("cannot-be-read", "error"),
        ("GKE-CFG-001", "error"),
    ]


def test_github_puts_both_beside_their_lines(folder: Path) -> None:
    read_back = [annotation(line) for line in lint("shop", "--complete", "-o", "github").out.splitlines()]
    told = [(name, p.get("file"), p.get("line"), p.get("col")) for name, p, _ in read_back]
    assert told == [
        ("error", "shop/broken.yaml", "2", "1"), ("error", "shop/web.yaml", "10", "22"), ("notice", None, None, None),
    ]  # fmt: skip
    assert read_back[1][2].startswith(TITLE)


def test_junit_has_an_error_for_what_cannot_be_read(folder: Path) -> None:
    suites = ET.fromstring(lint("shop", "--complete", "-o", "junit").out)
    assert (suites.attrib["errors"], suites.attrib["failures"]) == ("1", "1")
    (broken,) = (case for case in suites.iter("testcase") if case.find("error") is not None)
    (wrong,) = (case for case in suites.iter("testcase") if case.find("failure") is not None)
    assert broken.attrib["name"] == "shop/broken.yaml:2:1"
    assert (wrong.attrib["file"], wrong.attrib["line"]) == ("shop/web.yaml", "10")


@pytest.mark.parametrize(("flag", "code"), [(None, 1), ("high", 1), ("critical", 0), ("never", 0)])
def test_what_keeps_a_workload_from_starting_is_high_and_fails_by_default(
    folder: Path, flag: str | None, code: int
) -> None:
    (folder / "shop" / "broken.yaml").unlink()
    ran = lint("shop", "--complete", "-o", "json", *(["--fail-on", flag] if flag else []))
    assert (ran.code, ran.causes) == (code, [("high", "missing-secret")])


def test_the_closing_line_names_no_moment_that_was_never_recorded(folder: Path) -> None:
    assert not re.search(r"\d{4}-\d\d", lint("shop", "-o", "md").out + lint("shop").out)
