"""`gkedoctor report`: what it prints where, and what it tells the shell."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from gkedoctor import shipped
from gkedoctor.errors import ExitCode
from gkedoctor.report.schemas import SCHEMAS

from .conftest import CONFIG_ERROR, Cluster, Gkedoctor

FAULTY = shipped.recorded_clusters() / "two-problems"


def test_nothing_wrong_exits_0(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    result = gkedoctor("report", "--from", cluster())
    assert (result.code, result.err) == (ExitCode.OK, "")
    assert "No problems found" in result.out


def test_something_grave_exits_1(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("report", "--from", FAULTY)
    assert (result.code, result.err) == (ExitCode.FOUND, "")
    assert "critical[GKE-CFG-001]: Secret alpha-keys does not exist" in result.out


def test_fail_on_draws_the_line(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    path = cluster(CONFIG_ERROR)
    severity = json.loads(gkedoctor("report", "--json", "--from", path).out)["diagnoses"][0]["severity"]
    assert gkedoctor("report", "--from", path, "--fail-on", severity).code == ExitCode.FOUND
    assert gkedoctor("report", "--from", path, "--fail-on", "never").code == ExitCode.OK


@pytest.mark.parametrize(
    "wrong", [["--fail-on", "hgih"], ["--form"], ["lolcat/x"], ["-l", "=="], ["--playbooks", "/no"]]
)
def test_a_wrong_flag_or_argument_exits_2(gkedoctor: Gkedoctor, wrong: list[str]) -> None:
    result = gkedoctor("report", "--from", FAULTY, *wrong)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert result.err.startswith("gkedoctor: error: ")
    assert "hint: " in result.err


def test_without_recording_and_kubeconfig_it_says_what_to_do(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    result = gkedoctor("report", "--kubeconfig", tmp_path / "none")
    assert (result.code, result.out) == (ExitCode.SOURCE, "")
    assert "get-credentials" in result.err
    assert "--from a recording" in result.err


def test_a_source_that_is_not_there_exits_3(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    result = gkedoctor("report", "--from", tmp_path / "none")
    assert (result.code, result.out) == (ExitCode.SOURCE, "")
    assert "does not exist" in result.err


def test_nothing_found_where_not_all_could_be_looked_at_exits_4(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    result = gkedoctor("report", "--from", cluster(deny=("Pod", "Service")))
    assert result.code == ExitCode.INCOMPLETE
    assert "Not enough was checked to rule out problems" in result.out
    assert "Not checked: " in result.out


def test_json_is_one_object_that_fits_the_schema(gkedoctor: Gkedoctor) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMAS["report"]())
    for folder in sorted(shipped.recorded_clusters().iterdir())[:8]:
        if folder.is_dir():
            validator.validate(json.loads(gkedoctor("report", "--json", "--from", folder).out))


def test_json_and_o_json_are_the_same(gkedoctor: Gkedoctor) -> None:
    assert gkedoctor("report", "--json", "--from", FAULTY) == gkedoctor("report", "-o", "json", "--from", FAULTY)


def test_an_object_can_be_asked_for(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("report", "deploy/alpha", "--from", FAULTY, "--json")
    report = json.loads(result.out)
    assert [d["root"]["name"] for d in report["diagnoses"]] == ["alpha-keys"]
    assert report["left_out"] == 1


def test_all_namespaces_is_stronger_than_a_namespace(gkedoctor: Gkedoctor) -> None:
    one = gkedoctor("report", "--from", FAULTY, "-n", "default", "--json")
    all_of_them = gkedoctor("report", "--from", FAULTY, "-n", "default", "-A", "--json")
    assert json.loads(one.out)["diagnoses"] == []
    assert len(json.loads(all_of_them.out)["diagnoses"]) == 2


def test_what_could_not_be_looked_up_is_a_note_on_standard_error(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    result = gkedoctor("report", "deploy/cart", "--from", cluster(deny=("Deployment",)))
    assert result.err == "gkedoctor: note: Deployment/cart could not be checked: forbidden\n"
    assert result.code == ExitCode.INCOMPLETE


def test_the_report_can_go_to_a_file(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    result = gkedoctor("report", "--from", FAULTY, "--output-file", file)
    assert (result.code, result.out) == (ExitCode.FOUND, "")
    assert "critical[" in file.read_text(encoding="utf-8")
    assert gkedoctor("report", "--from", FAULTY, "--output-file", tmp_path / "no" / "file").code == ExitCode.USAGE


def test_colour_is_for_terminals_unless_it_is_asked_for(gkedoctor: Gkedoctor) -> None:
    assert "\033[" not in gkedoctor("report", "--from", FAULTY).out
    assert "\033[1;31mcritical" in gkedoctor("report", "--from", FAULTY, "--color", "always").out


def test_a_second_playbook_of_one_id_is_an_error(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    shutil.copy(shipped.playbooks() / "config" / "configuration-missing.yaml", tmp_path)
    result = gkedoctor("report", "--from", FAULTY, "--playbooks", tmp_path)
    assert result.code == ExitCode.USAGE
    assert "is also in" in result.err


def test_a_broken_playbook_is_shown_as_a_compiler_would(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    (tmp_path / "GKE-POD-901.yaml").write_text("playbook: 1\nid: GKE-POD-901\nsubjct: Pod\n", encoding="utf-8")
    result = gkedoctor("report", "--from", FAULTY, "--playbooks", tmp_path)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert result.err == (
        "error[playbook]: unknown key `subjct`\n"
        f"  --> {tmp_path}/GKE-POD-901.yaml:3:1\n"
        "  |\n"
        "3 | subjct: Pod\n"
        "  | ^^^^^^ did you mean `subject`?\n"
    )


def test_a_list_without_any_time_was_recorded_at_an_unknown_time(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    path = tmp_path / "recording"
    path.mkdir()
    (path / "kubernetes").mkdir()
    (path / "kubernetes" / "configmaps.yaml").write_text(
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}\n",
        encoding="utf-8",
    )
    for form in ("text", "html", "md"):
        out = " ".join(gkedoctor("report", "--from", path, "-o", form).out.split())
        assert "at an unknown time" in out, form
        assert "1970" not in out, form
    report = json.loads(gkedoctor("report", "--from", path, "-o", "json").out)
    assert report["snapshot"]["recorded_at"] == "1970-01-01T00:00:00Z"  # the field has a time, always
