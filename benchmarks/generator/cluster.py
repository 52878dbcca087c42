"""What every GKE cluster has besides its applications: system workloads, classes, APIs, the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from benchmarks.generator.application import Application
from benchmarks.generator.nodes import TAG, Machine, instance, node
from benchmarks.generator.services import service
from benchmarks.generator.values import (
    CLUSTER,
    CLUSTER_UID,
    DAY,
    KUBE_UID,
    PROJECT,
    REGION,
    ZONES,
    Json,
    Made,
    cloud,
    link,
    metadata,
    owned_by,
    suffix,
)
from gkedoctor.snapshot.redaction.value_facts import facts_of

_RECORDED = Path(__file__).parent.parent.parent / "recorded_clusters" / "ing-healthy" / "kubernetes"
"""A real cluster, for what is the same in all of them: API services and custom resource definitions."""

AGE = 400 * DAY


NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


def namespace(seed: int, name: str) -> Made:
    """A Namespace with what controllers put into each, and the system's own objects where it is one of its own."""
    random = Random(f"{seed}/{name}")
    yield from _namespace(random, name)
    if name == "kube-system":
        yield from _ingress_uid(random)
    elif name == "default":
        yield from _kubernetes_service(random)


def _namespace(random: Random, name: str) -> Made:
    labels = {"kubernetes.io/metadata.name": name}
    known = metadata(random, name, None, AGE, labels=labels)
    if name == "kube-system":
        known["uid"] = KUBE_UID
    yield (
        "namespaces",
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": known,
            "spec": {"finalizers": ["kubernetes"]},
            "status": {"phase": "Active"},
        },
    )
    bundle = facts_of(b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n").as_json()
    yield (
        "configmaps",
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(random, "kube-root-ca.crt", name, AGE),
            "keys": {"ca.crt": bundle},
        },
    )
    yield (
        "serviceaccounts",
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": metadata(random, "default", name, AGE),
        },
    )


def system(seed: int, machines: Sequence[Machine]) -> list[Application]:
    """The workloads of kube-system: DNS, metrics, the default backend, and an agent on every node."""
    dns = _system_app(seed, "kube-dns", "Deployment", 2, {"k8s-app": "kube-dns"}, 53, "UDP")
    dns.services[0]["spec"] |= {"clusterIP": "10.192.0.10", "clusterIPs": ["10.192.0.10"]}
    dns.services[0]["spec"]["ports"] = [{"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53}]
    metrics = _system_app(seed, "metrics-server", "Deployment", 1, {"k8s-app": "metrics-server"}, 10250, "TCP")
    metrics.services[0]["spec"]["ports"] = [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 10250}]
    default = _system_app(seed, "l7-default-backend", "Deployment", 1, {"k8s-app": "glbc", "name": "glbc"}, 8080, "TCP")
    default.services[0]["metadata"] |= {
        "name": "default-http-backend",
        "annotations": {"cloud.google.com/neg": '{"ingress":true}'},
    }
    agent = _system_app(seed, "fluentbit-gke", "DaemonSet", len(machines), {"k8s-app": "fluentbit-gke"}, 2020, "TCP")
    agent.services, agent.machines = [], tuple(machines)
    agent.spec["tolerations"] = [{"operator": "Exists"}]
    return [dns, metrics, default, agent]


def _system_app(seed: int, name: str, kind: str, replicas: int, labels: Json, port: int, protocol: str) -> Application:
    random = Random(f"{seed}/kube-system/{name}")
    container = {
        "name": name,
        "image": f"gke.gcr.io/{name}:v1.2.3",
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": port, "protocol": protocol}],
        "resources": {"requests": {"cpu": "20m", "memory": "20Mi"}, "limits": {"memory": "100Mi"}},
    }
    spec = {
        "containers": [container],
        "restartPolicy": "Always",
        "priorityClassName": "system-node-critical",
        "dnsPolicy": "Default",
        "serviceAccount": "default",
        "serviceAccountName": "default",
    }
    template = {"metadata": {"labels": labels | {"app": name}}, "spec": spec}
    app = Application(random, "kube-system", name, kind, replicas, AGE, template)
    app.services.append(service(random, "kube-system", name, dict(labels), f"10.192.1.{len(name)}", AGE, web=False))
    return app


def everywhere(seed: int, machines: Sequence[Machine]) -> Made:
    """Nodes with their machines, classes, APIs, the network."""
    random = Random(f"{seed}/cluster")
    for collection in ("apiservices", "customresourcedefinitions"):
        for item in msgspec.json.decode((_RECORDED / f"{collection}.json").read_bytes()):
            yield collection, item
    for name, provisioner in (("standard-rwo", "pd.csi.storage.gke.io"), ("premium-rwo", "pd.csi.storage.gke.io")):
        yield "storageclasses", _storage_class(random, name, provisioner)
    for name, value in (("system-node-critical", 2000001000), ("system-cluster-critical", 2000000000)):
        known = metadata(random, name, None, AGE)
        yield (
            "priorityclasses",
            {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": known, "value": value},
        )
    for machine in machines:
        own = Random(f"{seed}/{machine.name}")
        yield "nodes", node(own, machine)
        yield "compute.instances", instance(own, machine)
    yield "container.clusters", _cluster(machines)
    yield "compute.networks", cloud(random, "network", "networks", "default", autoCreateSubnetworks=True, mtu=1460)
    yield (
        "compute.subnetworks",
        cloud(
            random,
            "subnetwork",
            "subnetworks",
            "default",
            f"regions/{REGION}",
            ipCidrRange="172.16.0.0/12",
            network=link("global", "networks", "default"),
            purpose="PRIVATE",
            stackType="IPV4_ONLY",
            secondaryIpRanges=[
                {"rangeName": "pods", "ipCidrRange": "10.0.0.0/9"},
                {"rangeName": "services", "ipCidrRange": "10.192.0.0/14"},
            ],
        ),
    )
    yield (
        "compute.firewalls",
        cloud(
            random,
            "firewall",
            "firewalls",
            f"k8s-fw-l7--{CLUSTER_UID}",
            description="GCE L7 firewall rule",
            allowed=[{"IPProtocol": "tcp", "ports": ["5432", "8080", "10250"]}],
            direction="INGRESS",
            disabled=False,
            priority=1000,
            network=link("global", "networks", "default"),
            targetTags=[TAG],
            sourceRanges=["130.211.0.0/22", "35.191.0.0/16"],
        ),
    )


def _ingress_uid(random: Random) -> Made:
    """The UID of the cluster in the names of backends."""
    uid = facts_of(CLUSTER_UID.encode()).as_json()
    yield (
        "configmaps",
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(random, "ingress-uid", "kube-system", AGE),
            "data": {"provider-uid": CLUSTER_UID, "uid": CLUSTER_UID},
            "keys": {"provider-uid": uid, "uid": uid},
        },
    )


def _kubernetes_service(random: Random) -> Made:
    """The Service of the API server: without a selector, with an EndpointSlice of its own."""
    item = service(random, "default", "kubernetes", {}, "10.192.0.1", AGE, web=False)
    del item["spec"]["selector"]
    item["spec"]["ports"] = [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 443}]
    yield "services", item
    labels = {"kubernetes.io/service-name": "kubernetes"}
    yield (
        "endpointslices",
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "addressType": "IPv4",
            "metadata": metadata(random, "kubernetes", "default", AGE, labels=labels),
            "endpoints": [{"addresses": ["172.31.0.2"], "conditions": {"ready": True}}],
            "ports": [{"name": "https", "port": 443, "protocol": "TCP"}],
        },
    )


