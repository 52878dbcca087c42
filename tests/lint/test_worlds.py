"""What is not in the files: unknown, certain over a recording, silent where it is made elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.spec import lint as prove
from gkedoctor.manifests.loading import read_text
from gkedoctor.manifests.overlay import world
from gkedoctor.playbook.model import Severity
from tests.conftest import RECORDINGS, recorded, shipped_playbooks
from tests.lint.recorded_manifests import BESIDE
from tests.lint.running import lint, lint_text

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: teratail, namespace: teratail-healthy}
spec:
  template:
    metadata: {labels: {app: teratail}}
    spec:
      containers:
        - name: web
          envFrom: [{secretRef: {name: SECRET}}]
"""
SPECS = ("missing-secret", "missing-configmap", "missing-secret-key", "missing-configmap-key",
         "service-selector-mismatch", "service-target-port-mismatch", "ingress-missing-service")  # fmt: skip


def test_what_is_not_in_the_files_is_advice(tmp_path: Path) -> None:
    ran = lint_text(tmp_path, WEB.replace("SECRET", "elsewhere"))
    assert ran.code == 0
    (found,) = ran.report["diagnoses"]
    assert (found["severity"], found["confidence"]) == ("advisory", "possible")
    assert found["title"].startswith("Secret elsewhere is not in these files; Deployment teratail references it (spec.")
    assert "does not exist" not in found["title"]


def test_over_a_recording_what_is_missing_is_certain_and_what_is_there_is_there(tmp_path: Path) -> None:
    secret = next(s for s in recorded("teratail-healthy").collection("secrets").objects)
    source = str(RECORDINGS / "teratail-healthy")
    there = WEB.replace("SECRET", secret["metadata"]["name"])
    assert lint_text(tmp_path, there, "--from", source).causes == []
    ran = lint_text(tmp_path, WEB.replace("SECRET", "nowhere"), "--from", source)
    assert ran.causes == [("high", "missing-secret")]
    assert ran.report["diagnoses"][0]["confidence"] == "certain"


def test_faults_of_the_cluster_that_touch_no_file_are_not_told(tmp_path: Path) -> None:
    source = str(RECORDINGS / "teratail-selector-typo")
    ran = lint_text(tmp_path, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "--from", source)
    assert ran.causes == []


def test_what_the_configuration_says_is_made_elsewhere_is_silent(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("lint:\n  elsewhere: ['Secret/teratail-healthy/else*']\n")
    file = tmp_path / "given.yaml"
    file.write_text(WEB.replace("SECRET", "elsewhere"))
    assert lint(file, "-o", "json", "--complete", config=config).causes == []


@pytest.mark.parametrize("name", sorted(p.parent.name for p in RECORDINGS.glob("*/truth.json")))
def test_the_objects_of_a_recording_without_status_give_its_wiring_fault_and_nothing_else(name: str) -> None:
    truth = json.loads((RECORDINGS / name / "truth.json").read_text())
    collections = [c for c in recorded(name).collections.values() if "." not in c.name and c.name != "logs"]
    text = "\n".join(json.dumps(dict(item)) for c in collections for item in c.objects)
    manifests = read_text("recorded", text)
    files = world(manifests, complete=True)
    assert not (*manifests.problems, *files.problems)
    found = {d.cause for d in prove(files, shipped_playbooks()).diagnoses if d.severity is not Severity.ADVISORY}
    wanted = {c for c, _ in truth.get("roots") or [(truth["cause"], "")] if c}
    assert found <= wanted | set(truth.get("accept_causes", [])) | {cause for cause, _ in BESIDE.get(name, ())}
    assert wanted & set(SPECS) <= found | set(truth.get("accept_causes", []))


def test_a_planned_pod_is_on_its_own_step_and_no_playbook_of_a_cluster_looks_at_it() -> None:
    files = world(read_text("given", WEB.replace("SECRET", "nowhere")), complete=True)
    assert diagnose(files.closed, shipped_playbooks()).unexplained == ()
