"""`gkedoctor fleet` as a user meets it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema
import pytest
import yaml

from gkedoctor.errors import ExitCode
from gkedoctor.report.schemas import SCHEMAS
from gkedoctor.snapshot import store
from tests.conftest import recorded

from .conftest import Copies, Gkedoctor

SICK = {"eu-1": "teratail-missing-secret", "eu-2": "teratail-missing-secret", "eu-3": "teratail-healthy"}


def test_the_same_cause_in_two_clusters_is_one_line(gkedoctor: Gkedoctor, copies: Copies) -> None:
    result = gkedoctor("fleet", copies(**SICK), "-j", 1)
    assert result.code == ExitCode.FOUND
    assert result.out == (
        "critical[missing-secret] Secret/teratail-missing-secret/teratail-secret in 2\n"
        "  clusters: eu-1, eu-2\n"
        "\n"
        "Clusters, most severe first (details: gkedoctor report --from RECORDING):\n"
        "  eu-1  1 critical\n"
        "  eu-2  1 critical\n"
        "\n"
        "Found faults in 2 of 3 clusters\n"
    )


@pytest.mark.parametrize("form", ["text", "json", "yaml", "md"])
def test_the_number_of_jobs_changes_no_byte(gkedoctor: Gkedoctor, copies: Copies, form: str) -> None:
    folder = copies(**SICK, us="two-problems", asia="ing-healthy")
    (folder / "torn.gkesnap").write_bytes(b"PK\x03\x04")
    alone, together = (gkedoctor("fleet", folder, "-j", jobs, "-o", form) for jobs in (1, 3))
    assert alone.out == together.out
    assert alone.code == together.code == ExitCode.FOUND


def test_json_fits_the_schema_and_yaml_is_the_same(gkedoctor: Gkedoctor, copies: Copies) -> None:
    folder = copies(**SICK)
    (folder / "torn.gkesnap").write_bytes(b"PK\x03\x04")
    fleet = json.loads(gkedoctor("fleet", folder, "-j", 1, "--json").out)
    jsonschema.Draft202012Validator(SCHEMAS["fleet"]()).validate(fleet)
    assert yaml.safe_load(gkedoctor("fleet", folder, "-j", 1, "-o", "yaml").out) == fleet
    assert [cause["clusters"] for cause in fleet["causes"]] == [["eu-1", "eu-2"]]
    assert [cluster["name"] for cluster in fleet["clusters"]] == ["eu-1", "eu-2", "eu-3"]


def test_a_cluster_s_report_is_the_one_that_report_prints(gkedoctor: Gkedoctor, copies: Copies) -> None:
    folder = copies(**SICK)
    fleet = json.loads(gkedoctor("fleet", folder, "-j", 1, "--json").out)
    assert fleet["clusters"][0]["report"] == json.loads(gkedoctor("report", "--from", folder / "eu-1", "--json").out)


def test_a_recording_that_cannot_be_read_is_an_entry_and_exits_3(gkedoctor: Gkedoctor, copies: Copies) -> None:
    folder = copies(well="teratail-healthy")
    (folder / "torn.gkesnap").write_bytes(b"PK\x03\x04")
    result = gkedoctor("fleet", folder, "-j", 1)
    assert result.code == ExitCode.SOURCE
    assert "Could not be diagnosed:\n  torn: " in result.out
    assert result.out.endswith("No problems in what was checked of 1 cluster; 1 recording could not be diagnosed\n")


def test_a_configuration_suppresses_in_each_cluster(gkedoctor: Gkedoctor, copies: Copies, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("config: 1\nsuppress:\n  - cause: missing-secret\n    reason: is made by hand\n")
    result = gkedoctor("fleet", copies(**SICK), "-j", 2, "--config", config)
    assert (result.code, result.out) == (ExitCode.OK, "No faults shown in 3 clusters; 2 suppressed\n")


def test_a_baseline_leaves_only_what_is_new_for_the_exit_code(
    gkedoctor: Gkedoctor, copies: Copies, tmp_path: Path
) -> None:
    folder, saved = copies(**SICK), tmp_path / "before.json"
    gkedoctor("fleet", folder, "-j", 1, "-o", f"json={saved}")
    assert gkedoctor("fleet", folder, "-j", 1, "--baseline", saved).code == ExitCode.OK
    folder = copies(us="two-problems")
    result = gkedoctor("fleet", folder, "-j", 1, "--baseline", saved)
    assert result.code == ExitCode.FOUND
    assert "us    2 critical; 2 new, 0 known from the baseline" in result.out
    assert "eu-1  1 critical; 0 new, 1 known from the baseline" in result.out


def test_what_is_no_fleet_is_no_baseline(gkedoctor: Gkedoctor, copies: Copies, tmp_path: Path) -> None:
    saved = tmp_path / "x.json"
    saved.write_text('{"schema": "gkedoctor/report/v1"}')
    result = gkedoctor("fleet", copies(**SICK), "-j", 1, "--baseline", saved)
    assert (result.code, result.out) == (ExitCode.SOURCE, "")
    assert "is not a fleet report" in result.err


def test_what_is_too_mild_is_left_out_and_counted(gkedoctor: Gkedoctor, copies: Copies) -> None:
    result = gkedoctor("fleet", copies(a="image-dns", b="two-problems"), "-j", 1, "--min-severity", "critical")
    assert "[image" not in result.out
    assert "1 finding below --min-severity" in result.out


def test_ctrl_c_reports_what_there_is_and_says_partial(tmp_path: Path) -> None:
    first = tmp_path / "fleet" / "c0000.gkesnap"
    first.parent.mkdir()
    store.write_file(recorded("two-problems"), first)
    for number in range(1, 3000):
        first.with_stem(f"c{number:04}").hardlink_to(first)
    command = [sys.executable, "-m", "gkedoctor", "fleet", str(first.parent), "-j", "2", "--no-config"]
    command += ["-o", f"json={tmp_path / 'fleet.json'}", "-o", "text"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as run:
        assert run.stderr is not None
        said = run.stderr.readline()
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to the workers too
        out, err = run.communicate()
    fleet = json.loads((tmp_path / "fleet.json").read_bytes())
    assert (run.returncode, err.count(b"Traceback")) == (ExitCode.INTERRUPTED, 0)
    assert b" of 3,000 recordings diagnosed" in said
    assert b"partial: interrupted before " in out
    assert (fleet["partial"], bool(fleet["clusters"])) == (True, True)
    assert len(fleet["clusters"]) + len(fleet["not_reached"]) == 3000


def test_a_url_is_fetched_diagnosed_and_removed(
    gkedoctor: Gkedoctor, copies: Copies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsspec = pytest.importorskip("fsspec")
    folder = copies(eu="two-problems")
    fsspec.filesystem("memory").put(str(folder), "/bucket", recursive=True)
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    result = gkedoctor("fleet", "memory://bucket", "-j", 1, "--json")
    local = json.loads(gkedoctor("fleet", folder, "-j", 1, "--json").out)
    fetched = json.loads(result.out)
    assert fetched["clusters"][0].pop("recording") == "memory://bucket/eu"
    assert local["clusters"][0].pop("recording") == str(folder / "eu")
    assert fetched == local
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_url_without_the_extra_says_what_to_install(gkedoctor: Gkedoctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    result = gkedoctor("fleet", "gs://acme/snapshots", "-j", 1)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert result.err.endswith("hint: pip install 'gkedoctor[fleet]'\n")


def test_a_url_s_credentials_are_not_shown(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("fleet", "nosuch://me:secret@host/x?token=secret", "-j", 1)
    assert result.code == ExitCode.USAGE
    assert "nosuch://host/x cannot be read" in result.err
    assert "secret" not in result.err


def test_a_list_can_come_on_standard_input(copies: Copies) -> None:
    folder = copies(**SICK)
    command = [sys.executable, "-m", "gkedoctor", "fleet", "-", "--no-config", "-j", "1"]
    run = subprocess.run(command, input=f"{folder / 'eu-3'}\n", capture_output=True, text=True, check=True)
    assert run.stdout == "No problems in what was checked of 1 cluster\n"


def test_an_empty_list_is_refused(copies: Copies) -> None:
    command = [sys.executable, "-m", "gkedoctor", "fleet", "-", "--no-config", "-j", "1"]
    run = subprocess.run(command, input="# nothing yet\n", capture_output=True, text=True, check=False)
    assert run.returncode == ExitCode.USAGE
    assert "the list of recordings is empty" in run.stderr
