"""A Kubernetes API server that can be watched: objects that change, a resourceVersion, and faults on demand."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gkedoctor.snapshot.custom_kinds import listed_kinds
from gkedoctor.snapshot.kinds import COLLECTIONS, Kind
from gkedoctor.snapshot.model import Snapshot
from tests.collect.kube_api import _PATH, KubeApi, _is_selected, status
from tests.collect.loopback import Asked, Reply

_RESOURCES = re.compile(r"/apis/([^/]+)/[^/]+")
EXPIRED = "too old resource version: 1 (9)"


class WatchApi(KubeApi):
    """`put` and `remove` change it. `cut()` ends all streams without a word; `silent`: they say nothing for a while."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.objects = {name: list(items) for name, items in self.objects.items()}
        self.version = 10
        self.oldest: dict[str, int] = {}
        self.log: list[tuple[int, str, str, Any]] = []
        self.silent = False
        self.generation = 0
        self.token = "t0ken"
        self.changed = threading.Condition()
        self.opened = 0
        self.aggregated = True
        self.told = 0

    @classmethod
    def of(cls, snapshot: Snapshot) -> WatchApi:
        return super().of(snapshot)  # type: ignore[return-value]

    def put(self, collection: str, item: Any) -> None:
        """An object that is new or changed."""
        with self.changed:
            self.version += 1
            metadata = item["metadata"] | {"resourceVersion": str(self.version)}
            item = item | {"metadata": metadata, "kind": COLLECTIONS[collection].name, "apiVersion": "v1"}
            kept = [one for one in self.objects.get(collection, ()) if _place(one) != _place(item)]
            kind = "ADDED" if len(kept) == len(self.objects.get(collection, ())) else "MODIFIED"
            self.objects[collection] = [*kept, item]  # type: ignore[index]
            self.log.append((self.version, collection, kind, item))
            self.changed.notify_all()

    def remove(self, collection: str, namespace: str, name: str) -> None:
        with self.changed:
            self.version += 1
            gone = next(one for one in self.objects[collection] if _place(one) == (namespace, name))
            self.objects[collection] = [o for o in self.objects[collection] if o is not gone]  # type: ignore[index]
            gone = gone | {"metadata": gone["metadata"] | {"resourceVersion": str(self.version)}}
            self.log.append((self.version, collection, "DELETED", gone))
            self.changed.notify_all()

    def forget(self, *collections: str) -> None:
        """All that happened to them so far is too old to be watched: who goes on from there gets 410."""
        with self.changed:
            self.version += 1
            self.oldest |= dict.fromkeys(collections, self.version)

    def cut(self) -> None:
        """Cuts all streams."""
        with self.changed:
            self.generation += 1
            self.changed.notify_all()

    def _answer(self, asked: Asked) -> Reply:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        if headers.get("authorization") != f"Bearer {self.token}":
            return status(401, "Unauthorized", "Unauthorized")
        if asked.path == "/apis" and self.aggregated and "APIGroupDiscoveryList" in headers.get("accept", ""):
            return self._discovery(headers.get("if-none-match", ""))
        if resources := _RESOURCES.fullmatch(asked.path):
            return Reply(body={"resources": [{"name": kind.resource} for kind in self._kinds(resources[1])]})
        found = _PATH.fullmatch(asked.path)
        if found is not None and asked.query.get("watch") == "true":
            self.opened += 1
            selector = asked.query.get("fieldSelector", "")
            version = int(asked.query["resourceVersion"])
            return Reply(stream=self._stream(found["plural"], found["ns"], version, selector))
        reply = super()._answer(asked)
        if found is not None and reply.status == 200:
            reply.body["metadata"]["resourceVersion"] = str(self.version)
        return reply

    def _kinds(self, group: str) -> list[Kind]:
        known = [*COLLECTIONS.values(), *(listed_kinds() if self.operators else ())]
        return [k for k in known if not k.cloud and k.group == group and k.collection not in self.absent]

    def _discovery(self, known: str) -> Reply:
        items = [
            {
                "metadata": {"name": group},
                "versions": [
                    {"version": version["version"], "resources": [{"resource": k.resource} for k in self._kinds(group)]}
                    for version in self._group(group)["versions"]
                ],
            }
            for group in self._groups()
        ]
        etag = f'"{hashlib.sha256(json.dumps(items).encode()).hexdigest()}"'
        if known == etag:
            return Reply(304, headers={"ETag": etag})
        return Reply(body={"kind": "APIGroupDiscoveryList", "items": items}, headers={"ETag": etag})

    def send(self, collection: str, item: bytes, *, line: bytes = b"") -> None:
        """An event of an object as these bytes are, or this line."""
        with self.changed:
            self.version += 1
            self.log.append((self.version, collection, "", line or b'{"type":"ADDED","object":%s}\n' % item))
            self.changed.notify_all()

    def listing(self, item: bytes) -> Reply:
        """A list of one object, as these bytes are."""
        return Reply(body=b'{"metadata":{"resourceVersion":"%d"},"items":[%s]}' % (self.version, item))

    def bookmark(self, version: int) -> None:
        """Sends a bookmark of a version, whatever the versions that were asked for."""
        with self.changed:
            self.told = version
            self.changed.notify_all()

    def _stream(self, collection: str, namespace: str | None, version: int, selector: str = "") -> Iterator[bytes]:
        generation = self.generation
        if version < self.oldest.get(collection, 0):
            yield _line("ERROR", {"kind": "Status", "code": 410, "message": EXPIRED, "reason": "Expired"})
            return
        while True:
            with self.changed:
                if self.told:
                    now = min(self.told, self.version)
                    yield _line("BOOKMARK", {"kind": "X", "metadata": {"resourceVersion": str(now)}})
                while not self.silent and self.generation == generation and self.version <= version:
                    if not self.changed.wait(5.0):
                        break
                events = [e for e in self.log if e[0] > version and e[1] == collection]
                now = self.version
                silent = self.silent
            if self.generation != generation:
                raise ConnectionResetError
            if silent:
                time.sleep(0.02)
                continue
            yield from _lines(events, namespace, selector)
            version = now
            yield _line("BOOKMARK", {"kind": "X", "metadata": {"resourceVersion": str(version)}})

    def close(self) -> None:
        self.cut()
        super().close()


def login(api: KubeApi, folder: Path, token: str) -> None:
    """Writes another token into the kubeconfig."""
    path = folder / "config-test"
    config = json.loads(path.read_text())
    config["users"][0]["user"]["token"] = token
    path.write_text(json.dumps(config))


def _place(item: Any) -> tuple[str, str]:
    return item["metadata"].get("namespace") or "", item["metadata"]["name"]


def _lines(events: list[tuple[int, str, str, Any]], namespace: str | None, selector: str) -> Iterator[bytes]:
    for _, _, kind, item in events:
        if isinstance(item, bytes):
            yield item
        elif namespace in (None, item["metadata"].get("namespace")):
            yield _line(kind if _is_selected(item, selector) else "DELETED", item)  # it left the selection


def _line(kind: str, item: Any) -> bytes:
    return json.dumps({"type": kind, "object": item}).encode() + b"\n"
