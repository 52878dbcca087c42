"""A Kubernetes API server on loopback that serves a generated cluster and changes its Pods all the time.

`main` takes a snapshot and the number of changes a second. It prints its port, and begins with a line of input.
A changed Pod has the time of the change in an annotation, and every hundredth begins to crash.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gkedoctor.snapshot.kinds import COLLECTIONS, Kind
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load

PAGE = 500
STAMP = "bench/changed"
_BOOKMARK_SECONDS = 30.0
_CRASHES = 100
"""One of so many changes makes a Pod crash."""


class Cluster:
    """The objects of each list, and what happened to Pods."""

    def __init__(self, path: Path) -> None:
        snapshot = load(path)
        kinds = [kind for kind in COLLECTIONS.values() if not kind.cloud]
        self.lists: dict[str, tuple[Kind, list[Any]]] = {
            path_of(kind): (kind, [dict(o) for o in snapshot.collection(kind.collection).objects]) for kind in kinds
        }
        self.pods = self.lists["/api/v1/pods"][1]
        self.first_version = newest_version(snapshot)
        self.version = self.first_version
        self.events: list[bytes] = []
        self.changed = threading.Condition()
        self.requests: dict[str, int] = {"list": 0, "watch": 0, "other": 0}

    def change(self, choose: random.Random, number: int) -> None:
        """Changes one Pod."""
        at = choose.randrange(len(self.pods))
        pod = json.loads(json.dumps(self.pods[at]))
        with self.changed:
            self.version += 1
            metadata = pod["metadata"]
            metadata["resourceVersion"] = str(self.version)
            metadata.setdefault("annotations", {})[STAMP] = repr(time.time())
            if number % _CRASHES == 0:
                for status in pod["status"].get("containerStatuses", ()):
                    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container"}
                    status |= {"ready": False, "restartCount": 4, "state": {"waiting": waiting}}
            self.pods[at] = pod
            event = {"type": "MODIFIED", "object": {"kind": "Pod", "apiVersion": "v1"} | pod}
            self.events.append(json.dumps(event, separators=(",", ":")).encode() + b"\n")
            self.changed.notify_all()

    def stream(self, path: str, version: int) -> Iterator[bytes]:
        """What a watch from a version on is sent: each change has the next version after those of the first objects."""
        kind, _ = self.lists[path]
        sent, last = max(0, version - self.first_version), time.monotonic()
        while True:
            with self.changed:
                if path == "/api/v1/pods":
                    self.changed.wait_for(lambda sent=sent: len(self.events) > sent, _BOOKMARK_SECONDS)
                    pieces, sent = self.events[sent:], len(self.events)
                    now = self.version
                else:
                    pieces, now = [], self.version
            if not pieces and path != "/api/v1/pods":
                time.sleep(_BOOKMARK_SECONDS)
            if time.monotonic() - last >= _BOOKMARK_SECONDS:
                last = time.monotonic()
                mark = {"kind": kind.name, "apiVersion": "v1", "metadata": {"resourceVersion": str(now)}}
                pieces = [*pieces, json.dumps({"type": "BOOKMARK", "object": mark}).encode() + b"\n"]
            if pieces:
                yield b"".join(pieces)


def newest_version(snapshot: Snapshot) -> int:
    """The highest resourceVersion: a changed Pod with a lower one would be older than the Secrets that it reads."""
    objects = (o for collection in snapshot.collections.values() for o in collection.objects)
    versions = ((o.get("metadata") or {}).get("resourceVersion") for o in objects)
    return max(int(version) for version in versions if version)


def path_of(kind: Kind) -> str:
    """Where a kind is listed."""
    return f"/apis/{kind.group}/v1/{kind.resource}" if kind.group else f"/api/v1/{kind.resource}"


def documents(cluster: Cluster) -> dict[str, Any]:
    """What discovery says; kubectl only asks for the core group."""
    kinds = [kind for kind, _ in cluster.lists.values()]
    groups = sorted({kind.group for kind in kinds if kind.group})
    version = lambda group: {"groupVersion": f"{group}/v1", "version": "v1"}  # noqa: E731
    listed = [{"name": g, "versions": [version(g)], "preferredVersion": version(g)} for g in groups]
    resources = [
        {"name": k.resource, "singularName": "", "namespaced": k.namespaced, "kind": k.name, "verbs": ["list", "watch"]}
        for k in kinds
        if not k.group
    ]
    return {
        "/version": {"gitVersion": "v1.36.2", "major": "1", "minor": "36"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed},
        "/api/v1": {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1", "resources": resources},
        **{
            f"/apis/{g}/v1": {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{g}/v1", "resources": []}
            for g in groups
        },
    }


def handler(cluster: Cluster) -> type[BaseHTTPRequestHandler]:  # noqa: C901  # a class inside
    """Answers out of a cluster."""
    known = {path: json.dumps(body).encode() for path, body in documents(cluster).items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            if url.path == "/requests":
                self._send(json.dumps(cluster.requests).encode())
            elif url.path not in cluster.lists:
                cluster.requests["other"] += 1
                self._send(known.get(url.path, b"{}"), 200 if url.path in known else 404)
            elif "watch" in query:
                cluster.requests["watch"] += 1
                self._stream(cluster.stream(url.path, int(query.get("resourceVersion") or 0)))
            else:
                cluster.requests["list"] += 1
                name = query.get("fieldSelector", "").removeprefix("metadata.name=")
                self._send(self._page(url.path, int(query.get("continue") or 0), "limit" in query, name))

        def _page(self, path: str, start: int, paged: bool, name: str) -> bytes:
            kind, items = cluster.lists[path]
            items = [item for item in items if item["metadata"]["name"] == name] if name else items
            with cluster.changed:
                metadata: dict[str, Any] = {"resourceVersion": str(cluster.version)}
                part = items[start : start + PAGE] if paged else items[start:]
            if paged and start + PAGE < len(items):
                metadata["continue"] = str(start + PAGE)
            version = f"{kind.group}/v1" if kind.group else "v1"
            document = {"kind": f"{kind.name}List", "apiVersion": version, "metadata": metadata, "items": part}
            return json.dumps(document).encode()

        def _send(self, content: bytes, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _stream(self, pieces: Iterator[bytes]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.flush()
            for piece in pieces:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


def main() -> None:
    cluster = Cluster(Path(sys.argv[1]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(cluster))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # whoever measures hangs up
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.readline()  # a line begins the changes, the end of the input ends it
    stopped = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
    choose, number, rate = random.Random(1), 0, float(sys.argv[2])
    began = time.monotonic()
    while not stopped.wait(max(0.0, began + number / rate - time.monotonic()) if rate else 1.0):
        if rate:
            number += 1
            cluster.change(choose, number)
