"""A kubelet for Nodes without a machine: it updates their heartbeats and writes the status of Pods.

What a Pod does follows from its spec, the Secrets and ConfigMaps it names and the `World` outside of the cluster: which
images the registry has, what the application needs and answers. Texts are those of the kubelet and of containerd
(pkg/kubelet/kuberuntime, pkg/kubelet/prober, pkg/kubelet/images).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.changes.api import Api, ApiError, log, now

Json = dict[str, Any]


@dataclass
class World:
    """What is not in the API: the registry, what programs need (by container), and Nodes whose machine is gone."""

    missing_images: set[str] = field(default_factory=set)
    slow_images: dict[str, float] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    required_env: dict[str, str] = field(default_factory=dict)
    paths: dict[str, set[str]] = field(default_factory=dict)
    probe_status: dict[str, int] = field(default_factory=dict)
    crash: dict[str, str] = field(default_factory=dict)
    dead_nodes: set[str] = field(default_factory=set)
    logs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fate:
    """What a container does: `kind` is running, unready, pull, config or crash."""

    kind: str
    message: str = ""
    exit_code: int = 0
    reason: str = "Error"


class Kubelet:
    def __init__(self, api: Api, world: World) -> None:
        self._api, self._world = api, world
        self._seen: dict[str, float] = {}
        self._told: dict[tuple[str, str, str], Json] = {}
        self._fates: dict[str, Fate] = {}
        self._stop = threading.Event()
        self._beats: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._restarts: dict[str, int] = {}

    def start(self) -> None:
        threading.Thread(target=self._loop, daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _loop(self) -> None:
        while not self._stop.wait(0.5):
            try:
                self._beat()
                for pod in self._api.get("Pod")["items"]:
                    self._pod(pod)
            except (ApiError, OSError) as error:
                if "409" not in str(error) and "404" not in str(error):
                    log(f"kubelet: {error}")

    # Nodes

    def _beat(self) -> None:
        for node in self._api.get("Node")["items"]:
            name = node["metadata"]["name"]
            if name in self._world.dead_nodes or time.monotonic() - self._beats.get(name, 0) < 8:
                continue
            self._beats[name] = time.monotonic()
            change = {
                "status": {
                    "conditions": [
                        {"type": c["type"], "lastHeartbeatTime": now()} for c in node["status"]["conditions"]
                    ]
                }
            }
            self._api.patch("Node", "", name, change, "kubelet", part="/status")

    # Pods

    def _pod(self, pod: Json) -> None:
        meta, node = pod["metadata"], pod["spec"].get("nodeName")
        if not node or node in self._world.dead_nodes:
            return
        if meta.get("deletionTimestamp"):
            path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
            self._api.request("DELETE", path, {"gracePeriodSeconds": 0})
            return
        uid = meta["uid"]
        begun = self._seen.setdefault(uid, time.monotonic())
        fate = self._fate(pod, time.monotonic() - begun)
        if fate is None or (self._fates.get(uid) == fate and time.monotonic() < self._due.get(uid, 0)):
            return
        repeated = self._fates.get(uid) == fate
        if repeated and fate.kind == "running":
            return
        self._fates[uid] = fate
        self._due[uid] = time.monotonic() + 15
        self._report(pod, fate, repeated)

    def _fate(self, pod: Json, age: float) -> Fate | None:
        container, namespace, world = pod["spec"]["containers"][0], pod["metadata"]["namespace"], self._world
        image, app = container["image"], container["name"]
        if age < world.slow_images.get(image, 1.5):
            return None
        started = bool(pod["status"].get("containerStatuses", [{}])[0].get("started"))
        if image in world.missing_images and not started:
            what = (
                f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": {image}: not found'
            )
            return Fate("pull", f"rpc error: code = NotFound desc = {what}")
        if not started and (lost := self._missing_key(namespace, container)):
            return Fate("config", lost)
        limit = int(container["resources"].get("limits", {}).get("memory", "9999Mi")[:-2])
        if limit < world.memory.get(app, 0):
            return Fate("crash", "", 137, "OOMKilled")
        name = world.required_env.get(app)
        if name and not any(entry["name"] == name for entry in container.get("env", [])):
            return Fate("crash", f"KeyError: '{name}'", 1)
        if app in world.crash:
            return Fate("crash", world.crash[app], 1)
        return self._probe(container)

    def _probe(self, container: Json) -> Fate:
        request = container.get("readinessProbe", {}).get("httpGet")
        if request and request["path"] not in self._world.paths.get(container["image"], {"/healthz"}):
            return Fate("unready", "Readiness probe failed: HTTP probe failed with statuscode: 404")
        if request and (status := self._world.probe_status.get(container["name"], 200)) >= 400:
            return Fate("unready", f"Readiness probe failed: HTTP probe failed with statuscode: {status}")
        return Fate("running")

    def _missing_key(self, namespace: str, container: Json) -> str:
        for kind, field_name in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
            for entry in container.get("env", []):
                wanted = entry.get("valueFrom", {}).get(field_name)
                if not wanted:
                    continue
                try:
                    data = self._api.get(kind, namespace, wanted["name"]).get("data", {})
                except ApiError:
                    return f'{kind.lower()} "{wanted["name"]}" not found'
                if wanted["key"] not in data:
                    return f"couldn't find key {wanted['key']} in {kind} {namespace}/{wanted['name']}"
        return ""

    def _report(self, pod: Json, fate: Fate, repeated: bool) -> None:
        meta, uid = pod["metadata"], pod["metadata"]["uid"]
        for reason, message, kind in self._events(pod, fate, repeated):
            self._event(pod, reason, message, kind)
        if repeated and fate.kind != "crash":
            return
        if fate.kind == "crash":
            self._restarts[uid] = self._restarts.get(uid, -1) + 1
            if fate.message:
                self._world.logs[f"{meta['namespace']}/{meta['name']}/{pod['spec']['containers'][0]['name']}"] = (
                    fate.message
                )
        self._api.patch(
            "Pod", meta["namespace"], meta["name"], {"status": self._status(pod, fate)}, "kubelet", part="/status"
        )

    def _status(self, pod: Json, fate: Fate) -> Json:
        container, uid = pod["spec"]["containers"][0], pod["metadata"]["uid"]
        before = (pod["status"].get("containerStatuses") or [{}])[0]
        running = fate.kind in ("running", "unready")
        identity = f"containerd://{uid.replace('-', '') * 2}"
        started_at = before.get("state", {}).get("running", {}).get("startedAt") or now()
        state: Json = {"running": {"startedAt": started_at}} if running else {"waiting": self._waiting(pod, fate)}
        status = {
            "name": container["name"],
            "image": container["image"],
            "imageID": "" if fate.kind == "pull" else f"sha256:{identity[13:]}",
            "ready": fate.kind == "running",
            "started": running,
            "restartCount": max(self._restarts.get(uid, 0), 0) + (fate.kind == "crash"),
            "state": state,
            "lastState": {},
        }
        if running or fate.kind == "crash":
            status["containerID"] = identity
        if fate.kind == "crash":
            ended = {
                "containerID": identity,
                "exitCode": fate.exit_code,
                "reason": fate.reason,
                "startedAt": started_at,
                "finishedAt": now(),
            }
            status["lastState"] = {"terminated": ended}
        number = int(uid[:2], 16)
        return {
            "phase": "Running" if running or fate.kind == "crash" else "Pending",
            "startTime": pod["status"].get("startTime") or now(),
            "hostIP": "10.146.0.2",
            "hostIPs": [{"ip": "10.146.0.2"}],
            "podIP": f"10.8.{int(uid[2:4], 16)}.{number}",
            "podIPs": [{"ip": f"10.8.{int(uid[2:4], 16)}.{number}"}],
            "conditions": list(_conditions(pod, fate, container["name"])),
            "containerStatuses": [status],
        }

    def _waiting(self, pod: Json, fate: Fate) -> Json:
        container, meta = pod["spec"]["containers"][0], pod["metadata"]
        if fate.kind == "pull":
            message = f'Back-off pulling image "{container["image"]}": ErrImagePull: {fate.message}'
            return {"reason": "ImagePullBackOff", "message": message}
        if fate.kind == "config":
            return {"reason": "CreateContainerConfigError", "message": fate.message}
        identity = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
        return {
            "reason": "CrashLoopBackOff",
            "message": f"back-off 1m20s restarting failed container={container['name']} pod={identity}",
        }

    def _events(self, pod: Json, fate: Fate, repeated: bool) -> Iterator[tuple[str, str, str]]:
        container, meta = pod["spec"]["containers"][0], pod["metadata"]
        image = container["image"]
        if fate.kind == "pull":
            if not repeated:
                yield "Pulling", f'Pulling image "{image}"', "Normal"
            yield "Failed", f'Failed to pull image "{image}": {fate.message}', "Warning"
            yield "Failed", "Error: ErrImagePull", "Warning"
            yield "BackOff", f'Back-off pulling image "{image}"', "Normal"
            yield "Failed", "Error: ImagePullBackOff", "Warning"
        elif fate.kind == "config":
            yield "Failed", f"Error: {fate.message}", "Warning"
        elif not repeated and not (pod["status"].get("containerStatuses") or [{}])[0].get("started"):
            yield "Pulled", f'Container image "{image}" already present on machine', "Normal"
            yield "Created", "Container created", "Normal"
            yield "Started", "Container started", "Normal"
        if fate.kind == "unready":
            yield "Unhealthy", fate.message, "Warning"
        if fate.kind == "crash":
            identity = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
            yield "BackOff", f"Back-off restarting failed container {container['name']} in pod {identity}", "Warning"

    def _event(self, pod: Json, reason: str, message: str, kind: str) -> None:
        meta, container = pod["metadata"], pod["spec"]["containers"][0]["name"]
        key = (meta["uid"], reason, message)
        if known := self._told.get(key):
            known["count"] += 1
            change = {"count": known["count"], "lastTimestamp": now()}
            self._api.patch("Event", meta["namespace"], known["name"], change, "kubelet")
            return
        name = f"{meta['name']}.{time.time_ns():x}"
        self._told[key] = {"name": name, "count": 1}
        about = {
            "apiVersion": "v1",
            "kind": "Pod",
            "name": meta["name"],
            "namespace": meta["namespace"],
            "uid": meta["uid"],
            "resourceVersion": meta["resourceVersion"],
            "fieldPath": f"spec.containers{{{container}}}",
        }
        host = pod["spec"]["nodeName"]
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": meta["namespace"]},
            "involvedObject": about,
            "reason": reason,
            "message": message,
            "type": kind,
            "count": 1,
            "firstTimestamp": now(),
            "lastTimestamp": now(),
            "source": {"component": "kubelet", "host": host},
            "reportingComponent": "kubelet",
            "reportingInstance": host,
        }
        self._api.create(event, "kubelet")


def _conditions(pod: Json, fate: Fate, container: str) -> Iterator[Json]:
    before = {c["type"]: c for c in pod["status"].get("conditions", [])}
    ready = fate.kind == "running"
    for name in ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"):
        good = ready or name in ("PodReadyToStartContainers", "Initialized")
        condition = {
            "type": name,
            "status": "True" if good else "False",
            "lastProbeTime": None,
            "lastTransitionTime": now(),
        }
        if not good:
            condition |= {"reason": "ContainersNotReady", "message": f"containers with unready status: [{container}]"}
        if before.get(name, {}).get("status") == condition["status"]:
            condition["lastTransitionTime"] = before[name]["lastTransitionTime"]
        yield condition
