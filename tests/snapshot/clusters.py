"""Small clusters as `kubectl get ... -o json` prints them, for the tests of this folder."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gkedoctor.snapshot.model import Snapshot, Status

Json = dict[str, Any]

RECORDED = Path(__file__).parents[2] / "recorded_clusters"
PASSWORD = "Tr0ub4dor&3xyz"
TOKEN = "c2VjcmV0LXRva2VuLTEyMzQ="
"""base64 of `secret-token-1234`, which Kubernetes will encode once more."""


def encoded(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def thing(kind: str, name: str, namespace: str | None = "shop", api_version: str = "v1", **fields: Any) -> Json:
    metadata: Json = {"name": name, "creationTimestamp": "2026-01-01T10:00:00Z"}
    if namespace is not None:
        metadata["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def pod(name: str = "web-1", namespace: str = "shop") -> Json:
    waiting = {"reason": "CrashLoopBackOff", "message": f"back-off; the password was {PASSWORD}"}
    status = {"name": "app", "ready": False, "restartCount": 4, "image": "app:1", "state": {"waiting": waiting}}
    return thing(
        "Pod",
        name,
        namespace,
        spec={"containers": [{"name": "app", "image": "registry.example/app:1"}], "nodeName": "n1"},
        status={"phase": "Running", "containerStatuses": [status]},
    )


def secret(name: str = "db", namespace: str = "shop") -> Json:
    item = thing("Secret", name, namespace, type="Opaque", data={"password": encoded(PASSWORD), "t": encoded(TOKEN)})
    item["metadata"]["annotations"] = {
        "kubectl.kubernetes.io/last-applied-configuration": json.dumps({"stringData": {"password": "0lder-Passw0rd"}}),
        "team": "shop",
    }
    item["metadata"]["managedFields"] = [{"manager": "kubectl", "fieldsV1": {"f:data": {"f:password": {}}}}]
    return item


def event(name: str = "web-1.1", namespace: str = "shop") -> Json:
    return thing(
        "Event",
        name,
        namespace,
        type="Warning",
        reason="BackOff",
        message=f"connect postgres://shop:{PASSWORD}@db failed, then {encoded(PASSWORD)}",
        involvedObject={"kind": "Pod", "namespace": namespace, "name": "web-1"},
        lastTimestamp="2026-01-01T11:30:00Z",
        count=3,
    )


def node(name: str = "gke-prod-pool-1-5f3c1b2a-x7k2") -> Json:
    item = thing(
        "Node",
        name,
        None,
        spec={"providerID": f"gce://shop-project/europe-west1-b/{name}"},
        status={"images": [{"names": ["a"]}], "nodeInfo": {"kubeletVersion": "v1.33.1"}},
    )
    item["metadata"]["labels"] = {"cloud.google.com/gke-nodepool": "pool-1"}
    return item


def listed(items: Iterable[Json], kind: str = "List") -> Json:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"resourceVersion": ""}, "items": list(items)}


def write_tree(root: Path, files: dict[str, Any]) -> Path:
    """Files by path; a str or bytes is written as it is, all else as JSON."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
    return root


def recording(root: Path) -> Path:
    return write_tree(
        root,
        {
            "kubernetes/pods.json": listed([pod()]),
            "kubernetes/secrets.json": listed([secret()]),
            "kubernetes/events.json": listed([event()]),
            "kubernetes/nodes.json": listed([node()]),
            "kubernetes/services.json": listed([]),
            "gcp/addresses.json": [{"name": "ip-1", "address": "203.0.113.1", "region": "r/europe-west1"}],
            "logs/web-1/app.log": f"starting\nlogin with {PASSWORD}\n",
            "logs/web-1/app-previous.log": "unable to retrieve container logs for containerd://abc",
            "truth.json": {"cause": None},
        },
    )


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def names(snapshot: Snapshot, collection: str) -> list[str]:
    return [item["metadata"]["name"] for item in snapshot.collection(collection).objects]


def status(snapshot: Snapshot, collection: str) -> Status:
    return snapshot.collection(collection).state.status


def without_kind(*items: Json) -> list[Json]:
    return [{key: value for key, value in item.items() if key not in ("kind", "apiVersion")} for item in items]
