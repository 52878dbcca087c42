"""`.gkedoctor.yaml` and the annotation, as a report shows them."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from gkedoctor import shipped
from gkedoctor.errors import ExitCode

from .conftest import CONFIG_ERROR, Cluster, Gkedoctor

FAULTY = shipped.recorded_clusters() / "two-problems"

CONFIG = """\
suppress:
  - cause: missing-secret
    object: Secret/alpha-*
    until: 2026-12-31
    reason: alpha is going away
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a configuration in it."""
    (tmp_path / ".gkedoctor.yaml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(folder: Path, text: str) -> None:
    (folder / ".gkedoctor.yaml").write_text(text, encoding="utf-8")


def test_it_is_left_out_and_counted(gkedoctor: Gkedoctor, here: Path) -> None:
    result = gkedoctor("report", "--from", FAULTY)
    assert "missing-secret" not in result.out
    assert "alpha-keys" not in result.out
    assert "1 suppressed" in result.out
    assert result.err == ""


def test_it_can_be_listed(gkedoctor: Gkedoctor, here: Path) -> None:
    out = gkedoctor("report", "--from", FAULTY, "--show-suppressed").out
    assert "Suppressed:\n  Secret/two-problems/alpha-keys: Secret alpha-keys does not exist" in out
    assert "    by .gkedoctor.yaml:2 until 2026-12-31: alpha is going away\n" in out


def test_json_has_it_apart(gkedoctor: Gkedoctor, here: Path) -> None:
    report = json.loads(gkedoctor("report", "--from", FAULTY, "--json").out)
    assert [d["cause"] for d in report["diagnoses"]] == ["service-selector-mismatch"]
    (one,) = report["suppressed"]
    assert (one["cause"], one["reason"], one["until"], one["by"]) == (
        "missing-secret", "alpha is going away", "2026-12-31", ".gkedoctor.yaml:2",
    )  # fmt: skip


def test_what_is_suppressed_does_not_fail(gkedoctor: Gkedoctor, here: Path) -> None:
    configure(here, "suppress:\n  - namespace: two-problems\n    reason: a playground\n")
    result = gkedoctor("report", "--from", FAULTY)
    assert result.code == ExitCode.OK
    assert "\nNo faults shown in " in result.out
    assert "2 suppressed" in result.out.replace("\n  ", " ")


def test_an_expired_one_speaks_up(gkedoctor: Gkedoctor, here: Path) -> None:
    configure(here, CONFIG.replace("2026-12-31", "2026-01-01"))
    result = gkedoctor("report", "--from", FAULTY)
    assert "Secret alpha-keys does not exist" in result.out
    assert result.err.startswith("gkedoctor: note: .gkedoctor.yaml:2: this suppression ended on 2026-01-01")


def test_one_that_meets_nothing_is_said_on_request(gkedoctor: Gkedoctor, here: Path) -> None:
    configure(here, "suppress:\n  - cause: oom-killed\n    reason: x\n")
    assert gkedoctor("report", "--from", FAULTY).err == ""
    assert "matches nothing" in gkedoctor("report", "--from", FAULTY, "--show-suppressed").err


def test_no_config_and_another_config(gkedoctor: Gkedoctor, here: Path) -> None:
    assert "alpha-keys" in gkedoctor("report", "--from", FAULTY, "--no-config").out
    other = here / "other.yaml"
    other.write_text("suppress:\n  - cause: service-*\n    reason: x\n", encoding="utf-8")
    out = gkedoctor("report", "--from", FAULTY, "--config", other).out
    assert "alpha-keys" in out
    assert "1 suppressed" in out
    assert gkedoctor("report", "--from", FAULTY, "--config", other, "--no-config").code == ExitCode.USAGE
    assert gkedoctor("report", "--from", FAULTY, "--config", here / "none.yaml").code == ExitCode.USAGE


def test_defaults_of_flags_come_from_it_and_flags_win(gkedoctor: Gkedoctor, here: Path) -> None:
    configure(here, "fail_on: never\nmin_severity: critical\n")
    assert gkedoctor("report", "--from", FAULTY).code == ExitCode.OK
    assert gkedoctor("report", "--from", FAULTY, "--fail-on", "high").code == ExitCode.FOUND
    rollout = shipped.recorded_clusters() / "front-rollout"
    assert json.loads(gkedoctor("report", "--from", rollout, "--json").out)["diagnoses"] == []
    assert json.loads(gkedoctor("report", "--from", rollout, "--json", "--min-severity", "low").out)["diagnoses"]


def test_a_mistake_is_shown_as_a_compiler_would(gkedoctor: Gkedoctor, here: Path) -> None:
    configure(here, CONFIG.replace("missing-secret", "missing-secrt"))
    result = gkedoctor("report", "--from", FAULTY)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert result.err == (
        "error[config]: unknown cause `missing-secrt`\n"
        f"  --> {here}/.gkedoctor.yaml:2:12\n"
        "  |\n"
        "2 |   - cause: missing-secrt\n"
        "  |            ^^^^^^^^^^^^^ did you mean `missing-secret`?\n"
    )


def test_an_annotation_on_the_pod_that_suffers(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    pod = copy.deepcopy(CONFIG_ERROR)
    pod["metadata"]["annotations"] = {"gkedoctor.dev/ignore": "missing-secret; reason=by \x1b[31mhand"}  # type: ignore[index]
    result = gkedoctor("report", "--from", cluster(pod), "--show-suppressed", "--no-config")
    assert result.code == ExitCode.OK
    assert "by annotation of Pod/shop/cart-1: by \\x1b[31mhand" in result.out
    assert "1 suppressed" in result.out


def test_a_suppressed_finding_is_neither_new_nor_fixed(gkedoctor: Gkedoctor, here: Path) -> None:
    healthy = shipped.recorded_clusters() / "pair-selector-before"
    found = json.loads(gkedoctor("diff", healthy, FAULTY, "--json").out)
    assert ([f["cause"] for f in found["new"]], found["suppressed"]) == (["service-selector-mismatch"], 1)
    gkedoctor("report", "--from", FAULTY, "--json", "--no-config", "--output-file", here / "old.json")
    found = json.loads(gkedoctor("diff", here / "old.json", FAULTY, "--json").out)
    assert (found["new"], found["fixed"], len(found["same"])) == ([], [], 1)


def test_an_object_that_only_a_suppressed_finding_names_can_be_asked_for(gkedoctor: Gkedoctor, here: Path) -> None:
    report = json.loads(gkedoctor("report", "secret/alpha-keys", "--from", FAULTY, "--json").out)
    assert (report["diagnoses"], len(report["suppressed"]), report["left_out"]) == ([], 1, 1)
    report = json.loads(gkedoctor("report", "svc/beta", "--from", FAULTY, "--json").out)
    assert (len(report["diagnoses"]), report["suppressed"], report["left_out"]) == (1, [], 0)