def external_service(random: Random, namespace: str) -> Made:
    """A Service for a database outside the cluster: without a selector, with an EndpointSlice written by hand."""
    name = "warehouse"
    item = service(
        random, namespace, name, {}, f"10.194.{random.randrange(250)}.{random.randrange(250)}", 90 * DAY, web=False
    )
    del item["spec"]["selector"]
    item["spec"]["ports"] = [{"name": "sql", "port": 5432, "protocol": "TCP", "targetPort": 5432}]
    yield "services", item
    labels = {"kubernetes.io/service-name": name}
    yield (
        "endpointslices",
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "addressType": "IPv4",
            "metadata": metadata(
                random, f"{name}-{suffix(random)}", namespace, 90 * DAY, labels=labels, ownerReferences=owned_by(item)
            ),
            "endpoints": [{"addresses": ["192.168.10.7"], "conditions": {"ready": True}}],
            "ports": [{"name": "sql", "port": 5432, "protocol": "TCP"}],
        },
    )


def _storage_class(random: Random, name: str, provisioner: str) -> Json:
    is_default = {"storageclass.kubernetes.io/is-default-class": "true"} if name == "standard-rwo" else {}
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "provisioner": provisioner,
        "metadata": metadata(random, name, None, AGE, annotations=is_default),
        "parameters": {"type": "pd-balanced"},
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
    }


def _cluster(machines: Sequence[Machine]) -> dict[str, Any]:
    pools = sorted({machine.pool for machine in machines})
    config = {
        "machineType": "e2-standard-8",
        "serviceAccount": f"nodes@{PROJECT}.iam.gserviceaccount.com",
        "oauthScopes": ["https://www.googleapis.com/auth/cloud-platform"],
        "tags": [TAG],
    }
    return {
        "name": CLUSTER,
        "id": "5f3c1b2a9d7e4c105f3c1b2a9d7e4c10",
        "location": REGION,
        "zone": REGION,
        "status": "RUNNING",
        "locations": list(ZONES),
        "currentMasterVersion": "1.36.2-gke.1042000",
        "currentNodeCount": len(machines),
        "clusterIpv4Cidr": "10.0.0.0/9",
        "servicesIpv4Cidr": "10.192.0.0/14",
        "network": "default",
        "subnetwork": "default",
        "selfLink": f"https://container.googleapis.com/v1/projects/{PROJECT}/locations/{REGION}/clusters/{CLUSTER}",
        "ipAllocationPolicy": {"useIpAliases": True},
        "addonsConfig": {"httpLoadBalancing": {}, "horizontalPodAutoscaling": {}},
        "nodePools": [{"name": pool, "status": "RUNNING", "initialNodeCount": 1, "config": config} for pool in pools],
    }
