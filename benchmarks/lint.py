"""How long `gkedoctor lint` takes for 5,000 manifests, as a ratio to parsing the same files with yaml.CSafeLoader.

    python benchmarks/lint.py [MANIFESTS]

User CPU time of this process, the least of three runs of each. The aim is a ratio under 2.
"""

from __future__ import annotations

import io
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import yaml

from gkedoctor import shipped
from gkedoctor.cli.pace import paused_garbage_collector
from gkedoctor.diagnose.spec import lint
from gkedoctor.manifests.read import read
from gkedoctor.manifests.world import world
from gkedoctor.playbook.loader import load_playbooks

_APP = """\
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


def main(manifests: int) -> None:
    """Prints both times and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for i in range(manifests // 5):
            (folder / f"app-{i}.yaml").write_text(_APP.format(i=i))
        playbooks = load_playbooks([shipped.playbooks()], check=False)

        def ours() -> None:
            with paused_garbage_collector():
                files = world(read([folder], stdin=io.BytesIO()))
                found = lint(files, playbooks)
            assert len(files.origins) == manifests // 5 * 5, "not all were read"
            assert not found.diagnoses, found.diagnoses[:1]

        def theirs() -> None:
            for path in sorted(folder.iterdir()):
                list(yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader))

        mine, parsing = _least(ours), _least(theirs)
    print(f"{manifests} manifests: lint {mine:.2f} s, CSafeLoader {parsing:.2f} s, ratio {mine / parsing:.2f}")


def _least(run: Callable[[], None]) -> float:
    """Seconds of user CPU time, the least of three runs."""
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        run()
        times.append(resource.getrusage(resource.RUSAGE_SELF).ru_utime - before)
    return min(times)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
