"""Manifests of a small application: Deployment, Service, ConfigMap, and the Nodes it runs on."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
REGISTRY = "europe-west4-docker.pkg.dev/acme-prod/apps"

APPLICATIONS: Json = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "applications.argoproj.io"},
    "spec": {
        "group": "argoproj.io", "scope": "Namespaced",
        "names": {"kind": "Application", "plural": "applications", "singular": "application"},
        "versions": [{"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
            "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}],
    },
}  # fmt: skip
"""Argo CD's kind, which has no subresource status."""


def image(name: str, tag: str) -> str:
    return f"{REGISTRY}/{name}:{tag}"


def deployment(
    name: str, tag: str, *, replicas: int | None = 2, env: list[Json] | None = None, memory: str = "256Mi", **pod: Any
) -> Json:
    container: Json = {
        "name": name,
        "image": image(name, tag),
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [reference("MODE", "configMapKeyRef", f"{name}-config", "MODE"), *(env or [])],
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10},
        "resources": {"requests": {"cpu": "50m", "memory": "48Mi"}, "limits": {"memory": memory}},
    }
    if mounts := pod.pop("mounts", None):
        container["volumeMounts"] = mounts
    labels = {"app": name, "component": "web"}
    pod.setdefault("nodeSelector", {"cloud.google.com/gke-nodepool": "default-pool"})
    spec: Json = {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container], **pod}},
    }
    if replicas is not None:
        spec["replicas"] = replicas
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def reference(name: str, kind: str, source: str, key: str) -> Json:
    return {"name": name, "valueFrom": {kind: {"name": source, "key": key}}}


def service(name: str, port: int = 80, target: str | int = "http") -> Json:
    ports = [{"name": "http", "port": port, "targetPort": target}]
    selector = {"app": name, "component": "web"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": selector, "ports": ports},
    }


def config(name: str, **data: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{name}-config"},
        "data": {"MODE": "prod", **data},
    }


def secret(name: str, **values: str) -> Json:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": "Opaque", "stringData": values}


def release(name: str, revision: int, status: str) -> Json:
    """The Secret in which Helm keeps a release; its body is left out."""
    labels = {"name": name, "owner": "helm", "status": status, "version": str(revision)}
    meta = {"name": f"sh.helm.release.v1.{name}.v{revision}", "labels": labels}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": meta,
        "type": "helm.sh/release.v1",
        "stringData": {"release": "-"},
    }


def ingress(name: str, port: int) -> Json:
    backend = {"service": {"name": name, "port": {"number": port}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    spec = {"ingressClassName": "nginx", "rules": [{"host": f"{name}.acme.example", "http": {"paths": paths}}]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name}, "spec": spec}


def claim(name: str, storage_class: str) -> Json:
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": storage_class,
        "resources": {"requests": {"storage": "10Gi"}},
    }
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def volume(name: str, storage_class: str, zone: str) -> Json:
    zones = [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}]
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": "10Gi"},
        "storageClassName": storage_class,
        "persistentVolumeReclaimPolicy": "Retain",
        "csi": {
            "driver": "pd.csi.storage.gke.io",
            "volumeHandle": f"projects/acme-prod/zones/{zone}/disks/{name}",
            "fsType": "ext4",
        },
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": zones}]}},
    }
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec}


def autoscaler(name: str) -> Json:
    metrics = [
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}
    ]
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    spec = {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 6, "metrics": metrics}
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name}, "spec": spec}


def quota(name: str, pods: str) -> Json:
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": {"hard": {"pods": pods}}}


def deny_egress(name: str) -> Json:
    spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"protocol": "UDP", "port": 53}]}]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def node(name: str, pool: str, zone: str, number: int) -> tuple[Json, Json]:
    """A Node as its kubelet registers it, and its status."""
    labels = {
        "cloud.google.com/gke-nodepool": pool,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "node.kubernetes.io/instance-type": "e2-standard-8",
        "topology.kubernetes.io/zone": zone,
        "topology.kubernetes.io/region": zone[:-2],
    }
    item = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"providerID": f"gce://acme-prod/{zone}/{name}"},
    }
    good = {"MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False", "Ready": "True"}
    reasons = {
        "MemoryPressure": "KubeletHasSufficientMemory",
        "DiskPressure": "KubeletHasNoDiskPressure",
        "PIDPressure": "KubeletHasSufficientPID",
        "Ready": "KubeletReady",
    }
    conditions = [
        {"type": kind, "status": status, "reason": reasons[kind], "message": reasons[kind]}
        for kind, status in good.items()
    ]
    room = {"cpu": "8", "memory": "32Gi", "pods": "110", "ephemeral-storage": "94Gi"}
    status = {
        "capacity": room,
        "allocatable": room,
        "conditions": conditions,
        "addresses": [{"type": "InternalIP", "address": f"10.146.0.{number}"}, {"type": "Hostname", "address": name}],
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": name,
            "containerRuntimeVersion": "containerd://2.1.4",
            "kernelVersion": "6.12.46+",
            "kubeProxyVersion": "",
            "kubeletVersion": "v1.36.0",
            "machineID": name,
            "operatingSystem": "linux",
            "osImage": "Container-Optimized OS from Google",
            "systemUUID": name,
        },
    }
    return item, {"status": status}
