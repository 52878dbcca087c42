"""Small clusters with what a real API server records of changes: managedFields in its own form, revisions, Events.

Each starts from a Deployment `shop` that was created and became ready, and takes a change as the API server writes it.
Shapes as in a dump with --show-managed-fields of Kubernetes 1.36.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.timestamps import parse_timestamp

Json = dict[str, Any]

CREATED = "2026-11-29T12:00:00Z"
RECORDED = "2026-11-29T12:40:00Z"
IMAGE = "spec/template/spec/containers/k:name=shop/image"
HASHES = ("5d9c", "7f1a", "66bb")


def owned(*paths: str) -> Json:
    """`fieldsV1` of dotted paths; `k:name=shop` is an element by its key."""
    fields: Json = {}
    for path in paths:
        node = fields
        for step in path.split("/"):
            key, _, wanted = step.removeprefix("k:").partition("=")
            name = f"k:{json.dumps({key: wanted}, separators=(',', ':'))}" if step.startswith("k:") else f"f:{step}"
            node = node.setdefault(name, {})
    return fields


def entry(manager: str, at: str | None, *paths: str, operation: str = "Update", subresource: str = "") -> Json:
    found: Json = {"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1"}
    found["fieldsV1"] = owned(*paths)
    return found | ({"time": at} if at else {}) | ({"subresource": subresource} if subresource else {})


def thing(kind: str, name: str, *entries: Json, created: str = CREATED, version: str = "v1", **fields: Any) -> Json:
    metadata: Json = {"name": name, "namespace": "shop", "uid": f"{kind}-{name}", "creationTimestamp": created}
    for key in ("annotations", "labels", "ownerReferences"):
        if key in fields:
            metadata[key] = fields.pop(key)
    return {
        "apiVersion": version, "kind": kind, "metadata": metadata | {"managedFields": list(entries)}, **fields,
    }  # fmt: skip


def container(**changed: Any) -> Json:
    found: Json = {
        "name": "shop", "image": "registry.example/shop:7",
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}},
        "env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "shop-db", "key": "token"}}}],
    }  # fmt: skip
    return found | changed


def template(*containers: Json, **labels: str) -> Json:
    return {"metadata": {"labels": {"app": "shop"} | labels}, "spec": {"containers": list(containers or [container()])}}


def deployment(*entries: Json, templ: Json | None = None, replicas: int = 2, revision: int = 1, ready: int = 2) -> Json:
    return thing(
        "Deployment", "shop", entry("helm", CREATED, "spec/replicas", IMAGE), *entries, version="apps/v1",
        annotations={"deployment.kubernetes.io/revision": str(revision)},
        spec={"replicas": replicas, "selector": {"matchLabels": {"app": "shop"}}, "template": templ or template()},
        status={"replicas": replicas, "readyReplicas": ready, "availableReplicas": ready, "updatedReplicas": replicas},
    )  # fmt: skip


def controller(kind: str, name: str) -> Json:
    return {"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": f"{kind}-{name}", "controller": True}


def replica_set(revision: int, templ: Json, created: str, replicas: int = 0, number: int | None = None) -> Json:
    name = f"shop-{HASHES[(revision if number is None else number) % 3]}"
    templ = copy.deepcopy(templ)
    templ["metadata"]["labels"]["pod-template-hash"] = name.partition("-")[2]
    owner = controller("Deployment", "shop")
    return thing(
        "ReplicaSet", name, created=created, version="apps/v1", ownerReferences=[owner],
        annotations={"deployment.kubernetes.io/revision": str(revision)},
        spec={"replicas": replicas, "selector": {"matchLabels": {"app": "shop"}}, "template": templ},
        status={"replicas": replicas, "readyReplicas": replicas},
    )  # fmt: skip


def pod(of: Json, state: Json, created: str, *, ready: bool = False, **status: Any) -> Json:
    owner = controller("ReplicaSet", of["metadata"]["name"])
    templ = of["spec"]["template"]
    one = {"name": "shop", "ready": ready, "restartCount": 0, "image": "x", "imageID": "", "state": state} | status
    conditions = [
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": created},
        {"type": "Ready", "status": str(ready), "lastTransitionTime": created},
    ]
    return thing(
        "Pod", f"{of['metadata']['name']}-abcde", created=created, ownerReferences=[owner],
        labels=templ["metadata"]["labels"], spec=templ["spec"] | {"nodeName": "n1"},
        status={"phase": "Running" if ready else "Pending", "startTime": created, "podIP": "10.0.0.5",
                "conditions": conditions, "containerStatuses": [one]},
    )  # fmt: skip


def event(about: Json, reason: str, message: str, at: str, count: int = 1, **fields: Any) -> Json:
    metadata = about["metadata"]
    name = f"{metadata['name']}.{reason}.{at}.{len(message)}.{message[7:9]}"
    involved = {"kind": about["kind"], "namespace": "shop", "name": metadata["name"], "uid": metadata["uid"]}
    return thing(
        "Event", name, created=at, involvedObject=involved, reason=reason,
        message=message, type="Normal", count=count, firstTimestamp=at, lastTimestamp=at, **fields,
    )  # fmt: skip


def service(*entries: Json, selector: Json | None = None, **spec: Any) -> Json:
    ports = [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}]
    whole = {"selector": selector or {"app": "shop"}, "ports": ports, "clusterIP": "10.1.0.1", "type": "ClusterIP"}
    return thing("Service", "shop", entry("helm", CREATED, "spec/selector"), *entries, spec=whole | spec)


def secret(*entries: Json, created: str = CREATED, **data: str) -> Json:
    return thing("Secret", "shop-db", *entries, created=created, type="Opaque", data=data)


READ = (
    "Deployment", "ReplicaSet", "Pod", "Service", "Secret", "ConfigMap", "Event", "Node", "Namespace",
    "HorizontalPodAutoscaler", "StatefulSet", "Ingress", "EndpointSlice", "DaemonSet",
    "NetworkPolicy", "PersistentVolumeClaim", "Job", "ServiceAccount", "Endpoints",
)  # fmt: skip
"""Kinds of which all objects were read, also where there are none."""


def snapshot(*items: Json) -> Snapshot:
    gathered = Gathered("test")
    collections = {KINDS[kind].collection: kind for kind in READ} | {"controllerrevisions": "ControllerRevision"}
    for collection, kind in collections.items():
        gathered.add(collection, [item for item in items if item["kind"] == kind])
    return build_snapshot(gathered, recorded_at=parse_timestamp(RECORDED))
