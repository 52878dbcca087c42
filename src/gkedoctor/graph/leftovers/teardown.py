"""What deleting a cluster now would leave behind on Google Cloud, in the order in which to take it down first.

GKE tries to delete load balancers and disks together with a cluster, and does not promise it; standalone NEGs that a
backend service uses and disks of volumes with the reclaim policy Retain always stay.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import NamedTuple

from gkedoctor.graph.core.accessors import annotations_of, json_map, name_of, namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

STEPS = (
    ("MultiClusterIngress", "load balancers of MultiClusterIngresses"),
    ("Ingress", "load balancers of Ingresses"),
    ("Gateway", "load balancers of Gateways"),
    ("Service", "load balancers and standalone NEGs of Services"),
    ("PersistentVolumeClaim", "disks of claims"),
    ("PersistentVolume", "disks of retained volumes"),
)
"""What is taken down, in this order, by kind."""

_GCE_CLASSES = (None, "", "gce", "gce-internal", "gce-regional-external")
_CLASS = "kubernetes.io/ingress.class"
_NEG = "cloud.google.com/neg"


class TeardownStep(NamedTuple):
    """One object to take down: why, and with which command."""

    item: Object
    leaves: str
    command: str


def teardown(graph: Graph) -> dict[str, list[TeardownStep]]:
    """The steps by kind, in the order of `STEPS`; kinds with nothing to do are left out."""
    finders = (_multi_cluster, _ingresses, _gateways, _services, _claims, _volumes)
    found = {kind: list(finder(graph)) for (kind, _), finder in zip(STEPS, finders, strict=True)}
    return {kind: steps for kind, steps in found.items() if steps}


def _delete(item: Object, resource: str) -> str:
    namespace = f"-n {shlex.quote(namespace_of(item))} " if namespace_of(item) else ""
    return f"kubectl {namespace}delete {resource} {shlex.quote(name_of(item))}"


def _multi_cluster(graph: Graph) -> Iterator[TeardownStep]:
    """Those that have a load balancer, which goes on without this cluster where it is the config cluster."""
    for item in graph.all("MultiClusterIngress"):
        vip = (item.get("status") or {}).get("VIP")
        if vip:
            yield TeardownStep(item, f"a load balancer at {vip}", _delete(item, "multiclusteringress"))


def _ingresses(graph: Graph) -> Iterator[TeardownStep]:
    """Those that GKE's controller looks after: of its classes, or with its finalizer."""
    for item in graph.all("Ingress"):
        chosen = annotations_of(item).get(_CLASS) or (item.get("spec") or {}).get("ingressClassName")
        finalizers = (item.get("metadata") or {}).get("finalizers") or []
        if chosen in _GCE_CLASSES or any(str(f).startswith("networking.gke.io/ingress-finalizer") for f in finalizers):
            yield TeardownStep(item, _address(item), _delete(item, "ingress"))


def _gateways(graph: Graph) -> Iterator[TeardownStep]:
    for item in graph.all("Gateway"):
        if str((item.get("spec") or {}).get("gatewayClassName") or "").startswith("gke-"):
            yield TeardownStep(item, "a load balancer", _delete(item, "gateway"))


def _services(graph: Graph) -> Iterator[TeardownStep]:
    for item in graph.all("Service"):
        if (item.get("spec") or {}).get("type") == "LoadBalancer":
            yield TeardownStep(item, _address(item), _delete(item, "service"))
        elif _standalone(item) and not _is_derived(graph, item):
            yield TeardownStep(item, "a NEG, if a backend service still uses it", _delete(item, "service"))


def _is_derived(graph: Graph, service: Object) -> bool:
    """Whether GKE derived the Service from an object for several clusters: it would be created again."""
    found = graph.follow("derived_from", service)
    return not isinstance(found, Unknown) and bool(found)


def _standalone(service: Object) -> bool:
    """Whether a Service asks for NEGs that no Ingress looks after (`exposed_ports`)."""
    return bool((json_map(annotations_of(service).get(_NEG)) or {}).get("exposed_ports"))


def _address(item: Object) -> str:
    entries = ((item.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    ips = [str(e["ip"]) for e in entries if isinstance(e, dict) and e.get("ip")]
    return f"a load balancer at {', '.join(ips)}" if ips else "a load balancer"


_DISKS, _FILES = "pd.csi.storage.gke.io", "filestore.csi.storage.gke.io"


def _driver(volume: Object) -> str:
    return str(((volume.get("spec") or {}).get("csi") or {}).get("driver") or "")


def _is_disk(volume: Object) -> bool:
    """Whether a disk or a Filestore instance is behind a volume."""
    spec = volume.get("spec") or {}
    return _driver(volume) in (_DISKS, _FILES) or bool(spec.get("gcePersistentDisk"))


def _noun(volume: Object) -> str:
    return "Filestore instance" if _driver(volume) == _FILES else "disk"


def _kept(volume: Object) -> bool:
    return (volume.get("spec") or {}).get("persistentVolumeReclaimPolicy") == "Retain"


def _claims(graph: Graph) -> Iterator[TeardownStep]:
    """Claims whose disks go with them."""
    for volume in graph.all("PersistentVolume"):
        claim = (volume.get("spec") or {}).get("claimRef") or {}
        bound = graph.find("PersistentVolumeClaim", claim.get("namespace"), str(claim.get("name")))
        if _is_disk(volume) and not _kept(volume) and isinstance(bound, dict):
            yield TeardownStep(
                bound, f"{_noun(volume)} {_disk(volume)}, with its data", _delete(bound, "persistentvolumeclaim")
            )


def _volumes(graph: Graph) -> Iterator[TeardownStep]:
    """Volumes whose disks stay whatever is deleted."""
    for volume in graph.all("PersistentVolume"):
        if _is_disk(volume) and _kept(volume):
            leaves = f"{_noun(volume)} {_disk(volume)}: the reclaim policy is Retain"
            yield TeardownStep(volume, leaves, _delete_disk(volume))


def _disk(volume: Object) -> str:
    spec = volume.get("spec") or {}
    handle = (spec.get("csi") or {}).get("volumeHandle") or (spec.get("gcePersistentDisk") or {}).get("pdName")
    if _driver(volume) == _FILES:  # modeInstance/us-central1-a/pvc-64e6…/vol1
        return next(iter(str(handle).split("/")[2:3]), name_of(volume))
    return str(handle or name_of(volume)).rsplit("/", 1)[-1]


def _delete_disk(volume: Object) -> str:
    """What to do about a disk by hand: its place is in the handle `projects/P/zones/Z/disks/N`."""
    parts = str(((volume.get("spec") or {}).get("csi") or {}).get("volumeHandle") or "").split("/")
    if len(parts) != 6 or parts[2] not in ("zones", "regions"):
        return f"kubectl get persistentvolume {shlex.quote(name_of(volume))} -o yaml"
    place = f"--{parts[2][:-1]} {shlex.quote(parts[3])} --project {shlex.quote(parts[1])}"
    disk = shlex.quote(parts[5])
    return f"gcloud compute disks snapshot {disk} {place} --snapshot-names {shlex.quote(parts[5][:58] + '-last')}"
