"""Devices that nodes should offer and do not: accelerators and other extended resources, and who offers them.

A device plugin registers a resource with the kubelet, which writes it into the Node's capacity and allocatable; without
the driver or the plugin the Node has the machine's label and no such resource.
Sources: https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/device-plugins/ (their sockets),
https://cloud.google.com/kubernetes-engine/docs/how-to/gpus (labels of GKE, version of the driver).
"""

from __future__ import annotations

import re

from gkedoctor.graph.cloud.cluster import cluster_of
from gkedoctor.graph.core.accessors import labels_of, name_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.scheduling import node_fit as placement
from gkedoctor.graph.scheduling.nodes import POOL, pods_on
from gkedoctor.graph.workloads.pods import step_of
from gkedoctor.snapshot.model import Object

GKE_ACCELERATOR = "cloud.google.com/gke-accelerator"
_GKE_TPU = "cloud.google.com/gke-tpu-accelerator"
_MACHINES = {
    "nvidia.com": {
        GKE_ACCELERATOR: "nvidia",
        "cloud.google.com/gke-gpu": "",
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": "",
        "feature.node.kubernetes.io/pci-10de.present": "true",
        "feature.node.kubernetes.io/pci-0300_10de.present": "true",
        "feature.node.kubernetes.io/pci-0302_10de.present": "true",
        "k8s.amazonaws.com/accelerator": "nvidia",
        "accelerator": "nvidia",
    },
    "google.com": {_GKE_TPU: "", GKE_ACCELERATOR: "tpu"},
    "amd.com": {"feature.node.kubernetes.io/pci-1002.present": "true", "amd.com/gpu.product-name": ""},
    "gpu.intel.com": {"intel.feature.node.kubernetes.io/gpu": "true"},
    "habana.ai": {"feature.node.kubernetes.io/pci-1da3.present": "true"},
    "aws.amazon.com": {"k8s.amazonaws.com/accelerator": "", "aws.amazon.com/neuron.present": "true"},
}
"""By the domain of a resource, the labels that say that a machine has such a device, and how their value begins."""
_VENDORS = {"google.com": "tpu", "gpu.intel.com": "intel", "aws.amazon.com": "neuron"}
_PLUGINS = "/var/lib/kubelet/device-plugins"
_WORDS = re.compile(r"device-?plugin|driver|container-toolkit|gpu-operator")


def is_device(resource: str) -> bool:
    """Whether a resource is an extended one, which only a device plugin or an administrator offers."""
    domain = resource.partition("/")[0]
    return "/" in resource and not domain.endswith("kubernetes.io")


@edge("devices", "Pod", reads=("Node", "Pod", "DaemonSet", "Cluster"), record="DeviceRecord")
def devices_of(graph: Graph, pod: Object) -> Facts:
    """Extended resources that the Pod requests and that no node it may use offers.

    Records {resource, nodes (those that should offer it), node, pool, registered, failing, plugins, accelerator}.
    """
    wanted = [name for name in placement.requests(pod) if is_device(name)]
    if not wanted:
        return []
    nodes = graph.listing("Node")
    if isinstance(nodes, Unknown):
        return nodes
    meant = [node for node in nodes if placement.selected(pod, node)]
    return [r for name in wanted if (r := _lacking(graph, name, meant)) is not None]


def _lacking(graph: Graph, resource: str, meant: list[Object]) -> Record | None:
    if any(placement.amount(node, resource) > 0 for node in meant):
        return None
    nodes = [node for node in meant if _has_machine(node, resource) or _registered(node, resource)]
    if not nodes:
        return None
    failing = [pod for node in nodes for pod in _failing(graph, node, resource)]
    pools = sorted({pool for node in nodes if (pool := labels_of(node).get(POOL))})
    return {
        "resource": resource,
        "nodes": nodes,
        "node": nodes[0],
        "pool": pools[0] if len(nodes) > 1 and len(pools) == 1 else None,
        "registered": any(_registered(node, resource) for node in nodes),
        "failing": failing,
        "plugins": _plugins(graph, resource),
        "accelerator": accelerator(graph, nodes[0]),
    }


def _has_machine(node: Object, resource: str) -> bool:
    labels = labels_of(node)
    wanted = _MACHINES.get(resource.partition("/")[0], {})
    return any(key in labels and labels[key].startswith(value) for key, value in wanted.items())


