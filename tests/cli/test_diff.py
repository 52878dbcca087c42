"""`gkedoctor diff` and `report --baseline`."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from gkedoctor import shipped
from gkedoctor.errors import ExitCode
from gkedoctor.report.schemas import SCHEMAS

from .conftest import CONFIG_ERROR, Cluster, Gkedoctor

CLUSTERS = shipped.recorded_clusters()
BEFORE, AFTER = CLUSTERS / "pair-selector-before", CLUSTERS / "pair-selector-after"


@pytest.fixture
def saved(gkedoctor: Gkedoctor, tmp_path: Path) -> Path:
    """The report of the broken recording."""
    path = tmp_path / "after.json"
    gkedoctor("report", "--json", "--from", AFTER, "--output-file", path)
    return path


def test_something_new_exits_1_and_names_the_change(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("diff", BEFORE, AFTER)
    assert (result.code, result.err) == (ExitCode.FOUND, "")
    assert result.out == (
        "new critical[GKE-SVC-001]: Service front selects app=frontend, but Deployment\n"
        "  front has app=front\n"
        "  --> pair-selector/Service/front\n"
        "  What changed, most likely first:\n"
        "    Service/pair-selector/front\n"
        "      spec.selector.app: front -> frontend\n"
        "    Service/pair-selector/front\n"
        "      endpoints.ready: 2 -> 0\n"
        "\n"
        "1 new, 0 fixed, 0 still there of teratail, from 2026-11-22 12:29 UTC to\n"
        "  2026-11-22 12:30 UTC\n"
    )


def test_the_same_twice_is_no_news(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("diff", AFTER, AFTER, "--json")
    found = json.loads(result.out)
    assert (result.code, found["new"], found["fixed"], found["changes"]) == (ExitCode.OK, [], [], [])
    assert len(found["same"]) == 1


def test_json_fits_the_schema(gkedoctor: Gkedoctor, saved: Path) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMAS["diff"]())
    for pair in [(BEFORE, AFTER), (AFTER, BEFORE), (saved, AFTER), (CLUSTERS / "ing-healthy", saved)]:
        validator.validate(json.loads(gkedoctor("diff", *pair, "--json").out))


def test_every_change_has_object_path_before_and_after(gkedoctor: Gkedoctor) -> None:
    found = json.loads(gkedoctor("diff", BEFORE, AFTER, "-o", "json").out)
    assert found["schema"] == "gkedoctor/diff/v1"
    first = found["changes"][0]
    assert first["object"] == {"kind": "Service", "namespace": "pair-selector", "name": "front"}
    assert (first["path"], first["before"], first["after"]) == ("spec.selector.app", "front", "frontend")
    assert first["explains"] == [found["new"][0]["fingerprint"]]


def test_markdown_has_a_table(gkedoctor: Gkedoctor) -> None:
    out = gkedoctor("diff", BEFORE, AFTER, "-o", "md").out
    assert "| `Service/pair-selector/front` | `spec.selector.app` | `front` | `frontend` |" in out


def test_reports_have_no_objects_to_compare(gkedoctor: Gkedoctor, saved: Path) -> None:
    result = gkedoctor("diff", BEFORE, saved)
    assert result.code == ExitCode.FOUND
    assert "objects were not compared" in result.err
    assert "what changed" not in result.out
    assert gkedoctor("diff", saved, saved).code == ExitCode.OK


def test_fail_on_draws_the_line(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    assert gkedoctor("diff", BEFORE, AFTER, "--fail-on", "never").code == ExitCode.OK
    assert gkedoctor("diff", BEFORE, CLUSTERS / "pair-image-after", "--fail-on", "critical").code == ExitCode.OK


def test_wrong_arguments(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    assert gkedoctor("diff", BEFORE).code == ExitCode.USAGE
    assert gkedoctor("diff", BEFORE, AFTER, "-o", "jsn").code == ExitCode.USAGE
    assert gkedoctor("diff", BEFORE, tmp_path / "none").code == ExitCode.SOURCE


def test_less_could_be_looked_at_than_before(gkedoctor: Gkedoctor, cluster: Cluster, tmp_path: Path) -> None:
    before = cluster().rename(tmp_path / "before.gkesnap")
    assert gkedoctor("diff", before, cluster(deny=("Pod",))).code == ExitCode.INCOMPLETE
    assert gkedoctor("report", "--from", cluster(deny=("Pod",)), "--baseline", before).code == ExitCode.INCOMPLETE


def test_no_text_of_the_cluster_reaches_the_terminal_alive(
    gkedoctor: Gkedoctor, cluster: Cluster, tmp_path: Path
) -> None:
    before = cluster().rename(tmp_path / "before.gkesnap")
    evil = json.loads(json.dumps(CONFIG_ERROR))
    evil["status"]["containerStatuses"][0]["state"]["waiting"]["message"] = 'secret "\x1b[31m<b>|x`" not found'
    evil["spec"]["containers"][0]["env"][0]["valueFrom"]["secretKeyRef"]["name"] = "\x1b[31m<b>|x`"
    after = cluster(evil)
    for form in ("text", "md", "json"):
        assert "\x1b" not in gkedoctor("diff", before, after, "-o", form).out


def test_a_baseline_leaves_only_what_is_new_to_fail_on(gkedoctor: Gkedoctor, saved: Path) -> None:
    known = gkedoctor("report", "--from", AFTER, "--baseline", saved)
    assert known.code == ExitCode.OK
    assert known.out.startswith("critical[GKE-SVC-001]: ")
    assert "0 new, 1 known" in known.out
    new = gkedoctor("report", "--from", CLUSTERS / "two-problems", "--baseline", saved)
    assert new.code == ExitCode.FOUND
    assert new.out.startswith("new critical[GKE-CFG-001]: ")


def test_a_recording_can_be_the_baseline(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("report", "--from", AFTER, "--baseline", BEFORE, "--json")
    assert result.code == ExitCode.FOUND
    assert [d["new"] for d in json.loads(result.out)["diagnoses"]] == [True]
    assert "new" not in json.loads(gkedoctor("report", "--from", AFTER, "--json").out)["diagnoses"][0]
