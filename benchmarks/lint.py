"""How long `gkedoctor lint` takes for 5,000 manifests, as a ratio to parsing the same files with yaml.CSafeLoader.

User CPU seconds of this process, the least of three runs of each; a start is not counted, for both would pay it. What
is read is sound and refers to each other as charts of one team do, so that every playbook looks at it and none speaks.
"""

from __future__ import annotations

import io
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

from benchmarks.measuring import Measured, tell
from gkedoctor import shipped
from gkedoctor.diagnose.spec import lint
from gkedoctor.manifests.loading import Manifests, read
from gkedoctor.manifests.overlay import world
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import load_playbooks
from gkedoctor.playbook.model import Severity
from gkedoctor.snapshot.garbage import paused_garbage_collector

_IN_A_FILE = 6
_NOW = datetime(2026, 11, 22, tzinfo=UTC)
_APP = """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: app-{i}
---
apiVersion: v1
kind: Secret
metadata:
  name: app-{i}
type: Opaque
data:
  password: c2VjcmV0
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: app-{i}
data:
  MODE: live
  LEVEL: "info"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{i}
  labels: {{app.kubernetes.io/name: app-{i}, app.kubernetes.io/managed-by: Helm}}
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: app-{i}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-{i}
    spec:
      serviceAccountName: app-{i}
      containers:
        - name: app
          image: "europe-docker.pkg.dev/shop/app-{i}:1.{i}.0"
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
          env:
            - name: PASSWORD
              valueFrom:
                secretKeyRef:
                  name: app-{i}
                  key: password
          envFrom:
            - configMapRef:
                name: app-{i}
          readinessProbe:
            httpGet: {{path: /ready, port: http}}
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
            limits:
              memory: 256Mi
---
apiVersion: v1
kind: Service
metadata:
  name: app-{i}
  annotations:
    cloud.google.com/neg: '{{"ingress": true}}'
spec:
  type: ClusterIP
  ports:
    - port: 80
      targetPort: http
      protocol: TCP
      name: http
  selector:
    app.kubernetes.io/name: app-{i}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app-{i}
spec:
  rules:
    - host: app-{i}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: app-{i}
                port:
                  name: http
"""


def measure(manifests: int = 5_000) -> Iterator[Measured]:
    """The ratio to parsing, and what lint itself takes of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for i in range(manifests // _IN_A_FILE):
            (folder / f"app-{i}.yaml").write_text(_APP.format(i=i))
        playbooks = load_playbooks([shipped.playbooks()], check=False)
        reading, whole = _least(lambda: _read(folder)), _least(lambda: _linted(folder, playbooks))
        parsing = _least(lambda: _parsed(folder))
    told = {"CPU s": whole, "to": parsing, "reading": reading}
    yield Measured(f"lint of {manifests:,} manifests, to yaml.CSafeLoader", whole / parsing, 2, told=told)


def _read(folder: Path) -> Manifests:
    return read([folder], stdin=io.BytesIO())


def _linted(folder: Path, playbooks: Sequence[CompiledPlaybook]) -> None:
    with paused_garbage_collector(freeze=True):  # as the command does
        files = world(_read(folder), now=_NOW)
        found = [one for one in lint(files, playbooks).diagnoses if one.severity is not Severity.ADVISORY]
    assert not found, found[:1]


def _parsed(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        list(yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader))


def _least(run: Callable[[], object]) -> float:
    """Seconds of user CPU time, the least of three runs."""
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        run()
        times.append(resource.getrusage(resource.RUSAGE_SELF).ru_utime - before)
    return min(times)


if __name__ == "__main__":
    tell(measure(*map(int, sys.argv[1:])))