def _registered(node: Object, resource: str) -> bool:
    """Whether a device plugin once registered the resource there: the kubelet then keeps it, at zero."""
    return quantity(((node.get("status") or {}).get("capacity") or {}).get(resource)) is not None


@edge("accelerator", "Node", reads=("Cluster",), record="AcceleratorRecord")
def accelerator_of(graph: Graph, node: Object) -> Facts:
    """The accelerator of a Node of GKE by its labels, as a record {type, count, pool, install}; none elsewhere."""
    found = accelerator(graph, node)
    return [found] if found is not None else []


def accelerator(graph: Graph, node: Object) -> Record | None:
    """The record of the edge. `install`: the command that lets GKE install the driver on the pool's nodes."""
    labels = labels_of(node)
    kind, pool = labels.get(GKE_ACCELERATOR), labels.get(POOL)
    if not kind or not pool:
        return None
    capacity = (node.get("status") or {}).get("capacity") or {}
    count = labels.get(f"{GKE_ACCELERATOR}-count") or str(capacity.get("nvidia.com/gpu") or "")
    count = count if count not in ("", "0") else "COUNT"
    return {"type": kind, "count": count, "pool": pool, "install": _install(graph, node, kind, count, pool)}


def _install(graph: Graph, node: Object, kind: str, count: str, pool: str) -> list[str]:
    if not kind.startswith("nvidia"):
        return []
    found = cluster_of(graph, node)
    cluster = {} if isinstance(found, Unknown) else found[0]
    place = cluster.get("location") or cluster.get("zone") or graph.snapshot.manifest.location or "LOCATION"
    name = graph.snapshot.manifest.cluster or cluster.get("name") or "CLUSTER"
    wanted = f"type={kind},count={count},gpu-driver-version=default"
    return [f"gcloud container node-pools update {pool} --cluster={name} --location={place} --accelerator={wanted}"]


@edge("driver_pods", "Pod", reads=("Node", "Pod"), record="KubernetesObject")
def driver_pods_of(graph: Graph, pod: Object) -> Facts:
    """Pods of drivers and container toolkits on the same Node that are not well: what device plugins wait for."""
    name = (pod.get("spec") or {}).get("nodeName")
    if not name or not _is_of_devices(pod, ""):
        return []
    pods = pods_on(graph, {"kind": "Node", "metadata": {"name": str(name)}})
    if isinstance(pods, Unknown):
        return pods
    drivers = [p for p in pods if re.search(r"driver|toolkit", name_of(p)) and name_of(p) != name_of(pod)]
    return [p for p in drivers if step_of(graph, p) not in ("fine", "terminating")]


def _failing(graph: Graph, node: Object, resource: str) -> list[Object]:
    """Pods of drivers and device plugins on the Node that are not well."""
    pods = pods_on(graph, node)
    if isinstance(pods, Unknown):
        return []
    found = [p for p in pods if _is_of_devices(p, _vendor(resource))]
    return [p for p in found if step_of(graph, p) not in ("fine", "terminating")]


def _vendor(resource: str) -> str:
    domain = resource.partition("/")[0]
    return _VENDORS.get(domain, domain.partition(".")[0])


def _is_of_devices(pod: Object, vendor: str) -> bool:
    """Whether a Pod is of a device plugin, driver or toolkit (of this vendor): by its name, images and folder."""
    spec = pod.get("spec") or {}
    containers = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    images = (str(c.get("image") or "").partition("@")[0] for c in containers)
    text = " ".join([name_of(pod), *images])
    paths = [str((v.get("hostPath") or {}).get("path") or "") for v in spec.get("volumes") or []]
    if any(path.startswith(_PLUGINS) for path in paths):
        return vendor in text
    return vendor in text and _WORDS.search(text) is not None


def _plugins(graph: Graph, resource: str) -> list[Object]:
    """DaemonSets that offer devices of the vendor."""
    vendor = _vendor(resource)
    found = [item for item in graph.all("DaemonSet") if _is_of_devices(_template(item), vendor)]
    return [item for item in found if "plugin" in name_of(item)] or found


def _template(item: Object) -> Object:
    template = (item.get("spec") or {}).get("template") or {}
    return {"metadata": item["metadata"], "spec": template.get("spec") or {}}
