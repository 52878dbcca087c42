"""Pods as the API server, the scheduler and the kubelet leave them."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.generator.application import Application
from benchmarks.generator.fares import Fare
from benchmarks.generator.nodes import Machine
from benchmarks.generator.values import HOUR, Json, ago, metadata, suffix

_ACCESS = "/var/run/secrets/kubernetes.io/serviceaccount"
_TOLERATIONS = [
    {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
    for key in ("not-ready", "unreachable")
]
_SOURCES = [
    {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
    {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
    {
        "downwardAPI": {
            "items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]
        }
    },
]


def pod(
    app: Application, fare: Fare, owner: list[Json], name: str, hash_label: Json, machine: Machine, host: int, age: int
) -> Json:
    """One Pod. `hash_label` is what its controller adds to the labels."""
    access = f"kube-api-access-{suffix(app.random)}"
    known = metadata(
        app.random,
        name,
        app.namespace,
        age,
        labels=app.labels | hash_label,
        ownerReferences=owner,
        generateName="" if app.kind == "StatefulSet" else name[:-5],
    )
    spec = _spec(app, access, name, machine if fare.bound else None)
    status = _status(app, fare, spec, machine, host, age)
    item: Json = {"apiVersion": "v1", "kind": "Pod", "metadata": known, "spec": spec, "status": status}
    return _lost(item, machine.silent) if machine.lost and fare.bound else item


def _spec(app: Application, access: str, name: str, machine: Machine | None) -> Json:
    spec = dict(app.spec)
    for key in ("containers", "initContainers"):
        if key in spec:
            spec[key] = [_mounted(container, access) for container in spec[key]]
    volume = {"name": access, "projected": {"defaultMode": 420, "sources": _SOURCES}}
    spec["volumes"] = [*spec.get("volumes", ()), volume]
    if app.claim is not None:
        claim = f"{app.claim['metadata']['name']}-{name}"
        data = {"name": app.claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": claim}}
        spec |= {"volumes": [data, *spec["volumes"]], "hostname": name, "subdomain": app.name}
    spec["tolerations"] = [*spec.get("tolerations", ()), *_TOLERATIONS]
    return spec | {"nodeName": machine.name} if machine is not None else spec


def _mounted(container: Json, access: str) -> Json:
    mount = {"name": access, "readOnly": True, "mountPath": _ACCESS}
    return container | {"volumeMounts": [*container.get("volumeMounts", ()), mount]}


def _status(app: Application, fare: Fare, spec: Json, machine: Machine, host: int, age: int) -> Json:
    status: Json = {
        "phase": fare.phase,
        "conditions": list(_conditions(fare, spec, age)),
        "qosClass": "Burstable" if app.container.get("resources") else "BestEffort",
    }
    if not fare.bound:
        return status
    status |= {"hostIP": machine.ip, "hostIPs": [{"ip": machine.ip}], "startTime": ago(age)}
    if fare.sandbox:
        ip = machine.pod_ip(host)
        status |= {"podIP": ip, "podIPs": [{"ip": ip}]}
    if "initContainers" in spec:
        status["initContainerStatuses"] = [_initial(app, fare, each, age) for each in spec["initContainers"]]
    status["containerStatuses"] = [_container(app, fare, each, age) for each in spec["containers"]]
    return status


def _conditions(fare: Fare, spec: Json, age: int) -> Iterator[Json]:
    if not fare.bound:
        yield _condition("PodScheduled", "False", age, "Unschedulable", fare.unscheduled)
        return
    names = ", ".join(container["name"] for container in spec["containers"])
    yield _condition("PodReadyToStartContainers", str(fare.sandbox and not fare.finished), age - 1)
    if fare.initial is not None:
        initial = ", ".join(container["name"] for container in spec["initContainers"])
        message = f"containers with incomplete status: [{initial}]"
        yield _condition("Initialized", "False", age, "ContainersNotInitialized", message)
    else:
        yield _condition("Initialized", "True", age, "PodCompleted" if fare.finished == "PodCompleted" else "")
    for kind in ("Ready", "ContainersReady"):
        if fare.finished:
            yield _condition(kind, "False", age - 5, fare.finished)
        elif fare.ready:
            yield _condition(kind, "True", max(age - 8, 1))
        else:
            yield _condition(kind, "False", age, "ContainersNotReady", f"containers with unready status: [{names}]")
    yield _condition("PodScheduled", "True", age)


def _condition(kind: str, status: str, since: int, reason: str = "", message: str = "") -> Json:
    said = {key: value for key, value in (("reason", reason), ("message", message)) if value}
    return {"type": kind, "status": status, "lastProbeTime": None, "lastTransitionTime": ago(max(since, 0)), **said}


def _container(app: Application, fare: Fare, container: Json, age: int) -> Json:
    is_main = container["name"] == app.container["name"]
    last = fare.last if fare.initial is None and is_main else {}
    begun = 8 * HOUR - 5 if last and fare.ready else max(age - 3, 0)
    state = fare.state if fare.state is not None and is_main else {"running": {"startedAt": ago(begun)}}
    return {
        **_image(app, container, "running" in state or bool(last)),
        "state": state,
        "lastState": last,
        "ready": fare.ready and not fare.finished,
        "started": fare.started,
        "restartCount": fare.restarts if fare.initial is None and is_main else 0,
    }


def _initial(app: Application, fare: Fare, container: Json, age: int) -> Json:
    done = {
        "terminated": {"exitCode": 0, "reason": "Completed", "startedAt": ago(age), "finishedAt": ago(max(age - 2, 0))}
    }
    if fare.initial is None:
        fared = {"state": done, "lastState": {}, "ready": True, "restartCount": 0}
    else:
        fared = {"state": fare.initial, "lastState": fare.last, "ready": False, "restartCount": fare.restarts}
    return {**_image(app, container, True), **fared, "started": False}


def _image(app: Application, container: Json, ran: bool) -> Json:
    known = {"name": container["name"], "image": container["image"], "imageID": "", "resources": {}}
    if ran:
        digest = f"{app.random.getrandbits(256):064x}"
        known |= {
            "imageID": f"{container['image'].partition(':')[0]}@sha256:{digest}",
            "containerID": f"containerd://{digest}",
        }
    return known


def _lost(item: Json, seconds: int) -> Json:
    """What the node lifecycle controller writes when a kubelet falls silent: not ready, whatever it was."""
    for condition in item["status"]["conditions"]:
        if condition["type"] == "Ready":
            condition |= {"status": "False", "lastTransitionTime": ago(seconds)}
    return item


def is_ready(item: Json) -> bool:
    """Whether a Pod's condition Ready is true."""
    return any(c["type"] == "Ready" and c["status"] == "True" for c in item["status"]["conditions"])
