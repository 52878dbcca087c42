"""Each finding points at the key that is wrong, however the file is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lint.running import lint, lint_text

BLOCK = """\
# a comment
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: web:1
      env:
        - name: TOKEN
          valueFrom:
            secretKeyRef:
              name: token
              key: token
"""
FLOW = """\
{apiVersion: v1, kind: Pod, metadata: {name: web},
 spec: {containers: [{name: web, envFrom: [{secretRef: {name: token}}]}]}}
"""
SECOND = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n" + BLOCK
LIST = """\
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
  - apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - {name: web, envFrom: [{secretRef: {name: token}}]}
"""
ALIAS = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - &base
      name: web
      envFrom: [{secretRef: {name: token}}]
    - <<: *base
      name: other
"""
CRON = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: web}
spec:
  schedule: "* * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - {name: web}
          volumes:
            - name: token
              secret:
                secretName: token
"""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(BLOCK, "13:13", id="block style"),
        pytest.param(FLOW, "2:45", id="flow style"),
        pytest.param(SECOND, "17:13", id="the second document"),
        pytest.param(LIST, "10:34", id="an item of a List"),
        pytest.param(ALIAS, "8:18", id="an anchor"),
        pytest.param(CRON, "14:15", id="the template of a CronJob"),
    ],
)
def test_a_finding_has_the_place_of_its_key(tmp_path: Path, text: str, place: str) -> None:
    assert lint_text(tmp_path, text, "--complete").places == [place]


def test_a_finding_in_json_has_the_place_of_its_key(tmp_path: Path) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}
    spec = {"containers": [{"name": "web", "envFrom": [{"secretRef": {"name": "token"}}]}]}
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [{**pod, "spec": spec}]}, indent=2)
    line, row = next((i, row) for i, row in enumerate(text.splitlines(), 1) if "secretRef" in row)
    column = len(row) - len(row.lstrip()) + 1
    assert lint_text(tmp_path, text, "--complete").places == [f"{line}:{column}"]


def test_standard_input_is_a_file_too() -> None:
    ran = lint("-", "-o", "json", "--complete", stdin=BLOCK)
    assert ran.report["diagnoses"][0]["location"] == {"file": "<stdin>", "line": 13, "column": 13}
