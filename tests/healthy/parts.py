"""Parts of settled objects: statuses and specs as the kubelet, the API server and the controllers write them. Pure."""

from __future__ import annotations

import math
import zlib
from typing import Any

from gkedoctor.snapshot.custom_kinds import custom_kind
from gkedoctor.snapshot.importers.names import plural_of
from gkedoctor.snapshot.kinds import KINDS, Kind

Item = dict[str, Any]
NODES = ("gke-prod-default-pool-5d2a1c3e-1k4x", "gke-prod-default-pool-5d2a1c3e-8m2z")
ENDED = ("SuccessCriteriaMet", "Complete")
SLICER = "endpointslice-controller.k8s.io"
PATIENCE = [
    {"key": f"node.kubernetes.io/{what}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
    for what in ("not-ready", "unreachable")
]
TOKEN = {
    "name": "kube-api-access-x7k2p",
    "projected": {
        "defaultMode": 420,
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        ],
    },
}


def kind_of(item: Item) -> Kind:
    """The kind of an object; where `apiVersion` is written, one that an operator brought may be meant.

    Of those that the table of operators does not know, one is cluster-scoped where `namespace: null` is written.
    """
    name, group = item["kind"], str(item.get("apiVersion") or "").rpartition("/")[0]
    if name in KINDS and ("apiVersion" not in item or KINDS[name].group == group):
        return KINDS[name]
    row = custom_kind(group, name)
    scoped = row.namespaced if row is not None and row.kind != "*" else "namespace" not in item["metadata"]
    collection = plural_of(item["apiVersion"], name)
    return Kind(name, collection, group, scoped or bool(item["metadata"].get("namespace")))


def short_hash(item: Item, number: int = 0) -> str:
    return f"{zlib.crc32(place(item) + bytes([number])):08x}"


def place(item: Item) -> bytes:
    return f"{item['kind']}/{item['metadata'].get('namespace')}/{item['metadata']['name']}".encode()


def condition(kind: str, status: str, since: str, reason: str) -> Item:
    return {"type": kind, "status": status, "lastTransitionTime": since, "reason": reason, "message": ""}


def share(value: int | str, count: int) -> int:
    return value if isinstance(value, int) else math.ceil(count * int(value.rstrip("%")) / 100)


def port_number(target: int | str, pods: list[Item]) -> int | None:
    if isinstance(target, int):
        return target
    containers = [c for p in pods for c in [*p["spec"]["containers"], *(p["spec"].get("initContainers") or [])]]
    return next((p["containerPort"] for c in containers for p in c.get("ports") or [] if p.get("name") == target), None)


def is_endpoint(pod: Item) -> bool:
    return pod["status"].get("phase") not in ("Succeeded", "Failed") and bool(pod["status"].get("podIP"))


def endpoint(pod: Item, publish: bool) -> Item:
    serving = publish or any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"]["conditions"])
    ending = "deletionTimestamp" in pod["metadata"]
    target = {"kind": "Pod", "name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"]}
    conditions = {"ready": serving and (publish or not ending), "serving": serving, "terminating": ending}
    return {"addresses": [pod["status"]["podIP"]], "conditions": conditions, "targetRef": target}


def defaulted(container: Item) -> None:
    container.setdefault("image", "europe-docker.pkg.dev/acme/apps/app:1.0")
    for port in container.get("ports") or []:
        port.setdefault("protocol", "TCP")
    for kind in ("readinessProbe", "livenessProbe", "startupProbe"):
        if kind in container:
            defaults = {"periodSeconds": 10, "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3}
            container[kind] = {**defaults, **container[kind]}
            if "httpGet" in container[kind]:
                container[kind]["httpGet"].setdefault("scheme", "HTTP")


def pod_status(pod: Item, number: int, phase: str) -> Item:
    made, spec = pod["metadata"]["creationTimestamp"], pod["spec"]
    done = phase == "Succeeded"
    ready = "False" if phase != "Running" else "True"
    reason = "PodCompleted" if done else ""
    return {
        "phase": phase,
        "startTime": made,
        "hostIP": "10.132.0.4",
        "podIP": f"10.4.{number // 250}.{number % 250 + 1}",
        "qosClass": "Burstable",
        "conditions": [
            condition("PodReadyToStartContainers", "False" if done else "True", made, ""),
            condition("Initialized", "True", made, reason),
            condition("Ready", ready, made, reason),
            condition("ContainersReady", ready, made, reason),
            condition("PodScheduled", "True", made, ""),
        ],
        "initContainerStatuses": [
            container_status(c, made, ended=done or c.get("restartPolicy") != "Always")
            for c in spec.get("initContainers") or []
        ],
        "containerStatuses": [container_status(c, made, ended=done) for c in spec["containers"]],
    }


def container_status(container: Item, made: str, *, ended: bool) -> Item:
    run = {"exitCode": 0, "reason": "Completed", "startedAt": made, "finishedAt": made}
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "sha256:0000",
        "ready": not ended or "restartPolicy" not in container,
        "started": not ended,
        "restartCount": 0,
        "state": {"terminated": run} if ended else {"running": {"startedAt": made}},
        "lastState": {},
    }


def laid_over(status: Item, written: Item) -> Item:
    """The settled status under what is written; lists of named or typed entries are joined entry by entry."""
    result = {**status, **{k: v for k, v in written.items() if k not in JOINED}}
    for field, key in JOINED.items():
        mine = {entry[key]: entry for entry in written.get(field) or []}
        merged = [{**entry, **mine.pop(entry[key], {})} for entry in status.get(field) or []]
        result[field] = [*merged, *mine.values()]
    return result


JOINED = {"conditions": "type", "containerStatuses": "name", "initContainerStatuses": "name"}


def described(node: Item) -> None:
    metadata = node["metadata"]
    made, name = metadata["creationTimestamp"], metadata["name"]
    metadata["labels"] = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "cloud.google.com/gke-nodepool": "default-pool",
        "topology.kubernetes.io/zone": "europe-west1-b",
        "topology.kubernetes.io/region": "europe-west1",
        "node.kubernetes.io/instance-type": "e2-standard-4",
        **(metadata.get("labels") or {}),
    }
    node.setdefault("spec", {}).setdefault("providerID", f"gce://acme/europe-west1-b/{name}")
    node["status"] = {**node_status(made), **(node.get("status") or {})}


def node_status(made: str) -> Item:
    fine = ("FrequentKubeletRestart", "KernelDeadlock", "ReadonlyFilesystem", "FrequentContainerdRestart")
    pressures = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
    return {
        "capacity": {"cpu": "4", "memory": "16372552Ki", "pods": "110", "ephemeral-storage": "98831908Ki"},
        "allocatable": {"cpu": "3920m", "memory": "13586312Ki", "pods": "110", "ephemeral-storage": "47060071478"},
        "conditions": [
            *(condition(kind, "False", made, f"No{kind}") for kind in (*fine, *pressures)),
            condition("Ready", "True", made, "KubeletReady"),
        ],
    }
