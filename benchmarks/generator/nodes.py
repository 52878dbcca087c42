"""Nodes in their pools and zones, as Kubernetes and Compute Engine show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from benchmarks.generator.values import CLUSTER, DAY, PROJECT, REGION, ZONES, Json, ago, cloud, link, metadata, suffix

TAG = f"gke-{CLUSTER}-5f3c1b2a-node"
VERSION = "v1.36.2-gke.1042000"
BATCH_POOL = "batch"
_POOL = 1000
"""GKE lets a node pool have that many nodes in a zone."""


class Machine(NamedTuple):
    """One node, as far as others need it. `lost`: its kubelet fell silent; `tainted`: kept for batch work."""

    number: int
    name: str
    pool: str
    zone: str
    lost: bool = False
    tainted: bool = False

    @property
    def ip(self) -> str:
        return f"172.{16 + self.number // 62500}.{self.number // 250 % 250}.{self.number % 250 + 2}"

    @property
    def silent(self) -> int:
        """Seconds since the node controller noticed that a lost node is silent: each for a reason of its own."""
        return 150 + 600 * self.number

    def pod_ip(self, host: int) -> str:
        """An address out of the node's own range."""
        return f"10.{self.number // 256}.{self.number % 256}.{host}"


class Inventory(NamedTuple):
    """How many nodes there are, and how many of them take no ordinary Pod."""

    total: int = 0
    tainted: int = 0
    lost: int = 0


def inventory(machines: Sequence[Machine]) -> Inventory:
    """Counts the nodes."""
    return Inventory(len(machines), sum(each.tainted for each in machines), sum(each.lost for each in machines))


