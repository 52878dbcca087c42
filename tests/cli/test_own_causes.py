"""A cause of one's own (`acme/…`) goes wherever a shipped one goes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gkedoctor.errors import ExitCode
from gkedoctor.report.schemas import SCHEMAS
from tests.conftest import ROOT

from .conftest import Gkedoctor

OWN = ROOT / "examples" / "playbook-package" / "src" / "acme_playbooks"
WORD = "acme/no-rollback-history"


def recording(path: Path, *, limit: int | None = 0, annotations: dict[str, str] | None = None) -> Path:
    """A Deployment that keeps `limit` old ReplicaSets."""
    spec: dict[str, Any] = {
        "replicas": 0,
        "selector": {"matchLabels": {"app": "cart"}},
        "template": {"metadata": {"labels": {"app": "cart"}}, "spec": {"containers": [{"name": "c", "image": "c:1"}]}},
    }
    metadata = {"name": "cart", "namespace": "shop", "uid": "d1", "annotations": {"acme.example/why": "spare"}}
    metadata["annotations"] |= annotations or {}  # type: ignore[operator]
    if limit is not None:
        spec["revisionHistoryLimit"] = limit
    item = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": spec,
        "status": {"observedGeneration": 1},
    }
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [item]}), encoding="utf-8")
    return path


def configured(folder: Path, cause: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(f"playbooks: [{OWN}]\nsuppress:\n  - {{cause: {cause}, reason: known}}\n", encoding="utf-8")
    return path


def test_a_report_gives_it_and_fits_the_schema(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    found = gkedoctor("report", "--json", "--from", recording(tmp_path / "c.json"), "--playbooks", OWN)
    report = json.loads(found.out)
    assert [d["cause"] for d in report["diagnoses"]] == [WORD]
    jsonschema.Draft202012Validator(SCHEMAS["report"]()).validate(report)


def test_explain_knows_it(gkedoctor: Gkedoctor) -> None:
    page = gkedoctor("explain", WORD, "--playbooks", OWN).out
    assert "keeps no old ReplicaSet" in page
    assert "GKE-ROL-902" in page
    assert gkedoctor("explain", "acme/no-rolback-history", "--playbooks", OWN).err.endswith(
        f"hint: did you mean `{WORD}`?\n"
    )


def test_the_configuration_can_suppress_it(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    path = recording(tmp_path / "c.json")
    report = json.loads(gkedoctor("report", "--json", "--from", path, "--config", configured(tmp_path, WORD)).out)
    assert report["diagnoses"] == []
    slip = gkedoctor("report", "--from", path, "--config", configured(tmp_path, "acme/no-rollback-histroy"))
    assert slip.code == ExitCode.USAGE
    assert f"did you mean `{WORD}`?" in slip.err
    # another company's words are not at hand here, which is no mistake
    assert gkedoctor("report", "--from", path, "--config", configured(tmp_path, "globex/x")).code != ExitCode.USAGE


def test_an_annotation_can_suppress_it(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    path = recording(tmp_path / "c.json", annotations={"gkedoctor.dev/ignore": f"{WORD}; reason=spare"})
    found = gkedoctor("report", "--json", "--from", path, "--playbooks", OWN)
    assert json.loads(found.out)["diagnoses"] == []
    # who has no such playbooks is not told that the annotation is wrong
    assert "cannot be read" not in gkedoctor("report", "--from", path).err


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_fleet_gives_it_in_every_process(gkedoctor: Gkedoctor, tmp_path: Path, jobs: str) -> None:
    folder = tmp_path / "fleet"
    folder.mkdir()
    for name in ("a", "b"):
        recording(folder / f"{name}.json", annotations={"gkedoctor.dev/ignore": "acme/none; reason=no such word"})
    found = gkedoctor("fleet", folder, "--json", "--jobs", jobs, "--playbooks", OWN)
    assert [cause["cause"] for cause in json.loads(found.out)["causes"]] == [WORD]
    assert found.err.count("cannot be read: unknown cause `acme/none`") >= 1


def test_diff_blames_the_changes_that_it_names(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    before = recording(tmp_path / "before.json", limit=None)
    after = recording(tmp_path / "after.json", annotations={"note": "cart"})
    found = json.loads(gkedoctor("diff", before, after, "--json", "--playbooks", OWN).out)
    assert found["changes"][0]["path"] == "spec.revisionHistoryLimit"


def test_a_package_that_declares_a_word_of_another_is_told(
    gkedoctor: Gkedoctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("acme_first", "acme_second"):
        folder = tmp_path / name
        shutil.copytree(OWN, folder)
        if name == "acme_second":
            (folder / "deployment-scaled-to-zero.yaml").unlink()
            file = folder / "rollback-history-missing.yaml"
            file.write_text(file.read_text(encoding="utf-8").replace("GKE-ROL-902", "GKE-ROL-903"), encoding="utf-8")
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[gkedoctor.playbooks]\nmine = {name}\n")
    listed = gkedoctor("explain", WORD)
    assert listed.code == ExitCode.OK
    assert f"of package acme_second, left out: {tmp_path}/acme_second/causes.yaml" in listed.err
    assert f"cause `{WORD}` is also in" in listed.err
