"""The objects that hold the texts: Pods, workloads, Events, Secrets and the rest, each written as its API has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

NAMESPACE = "shop"
TIME = "2026-11-22T11:50:00Z"
CLOCK = "2026-11-22T12:00:00Z"
NODE = "gke-shop-default-pool-5f3c1b2a-x7k2"


def metadata(name: str, **more: Any) -> Json:
    """The metadata of an object in the namespace of the benchmark."""
    return {"name": name, "namespace": NAMESPACE, "uid": f"uid-{name}", "creationTimestamp": TIME, **more}


def env(pairs: Sequence[tuple[str, str]]) -> list[Json]:
    """Environment variables."""
    return [{"name": name, "value": value} for name, value in pairs]


def container(**more: Any) -> Json:
    """One container named `app`."""
    return {"name": "app", "image": "registry.shop.example/app:1.4.2", "resources": {}, **more}


def healthy_pod(name: str, spec: Mapping[str, Any], annotations: Mapping[str, str]) -> Json:
    """A Pod that runs and is ready."""
    conditions = [{"type": kind, "status": "True", "lastTransitionTime": TIME} for kind in _CONDITIONS]
    status = {"name": "app", "ready": True, "restartCount": 0, "started": True, "image": "app:1.4.2", "imageID": "",
              "containerID": "", "state": {"running": {"startedAt": TIME}}, "lastState": {}}  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(name, annotations=dict(annotations)),
        "spec": {"nodeName": NODE, "containers": [container(**spec)], "restartPolicy": "Always"},
        "status": {"phase": "Running", "startTime": TIME, "conditions": conditions, "containerStatuses": [status]},
    }


def crashing_pod(name: str, spec: Mapping[str, Any], message: str) -> Json:
    """A Pod whose container ends again and again, so that its log is read; it belongs to nobody."""
    conditions = [
        {"type": kind, "status": "False" if "eady" in kind else "True", "lastTransitionTime": TIME}
        for kind in _CONDITIONS
    ]
    ended: Json = {"exitCode": 1, "reason": "Error", "startedAt": TIME, "finishedAt": "2026-11-22T11:58:00Z"}
    if message:
        ended["message"] = message
    waiting = {"reason": "CrashLoopBackOff", "message": f"back-off 5m0s restarting failed container=app pod={name}"}
    status = {"name": "app", "ready": False, "restartCount": 9, "started": False, "image": "app:1.4.2", "imageID": "",
              "state": {"waiting": waiting}, "lastState": {"terminated": ended}}  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(name),
        "spec": {"nodeName": NODE, "containers": [container(**spec)], "restartPolicy": "Always"},
        "status": {"phase": "Running", "startTime": TIME, "conditions": conditions, "containerStatuses": [status]},
    }


_CONDITIONS = ("PodScheduled", "Initialized", "ContainersReady", "Ready")


def deployment(name: str, spec: Mapping[str, Any], annotations: Mapping[str, str]) -> Json:
    """A Deployment without replicas."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container(**spec)]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name, annotations=dict(annotations), generation=1),
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
        "status": {"observedGeneration": 1},
    }


def event(name: str, kind: str, about: str, reason: str, message: str) -> Json:
    """A Warning about one object."""
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": metadata(f"{about}.{name}"),
        "involvedObject": {"kind": kind, "namespace": NAMESPACE, "name": about, "uid": f"uid-{about}"},
        "reason": reason,
        "message": message,
        "type": "Warning",
        "count": 3,
        "firstTimestamp": TIME,
        "lastTimestamp": "2026-11-22T11:59:00Z",
        "source": {"component": "kubelet"},
    }


def refused_set(name: str) -> Json:
    """A ReplicaSet that has no Pod, as the API server refuses them."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container()]}}
    failed = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "lastTransitionTime": TIME}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": metadata(name, labels=labels, generation=1),
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
        "status": {"replicas": 0, "observedGeneration": 1, "conditions": [failed]},
    }


def autoscaler(name: str, message: str) -> Json:
    """A HorizontalPodAutoscaler that cannot scale, with the reason that its controller gives."""
    condition = {"type": "ScalingActive", "status": "False", "reason": "FailedGetExternalMetric", "message": message,
                 "lastTransitionTime": TIME}  # fmt: skip
    metric = {"type": "External", "external": {"metric": {"name": "queue"}, "target": {"type": "Value", "value": "5"}}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(name),
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": name, "apiVersion": "apps/v1"}, "maxReplicas": 3,
                 "metrics": [metric]},
        "status": {"currentReplicas": 1, "desiredReplicas": 1, "conditions": [condition]},
    }  # fmt: skip


def ingress(name: str, annotations: Mapping[str, str]) -> Json:
    """An Ingress of another class than Google's."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata(name, annotations=dict(annotations)),
        "spec": {"ingressClassName": "nginx", "rules": [{"host": f"{name}.shop.example"}]},
    }


