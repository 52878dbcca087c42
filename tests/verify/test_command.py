"""`gkedoctor verify` as a user runs it: on a server that changes meanwhile, and on recordings."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.cli.commands import verify
from gkedoctor.cli.last_report import last_report_file
from tests.collect.kube_api import KubeApi
from tests.conftest import RECORDINGS, recorded

BROKEN, WELL = "pair-selector-after", "pair-selector-before"


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KubeApi]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with KubeApi.of(recorded(BROKEN)) as server:
        yield server


def live(api: KubeApi, tmp_path: Path) -> list[str]:
    return ["--no-gcp", "--kubeconfig", api.kubeconfig(tmp_path)]


def test_the_last_finding_is_verified_until_it_is_fixed(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is fixed while the command waits for its next reading, however long the first one took."""
    assert gkedoctor(["report", *live(api, tmp_path)]) == 1
    well = KubeApi.of(recorded(WELL)).objects
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _seconds: setattr(api, "objects", well))
    monkeypatch.setattr(verify, "time", clock)
    capsys.readouterr()
    assert gkedoctor(["verify", "--last", "--interval", "300ms", *live(api, tmp_path)]) == 0
    seen = capsys.readouterr()
    assert seen.out.startswith("Fixed after ")
    assert "still there" in seen.err


def test_a_finding_that_stays_is_reported_at_the_timeout(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gkedoctor(["report", *live(api, tmp_path)]) == 1
    capsys.readouterr()
    arguments = ["verify", "--last", "--interval", "200ms", "--timeout", "500ms", "--json", *live(api, tmp_path)]
    assert gkedoctor(arguments) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["state"]) == ("gkedoctor/verify/v1", "present")


def test_only_the_namespace_of_the_finding_is_read(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gkedoctor(["report", *live(api, tmp_path)]) == 1
    whole = len(api.asked)
    assert gkedoctor(["verify", "--last", "--interval", "1s", "--timeout", "0", *live(api, tmp_path)]) == 1
    narrow = [asked.path for asked in api.asked[whole:]]
    assert len(narrow) < whole / 2
    assert not [path for path in narrow if path.endswith(("/pods", "/services")) and "/namespaces/" not in path]


def test_a_saved_report_and_a_later_recording_will_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "report.json"
    gkedoctor(["report", "--from", str(RECORDINGS / BROKEN), "-o", f"json={saved}"])
    fingerprint = json.loads(saved.read_text())["diagnoses"][0]["fingerprint"]
    verify = ["verify", fingerprint[:6], "--report", str(saved), "--from"]
    assert gkedoctor([*verify, str(RECORDINGS / BROKEN)]) == 1
    assert gkedoctor([*verify, str(RECORDINGS / WELL)]) == 0


def test_a_fingerprint_that_no_report_has_is_refused_with_those_there_are(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gkedoctor(["report", *live(api, tmp_path)])
    capsys.readouterr()
    assert gkedoctor(["verify", "0000", *live(api, tmp_path)]) == 2
    assert "there are: " in capsys.readouterr().err


def test_without_a_report_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert gkedoctor(["verify", "--last", "--from", str(RECORDINGS / WELL)]) == 2
    assert "run `gkedoctor report` first" in capsys.readouterr().err


def test_what_is_kept_of_a_report_is_private_and_holds_no_evidence(
    api: KubeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gkedoctor(["report", *live(api, tmp_path)])
    file = last_report_file()
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(file.read_text())["claims"][0]) == {
        "fingerprint", "playbook", "cause", "title", "root", "affected",
    }  # fmt: skip
