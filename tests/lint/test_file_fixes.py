"""What lint advises is a line of the file with its corrected text, and no command against a cluster."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gkedoctor.errors import ExitCode
from tests.cli.conftest import Gkedoctor, gkedoctor

__all__ = ["gkedoctor"]

APP = """\
apiVersion: v1
kind: Secret
metadata: {name: web-secret, namespace: shop}
stringData: {password: x}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: nginx:1
          ports: [{containerPort: 80}]
          env:
            - name: P
              valueFrom:
                secretKeyRef:
                  name: web-secrt
                  key: password
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector:
    app: wep
  ports:
    - port: 80
      targetPort: 80
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "app.yaml"
    path.write_text(APP, encoding="utf-8")
    return path


def test_a_slip_gets_the_corrected_line_as_a_diff(gkedoctor: Gkedoctor, file: Path) -> None:
    out = gkedoctor("lint", file, "--no-config").out
    assert "-                  name: web-secrt\n+                  name: web-secret\n" in out
    assert "-    app: wep\n+    app: web\n" in out
    assert "kubectl" not in out.replace("kubernetes.io", "")


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")
def test_the_patches_apply_and_leave_nothing_to_report(gkedoctor: Gkedoctor, file: Path) -> None:
    out = gkedoctor("lint", file, "--no-config").out
    for block in out.split("patch ")[1:]:
        command = "patch " + block.partition("\nEOF\n")[0] + "\nEOF\n"
        subprocess.run(["bash", "-c", command], check=True, capture_output=True)
    assert gkedoctor("lint", file, "--no-config").code == ExitCode.OK


def test_standard_input_has_no_file_to_patch(gkedoctor: Gkedoctor, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with file.open("rb") as stdin:
        monkeypatch.setattr("sys.stdin", type("In", (), {"buffer": stdin, "isatty": lambda self: False})())
        out = gkedoctor("lint", "-", "--no-config").out
    assert "patch " not in out
    assert "kubectl" not in out.replace("kubernetes.io", "")


def test_input_without_objects_is_not_said_to_be_right(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    garbage = tmp_path / "x.yaml"
    garbage.write_text("garbage\n", encoding="utf-8")
    result = gkedoctor("lint", garbage, "--no-config")
    assert result.code == ExitCode.SOURCE
    assert "nothing is wrong" not in result.out
    assert "No problems found" not in result.out
    assert "no Kubernetes object was found" in result.err