def machines(seed: int, count: int, lost: int = 0) -> list[Machine]:
    """So many nodes over pools and zones: the first `lost` do not report, the last few are kept for batch work."""
    random = Random(f"{seed}/machines")
    pools = [f"pool-{i + 1}" for i in range(max(2, -(-count // (_POOL * len(ZONES)))))]
    groups = {(pool, zone): f"{random.getrandbits(32):08x}" for pool in (*pools, BATCH_POOL) for zone in ZONES}
    found = []
    for index in range(count):
        is_batch = index >= count - max(1, count // 50)
        pool = BATCH_POOL if is_batch else pools[index // len(ZONES) % len(pools)]
        zone = ZONES[index % len(ZONES)]
        name = f"gke-{CLUSTER}-{pool}-{groups[pool, zone]}-{suffix(random, 4)}"
        found.append(Machine(index, name, pool, zone, index < lost, is_batch))
    return found


def node(random: Random, machine: Machine) -> Json:
    """The Node object."""
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/instance-type": "e2-standard-8",
        "beta.kubernetes.io/os": "linux",
        "cloud.google.com/gke-boot-disk": "pd-balanced",
        "cloud.google.com/gke-container-runtime": "containerd",
        "cloud.google.com/gke-nodepool": machine.pool,
        "cloud.google.com/gke-os-distribution": "cos",
        "cloud.google.com/machine-family": "e2",
        "failure-domain.beta.kubernetes.io/region": REGION,
        "failure-domain.beta.kubernetes.io/zone": machine.zone,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": machine.name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "e2-standard-8",
        "topology.gke.io/zone": machine.zone,
        "topology.kubernetes.io/region": REGION,
        "topology.kubernetes.io/zone": machine.zone,
    }
    annotations = {
        "container.googleapis.com/instance_id": str(random.randrange(10**17, 10**18)),
        "csi.volume.kubernetes.io/nodeid": '{"pd.csi.storage.gke.io":"projects/'
        f'{PROJECT}/zones/{machine.zone}/instances/{machine.name}"}}',
        "node.alpha.kubernetes.io/ttl": "300",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    }
    cidr = machine.pod_ip(0) + "/24"
    spec: Json = {
        "podCIDR": cidr,
        "podCIDRs": [cidr],
        "providerID": f"gce://{PROJECT}/{machine.zone}/{machine.name}",
    }
    if machine.tainted:
        spec["taints"] = [{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}]
    if machine.lost:
        spec["taints"] = [
            {"key": "node.kubernetes.io/unreachable", "effect": effect, "timeAdded": ago(machine.silent)}
            for effect in ("NoSchedule", "NoExecute")
        ]
    capacity = {
        "cpu": "8",
        "ephemeral-storage": "98831908Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": "32880528Ki",
        "pods": "110",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata(random, machine.name, None, 20 * DAY, labels=labels, annotations=annotations),
        "spec": spec,
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": machine.ip},
                {"type": "Hostname", "address": machine.name},
            ],
            "allocatable": capacity | {"cpu": "7910m", "ephemeral-storage": "47060071478", "memory": "29085072Ki"},
            "capacity": capacity,
            "conditions": list(_conditions(machine)),
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {
                "architecture": "amd64",
                "bootID": "273e8156-b16c-45a6-b00d-450537e8df20",
                "containerRuntimeVersion": "containerd://2.1.4",
                "kernelVersion": "6.12.46+",
                "kubeProxyVersion": VERSION,
                "kubeletVersion": VERSION,
                "operatingSystem": "linux",
                "machineID": "3d1219c7c4c5404aaa1f6d2a48adfda4",
                "osImage": "Container-Optimized OS from Google",
                "systemUUID": "3d1219c7-c4c5-404a-aa1f-6d2a48adfda4",
            },
        },
    }


_PROBLEMS = (
    ("KernelDeadlock", "KernelHasNoDeadlock", "kernel has no deadlock"),
    ("ReadonlyFilesystem", "FilesystemIsNotReadOnly", "Filesystem is not read-only"),
    ("FrequentKubeletRestart", "NoFrequentKubeletRestart", "kubelet is functioning properly"),
    ("FrequentContainerdRestart", "NoFrequentContainerdRestart", "containerd is functioning properly"),
)
"""Of GKE's node-problem-detector; it reports itself, so these stay as they were when a kubelet falls silent."""

_KUBELET = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


def _conditions(machine: Machine) -> Iterator[Json]:
    for kind, reason, message in _PROBLEMS:
        yield _condition(kind, "False", reason, message, 240, 20 * DAY)
    yield _condition(
        "NetworkUnavailable", "False", "RouteCreated", "NodeController create implicit route", 240, 20 * DAY
    )
    for kind, status, reason, message in _KUBELET:
        if machine.lost:
            silent = "Kubelet stopped posting node status."
            yield _condition(kind, "Unknown", "NodeStatusUnknown", silent, machine.silent + 50, machine.silent)
        else:
            yield _condition(kind, status, reason, message, 40, 20 * DAY)


def _condition(kind: str, status: str, reason: str, message: str, heard: int, since: int) -> Json:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastHeartbeatTime": ago(heard),
        "lastTransitionTime": ago(since),
    }


def instance(random: Random, machine: Machine) -> Json:
    """The virtual machine behind a node; one whose kubelet fell silent still runs."""
    where = f"zones/{machine.zone}"
    interface = {
        "kind": "compute#networkInterface",
        "name": "nic0",
        "network": link("global", "networks", "default"),
        "networkIP": machine.ip,
        "stackType": "IPV4_ONLY",
        "subnetwork": link(f"regions/{REGION}", "subnetworks", "default"),
        "aliasIpRanges": [{"ipCidrRange": machine.pod_ip(0) + "/24", "subnetworkRangeName": "pods"}],
    }
    return cloud(
        random,
        "instance",
        "instances",
        machine.name,
        where,
        status="RUNNING",
        canIpForward=True,
        machineType=link(where, "machineTypes", "e2-standard-8"),
        labels={"goog-k8s-cluster-name": CLUSTER, "goog-gke-node": ""},
        tags={"items": [TAG], "fingerprint": "abc="},
        networkInterfaces=[interface],
    )
