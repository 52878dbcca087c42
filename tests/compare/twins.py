"""Healthy twins of broken recordings: the object that was at fault mended, the Pods well, an hour before."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any, NamedTuple

from gkedoctor.diagnose.patch import ObjectPatch, Patches
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.model import Snapshot
from tests.conftest import recorded


class Twin(NamedTuple):
    """What was different when all was well, and the change that has to be named first: (object, part of the path)."""

    recording: str
    named: str
    path: str
    changes: tuple[ObjectPatch, ...] = ()
    objects: tuple[Any, ...] = ()


def _template(name: str, deployment: str, field: str, value: Any, named: str | None = None) -> Twin:
    path = f"spec.template.spec.{field}"
    change = ObjectPatch(ref=f"Deployment/{name}/{deployment}", set={path: value})
    return Twin(name, f"Deployment/{name}/{deployment}", named or path, (change,))


def _set(name: str, ref: str, path: str, value: Any, named: str | None = None) -> Twin:
    return Twin(name, ref, named or path, (ObjectPatch(ref=ref, set={path: value}),))


def _there(name: str, kind: str, object_name: str, namespace: bool = True, **fields: Any) -> Twin:
    metadata = {"name": object_name, "namespace": name} if namespace else {"name": object_name}
    ref = f"{kind}/{name}/{object_name}" if namespace else f"{kind}/{object_name}"
    return Twin(name, ref, "", objects=({"kind": kind, "metadata": metadata, **fields},))


_KEY = {
    "bytes": 8,
    "empty": False,
    "trailingNewline": False,
    "whitespace": False,
    "quoted": False,
    "doubleBase64": False,
}
_PROBE = {"httpGet": {"path": "/", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 2, "failureThreshold": 3}
_CLASS = {"provisioner": "pd.csi.storage.gke.io", "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"}
_PORTS = [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}]
_DEFAULT_CLASS = {
    "provisioner": "pd.csi.storage.gke.io", "volumeBindingMode": "WaitForFirstConsumer",
}  # fmt: skip
_READY = [{"type": "Ready", "status": "True", "reason": "KubeletReady"}]
_ADDRESS = {
    "kind": "Address", "name": "api-prod-ip", "address": "203.0.113.77", "status": "IN_USE",
    "selfLink": "https://www.googleapis.com/compute/v1/projects/teratail-prod/global/addresses/api-prod-ip",
}  # fmt: skip
_LATE = "k8s1-a92bb14e-ing-probe-added-later-late-80-8c0c4639"
TWINS = (
    _there("teratail-missing-secret", "Secret", "teratail-secret", type="Opaque", data={"DB_HOST": "ZGI="}),
    _there("billing-configmap-envfrom", "ConfigMap", "billing-config", data={"A": "b"}),
    _there("ci-serviceaccount", "ServiceAccount", "runner"),
    _there("pull-secret", "Secret", "gitlab-pull", type="kubernetes.io/dockerconfigjson"),
    _there("db-pvc-class", "StorageClass", "fast-ssd", namespace=False, **_CLASS),
    _there("ing-missing-secret", "Secret", "shop-db", type="Opaque", data={"password": "eA=="}),
    _there(
        "ing-tls-missing", "Secret", "pay-tls", type="kubernetes.io/tls", data={"tls.crt": "eA==", "tls.key": "eA=="}
    ),
    _set("orders-secret-key", "Secret/orders-secret-key/orders-db", "keys.password", _KEY),
    _set("secret-double-base64", "Secret/secret-double-base64/api-keys", "keys.TOKEN", _KEY),
    _template("catalog-image-tag", "catalog", "containers[0].image", "asia.gcr.io/teratail-prod/catalog:v1"),
    _template("front-rollout", "front", "containers[0].image", "asia.gcr.io/teratail-prod/web:v1"),
    _template("image-dns", "corp", "containers[0].image", "asia.gcr.io/teratail-prod/corp:v1"),
    _template("search-command", "search", "containers[0].command", ["sleep", "3600"]),
    _template("mail-init-crash", "mail", "initContainers[0].command", ["true"]),
    _template("worker-crash-env", "worker", "containers[0].env", [{"name": "QUEUE_URL", "value": "amqp://mq"}]),
    _template("report-oom", "report", "containers[0].resources.limits.memory", "512Mi"),
    _template("ml-cpu", "ml", "containers[0].resources.requests.cpu", "500m"),
    _template("teratail-readiness-404", "teratail", "containers[0].readinessProbe.httpGet.path", "/ready"),
    _template("probe-scheme", "tlsprobe", "containers[0].readinessProbe.httpGet.scheme", "HTTP"),
    _template("liveness-path", "wiki", "containers[0].livenessProbe.httpGet.path", "/"),
    _template("startup-probe", "warm", "containers[0].startupProbe.failureThreshold", 60),
    _template("hostport", "edge", "containers[0].ports[0].hostPort", 0),
    _template("db-host", "ledgerapi", "containers[0].args", ["serve"]),
    _template("db-credentials", "ordersapi", "containers[0].args", ["serve"]),
    _template("ephemeral", "spool", "containers[0].command", ["sleep", "3600"]),
    _set("anti-affinity", "Deployment/anti-affinity/ha", "spec.replicas", 1),
    _set("scaled-to-zero", "Deployment/scaled-to-zero/docs", "spec.replicas", 2),
    _set("team-quota", "ResourceQuota/team-quota/team", 'spec.hard."requests.cpu"', "1"),
    _set("teratail-selector-typo", "Service/teratail-selector-typo/nginx", "spec.selector.app", "nginx"),
    _set("ing-selector", "Service/ing-selector/blog", "spec.selector.app", "blog", "spec.selector"),
    _set("teratail-target-port", "Service/teratail-target-port/teratail", "spec.ports[0].targetPort", 8080),
    _there("teratail-sa-secret-volume", "Secret", "service-account-secret", type="Opaque", data={"key.json": "e30="}),
    _there(
        "ing-no-service", "Service", "pages", spec={"type": "ClusterIP", "selector": {"app": "page"}, "ports": _PORTS}
    ),
    _there("pvc-no-class", "StorageClass", "standard-rwo", namespace=False, **_DEFAULT_CLASS),
    _template("teratail-basic-auth", "nginx", "containers[0].args", ["serve"]),
    _set("cordoned", "Node/gke-teratail-mem-pool-31aa99ef-w2w2", "spec.unschedulable", None),
    _set(
        "node-not-ready", "Node/gke-teratail-batch-pool-77aa01cd-q9zz", "status.conditions", _READY, "conditions.Ready"
    ),
    Twin("ing-static-ip", "Address/teratail-prod/global/api-prod-ip", "", objects=(_ADDRESS,)),
    Twin(
        "ing-probe-added-later",
        f"HealthCheck/teratail-prod/global/{_LATE}",
        "httpHealthCheck.requestPath",
        (ObjectPatch(ref=f"HealthCheck/{_LATE}", set={"httpHealthCheck.requestPath": "/healthz"}),),
    ),
    _template("ing-basic-auth", "nginx", "containers[0].args", [], "containers[0].args"),
)


def before(twin: Twin) -> Snapshot:
    """The healthy twin."""
    after = recorded(twin.recording)
    gathered = _copied(after)
    patches = Patches(gathered.objects)
    for item in twin.objects:
        patches.add(item)
    for change in twin.changes:
        patches.apply(change)
    gathered.objects["events"] = []
    for items, heal in ((gathered.objects.get(name, []), heal) for name, heal in _HEAL.items()):
        for item in items:
            heal(item)
    _add_bystanders(gathered, twin.recording, "v1")
    return build_snapshot(gathered, recorded_at=after.clock - timedelta(hours=1), manifest=after.manifest)


def after(twin: Twin) -> Snapshot:
    """The recording, in which other things changed as well, as they do."""
    recording = recorded(twin.recording)
    gathered = _copied(recording)
    for node in gathered.objects.get("nodes", []):
        node["metadata"].setdefault("labels", {})["team"] = "b"
    for deployment in gathered.objects.get("deployments", []):
        annotations = deployment["spec"]["template"].setdefault("metadata", {}).setdefault("annotations", {})
        annotations["kubectl.kubernetes.io/restartedAt"] = "2026-11-22T12:00:00Z"
        deployment["metadata"].setdefault("labels", {})["release"] = "43"
    _add_bystanders(gathered, twin.recording, "v2")
    return build_snapshot(gathered, recorded_at=recording.clock, manifest=recording.manifest)


def _copied(snapshot: Snapshot) -> Gathered:
    gathered = Gathered(source="twin")
    gathered.add_snapshot(snapshot)
    gathered.objects = copy.deepcopy(gathered.objects)
    return gathered


def _add_bystanders(gathered: Gathered, namespace: str, version: str) -> None:
    """A Deployment and a ConfigMap of the same namespace that have nothing to do with it, and changed."""
    container = {"name": "other", "image": f"asia.gcr.io/teratail-prod/other:{version}", "env": [_variable(version)]}
    labels = {"app": "bystander"}
    deployment = {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "bystander", "namespace": namespace, "generation": 1},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}},
        "status": {"observedGeneration": 1},
    }  # fmt: skip
    config = {
        "kind": "ConfigMap",
        "metadata": {"name": "other", "namespace": namespace},
        "data": {"version": version * 9},
    }
    gathered.objects.setdefault("deployments", []).append(deployment)
    gathered.objects.setdefault("configmaps", []).append(config)


def _variable(version: str) -> dict[str, str]:
    return {"name": "VERSION", "value": version}


def _heal_pod(pod: Any) -> None:
    spec, began = pod["spec"], pod["metadata"].get("creationTimestamp")
    spec["nodeName"] = spec.get("nodeName") or "gke-teratail-default-pool-5f3c1b2a-x7k2"
    running = {"running": {"startedAt": began}}
    pod["status"] = {
        "phase": "Running", "podIP": "10.8.0.200", "startTime": began,
        "conditions": [
            {"type": kind, "status": "True", "lastTransitionTime": began}
            for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
        ],
        "containerStatuses": [
            {"name": c["name"], "image": c["image"], "ready": True, "restartCount": 0, "state": running}
            for c in spec["containers"]
        ],
    }  # fmt: skip
    ended = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": began, "finishedAt": began}}
    if spec.get("initContainers"):
        pod["status"]["initContainerStatuses"] = [
            {"name": c["name"], "image": c["image"], "ready": True, "restartCount": 0, "state": ended}
            for c in spec["initContainers"]
        ]


def _heal_deployment(item: Any) -> None:
    replicas = item["spec"].get("replicas", 1)
    item["status"] = {
        "observedGeneration": item["metadata"].get("generation", 1), "replicas": replicas, "readyReplicas": replicas,
        "updatedReplicas": replicas, "availableReplicas": replicas,
        "conditions": [{"type": "Available", "status": "True"}, {"type": "Progressing", "status": "True"}],
    }  # fmt: skip


def _heal_slice(item: Any) -> None:
    for endpoint in item.get("endpoints") or []:
        endpoint["conditions"] = {"ready": True, "serving": True, "terminating": False}


def _heal_claim(item: Any) -> None:
    item["status"] = {"phase": "Bound"}


def _heal_health(item: Any) -> None:
    for backend in item.get("backends") or []:
        for status in backend.get("healthStatus") or []:
            status["healthState"] = "HEALTHY"


def _heal_quota(item: Any) -> None:
    hard = item["spec"].get("hard") or {}
    item["status"] = {"hard": hard, "used": dict.fromkeys(hard, "0")}


_HEAL = {
    "replicasets": _heal_deployment,
    "resourcequotas": _heal_quota,
    "pods": _heal_pod,
    "deployments": _heal_deployment,
    "endpointslices": _heal_slice,
    "persistentvolumeclaims": _heal_claim,
    "compute.backendServicesHealth": _heal_health,
}