def storage_class(name: str, parameters: Mapping[str, str]) -> Json:
    """A StorageClass of a driver that takes credentials as parameters."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name, "uid": f"uid-{name}", "creationTimestamp": TIME},
        "provisioner": "csi.storage.example",
        "parameters": dict(parameters),
    }


def volume(name: str, attributes: Mapping[str, str]) -> Json:
    """A PersistentVolume with attributes of its driver."""
    csi = {"driver": "smb.csi.k8s.io", "volumeHandle": name, "volumeAttributes": dict(attributes)}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "uid": f"uid-{name}", "creationTimestamp": TIME},
        "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteMany"], "csi": csi},
        "status": {"phase": "Available"},
    }


def configmap(name: str, data: Mapping[str, str]) -> Json:
    """A ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(name), "data": dict(data)}


def secret(name: str, data: Mapping[str, str], kind: str = "Opaque", **more: Any) -> Json:
    """A Secret; values in base64."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata(name), "type": kind, "data": dict(data), **more}


def route(name: str, header: str, value: str) -> Json:
    """An HTTPRoute that adds a header to requests."""
    filters = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"add": [{"name": header, "value": value}]}}]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": metadata(name),
        "spec": {"rules": [{"filters": filters, "backendRefs": []}]},
    }


def database(name: str, auth: Mapping[str, str]) -> Json:
    """An object of an operator."""
    return {
        "apiVersion": "db.example.com/v1",
        "kind": "Database",
        "metadata": metadata(name),
        "spec": {"size": 3, "auth": dict(auth)},
    }


def url_map(name: str, header: str, value: str) -> Json:
    """A url map that adds a header on the way to the backend (compute/docs/reference/rest/v1/urlMaps)."""
    added = {"headerName": header, "headerValue": value, "replace": True}
    link = f"https://www.googleapis.com/compute/v1/projects/shop-prod/global/urlMaps/{name}"
    return {"kind": "compute#urlMap", "name": name, "selfLink": link, "headerAction": {"requestHeadersToAdd": [added]}}


def backend_service(name: str, header: str, value: str) -> Json:
    """A backend service with a header of its own (compute/docs/reference/rest/v1/backendServices)."""
    link = f"https://www.googleapis.com/compute/v1/projects/shop-prod/global/backendServices/{name}"
    return {
        "kind": "compute#backendService",
        "name": name,
        "selfLink": link,
        "protocol": "HTTP",
        "customRequestHeaders": [f"{header}: {value}"],
    }


def job(name: str, spec: Mapping[str, Any]) -> Json:
    """A Job that is done."""
    template = {"spec": {"containers": [container(**spec)], "restartPolicy": "Never"}}
    done = {"type": "Complete", "status": "True", "lastTransitionTime": TIME}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(name),
        "spec": {"completions": 1, "template": template},
        "status": {"succeeded": 1, "startTime": TIME, "completionTime": TIME, "conditions": [done]},
    }


def cronjob(name: str, spec: Mapping[str, Any]) -> Json:
    """A CronJob that ran last night."""
    template = {"spec": {"containers": [container(**spec)], "restartPolicy": "Never"}}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": metadata(name),
        "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}},
        "status": {"lastScheduleTime": "2026-11-22T03:00:00Z", "lastSuccessfulTime": "2026-11-22T03:01:00Z"},
    }


def service(name: str, annotations: Mapping[str, str]) -> Json:
    """A Service without a selector."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(name, annotations=dict(annotations)),
        "spec": {"type": "ClusterIP", "clusterIP": "None", "ports": [{"port": 80, "protocol": "TCP"}]},
    }


def webhook(name: str, address: str) -> Json:
    """A webhook outside of the cluster."""
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["widgets"]}
    one = {"name": f"{name}.shop.example", "clientConfig": {"url": address}, "failurePolicy": "Ignore", "rules": [rule]}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name, "uid": f"uid-{name}", "creationTimestamp": TIME},
        "webhooks": [one | {"sideEffects": "None", "admissionReviewVersions": ["v1"]}],
    }


def failed_pod(name: str, message: str) -> Json:
    """A Pod that the kubelet turned away."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(name),
        "spec": {"nodeName": NODE, "containers": [container()], "restartPolicy": "Always"},
        "status": {"phase": "Failed", "reason": "UnexpectedAdmissionError", "message": message, "startTime": TIME},
    }


def waiting_pod(name: str, message: str) -> Json:
    """A Pod whose container the runtime cannot start."""
    pod = crashing_pod(name, {}, "")
    status = pod["status"]["containerStatuses"][0]
    status |= {"state": {"waiting": {"reason": "RunContainerError", "message": message}}, "restartCount": 0}
    status["lastState"] = {}
    return pod


def node(name: str = NODE, annotations: Mapping[str, str] | None = None) -> Json:
    """A Node that is ready; by default the one that all Pods run on."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name, "uid": f"uid-{name}", "creationTimestamp": TIME, "annotations": dict(annotations or {})
        },
        "spec": {"providerID": f"gce://shop-prod/europe-west6-a/{name}"},
        "status": {
            "allocatable": {"cpu": "8", "memory": "32Gi", "pods": "250"},
            "capacity": {"cpu": "8", "memory": "32Gi", "pods": "250"},
            "conditions": [
                {"type": "Ready", "status": "True", "reason": "KubeletReady", "lastTransitionTime": TIME,
                 "lastHeartbeatTime": CLOCK}
            ],
        },
    }  # fmt: skip
