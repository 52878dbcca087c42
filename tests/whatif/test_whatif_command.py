"""`gkedoctor whatif`: what a change fixes and breaks, its exit codes, and that nothing hostile gets through."""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema
import pytest

from gkedoctor.cli.app import run
from gkedoctor.report.schemas import SCHEMAS
from tests.conftest import RECORDINGS

CRASH = str(RECORDINGS / "worker-crash-env")
TYPO = str(RECORDINGS / "teratail-selector-typo")
HEALTHY = str(RECORDINGS / "teratail-healthy")


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["whatif", "--no-config", *arguments])
    written = capsys.readouterr()
    return code, written.out, written.err


def test_a_fix_is_shown_with_what_was_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    command = ("kubectl", "-n", "worker-crash-env", "set", "env", "deployment/worker", "QUEUE_URL=x")
    code, out, _ = answer(capsys, "--from", CRASH, "--details", "--", *command)
    assert code == 0
    assert "fixed:\n  high[GKE-POD-002]" in out
    assert "1 fixed, 0 new, 0 unchanged after: Deployment/worker-crash-env/worker changed" in out
    assert "deployment-rollout: " in out
    assert "nothing was written" in out


def test_a_change_that_does_not_help_leaves_the_finding(capsys: pytest.CaptureFixture[str]) -> None:
    command = "kubectl -n worker-crash-env set resources deployment worker --limits=memory=1Gi"
    code, out, _ = answer(capsys, "--from", CRASH, "--", command)
    assert code == 0
    assert "unchanged:\n  high[GKE-POD-002]" in out


def test_what_a_change_breaks_fails_in_a_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    command = "kubectl -n teratail-healthy set selector service nginx app=ngnix"
    code, out, _ = answer(capsys, "--from", HEALTHY, "-o", "json", "--", command)
    report = json.loads(out)
    jsonschema.validate(report, SCHEMAS["whatif"]())
    assert code == 1
    assert [found["cause"] for found in report["new"]] == ["service-selector-mismatch"]
    assert report["written"] == [
        {"object": {"kind": "Service", "namespace": "teratail-healthy", "name": "nginx"}, "what": "changed"}
    ]
    assert answer(capsys, "--from", HEALTHY, "--fail-on", "never", "--", command)[0] == 0


def test_manifests_come_from_files_and_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    manifest = """
apiVersion: v1
kind: Service
metadata: {name: nginx}
spec: {selector: {app: nginx}}
"""
    (tmp_path / "service.yaml").write_text(manifest)
    options = ("--from", TYPO, "-n", "teratail-selector-typo")
    code, out, _ = answer(capsys, *options, "-f", str(tmp_path))
    assert (code, "1 fixed, 0 new" in out) == (0, True)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(manifest.encode())))
    assert answer(capsys, *options, "-f", "-")[1] == out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "no change was given"),
        (("--", "kubectl", "-n", "x", "scale", "deploy", "web", "--replicas=1"), 2, "does not exist in namespace x"),
        (("--", "kubectl", "edit", "deploy", "web"), 2, "opens an editor"),
        (("--", "rm", "-rf", "/"), 2, "only kubectl commands"),
        (("-f", "nowhere.yaml"), 2, "nowhere.yaml"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, words: str
) -> None:
    found, out, err = answer(capsys, "--from", TYPO, *arguments)
    assert (found, out) == (code, "")
    assert words in err


def test_broken_files_end_with_three(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: [\n")
    assert answer(capsys, "--from", TYPO, "-f", str(tmp_path / "x.yaml"))[0] == 3


def test_hostile_names_stay_text(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\x1b]0;owned\x07\u202e"
    code, out, err = answer(capsys, "--from", TYPO, "--", "kubectl", "-n", name, "create", "configmap", name)
    assert "\x1b" not in out + err
    assert "\u202e" not in out + err
    assert code in (0, 2)


def test_a_change_of_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = answer(capsys, "--from", HEALTHY, "--", "kubectl get pods")
    assert (code, "0 fixed, 0 new" in out) == (0, True)
    assert "leaves every object as it is" in err
