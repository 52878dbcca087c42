"""What the descriptions of Google Cloud objects tell of the Kubernetes object that they were made for.

Sources: kubernetes/ingress-gce pkg/utils/{description,negdescription}.go, pkg/loadbalancers, pkg/l4lb;
gcp-compute-persistent-disk-csi-driver (pkg/common/parameters.go).
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from gkedoctor.snapshot.model import Object

L7_FIREWALL = "GCE L7 firewall rule"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CLUSTER = re.compile(r"(?:locations|zones|regions)/(?P<location>[^/]+)/clusters/(?P<name>[^/]+)")
_RESOURCE = re.compile(
    r"/?namespaces/(?P<namespace>[^/]+)/(?P<plural>services|gateways|ingresses|serviceattachments)/(?P<name>[^/]+)"
)
_KIND_OF = {
    "services": "Service",
    "gateways": "Gateway",
    "ingresses": "Ingress",
    "serviceattachments": "ServiceAttachment",
}
_INGRESS = ("kubernetes.io/ingress-name",)
_SERVICE = ("networking.gke.io/service-name", "kubernetes.io/service-name")


def description_json(item: Object) -> dict[str, Any]:
    """The JSON object in the description of a Google Cloud object; empty where it is prose or nothing."""
    text = str(item.get("description") or "")
    try:
        fields = json.loads(text) if text.startswith("{") else {}
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def service_in_description(item: Object) -> str | None:
    """`namespace/name` of the Service that a backend service, NEG or forwarding rule was made for."""
    fields = description_json(item)
    if "service-name" in fields:  # a NEG
        return f"{fields.get('namespace')}/{fields.get('service-name')}"
    return next((str(fields[key]) for key in reversed(_SERVICE) if fields.get(key)), None)


class DescriptionOwner(NamedTuple):
    """Who a description says that an object was made for. `kind` is empty where all of a cluster share it."""

    kind: str
    namespace: str = ""
    name: str = ""
    kube_uid: str = ""
    cluster: tuple[str, str] | None = None
    """Name and location of the cluster, where they are told."""


def cluster_id_in_description(item: Object) -> str:
    """`{"kubernetes.io/cluster-id": "346b48ae4e449daf"}` of the rule for the health checks of target pools.

    Source: cloud-provider-gcp providers/gce/gce_loadbalancer_external.go, ensureHTTPHealthCheckFirewall.
    """
    return str(description_json(item).get("kubernetes.io/cluster-id") or "")


def owner_in_description(item: Object) -> DescriptionOwner | None:
    """What the description of an object tells; None for a description that no controller of GKE's writes."""
    if item.get("description") == L7_FIREWALL:
        return DescriptionOwner("")
    fields = description_json(item)
    return _neg(fields) or _named(fields) or _resource(fields)


def _neg(fields: dict[str, Any]) -> DescriptionOwner | None:
    """`{"cluster-uid", "namespace", "service-name", "port"}` of a NEG."""
    uid, namespace, service = (str(fields.get(k) or "") for k in ("cluster-uid", "namespace", "service-name"))
    if not _UUID.fullmatch(uid) or not namespace or not service:
        return None
    return DescriptionOwner("Service", namespace, service, kube_uid=uid)


def _named(fields: dict[str, Any]) -> DescriptionOwner | None:
    """`{"kubernetes.io/ingress-name": "ns/name"}` and the like; what is shared has an empty service name."""
    for kind, keys in (("Ingress", _INGRESS), ("Service", _SERVICE)):
        for key in keys:
            if key not in fields:
                continue
            namespace, _, name = str(fields[key] or "").partition("/")
            if namespace and name:
                return DescriptionOwner(kind, namespace, name)
            if not namespace and "networking.gke.io/resource-description" in fields:
                return DescriptionOwner("")
    return None


def _resource(fields: dict[str, Any]) -> DescriptionOwner | None:
    """`{"k8sCluster": "/locations/L/clusters/C", "k8sResource": "/namespaces/NS/gateways/NAME"}`."""
    cluster = _CLUSTER.search(str(fields.get("k8sCluster") or ""))
    resource = _RESOURCE.search(str(fields.get("k8sResource") or ""))
    if cluster is None or resource is None:
        return None
    place = (cluster["name"], cluster["location"])
    return DescriptionOwner(_KIND_OF[resource["plural"]], resource["namespace"], resource["name"], cluster=place)


class ClaimDescription(NamedTuple):
    """The claim that a disk or a Filestore instance was made for."""

    namespace: str
    name: str
    volume: str
    cluster: tuple[str, str] | None = None


def claim_of(disk: Object) -> ClaimDescription | None:
    """The claim in the description of a disk, if the disk is named after the volume in it."""
    fields = description_json(disk)
    stem = "kubernetes.io/created-for/"
    volume, name, namespace = (str(fields.get(stem + k) or "") for k in ("pv/name", "pvc/name", "pvc/namespace"))
    disk_name = str(disk.get("name") or "")
    if not volume or not name or not namespace or not (disk_name == volume or disk_name.endswith(f"-{volume}")):
        return None
    labels = disk.get("labels") or {}
    cluster, location = labels.get("goog-k8s-cluster-name"), labels.get("goog-k8s-cluster-location")
    return ClaimDescription(namespace, name, volume, (str(cluster), str(location or "")) if cluster else None)


def claim_of_instance(instance: Object) -> ClaimDescription | None:
    """The claim in the labels of a Filestore instance that the CSI driver made for it alone.

    Source: kubernetes-sigs/gcp-filestore-csi-driver pkg/csi_driver/controller.go (the keys of labels); an instance of
    several shares has no claim in its labels.
    """
    labels = instance.get("labels") or {}
    stem = "kubernetes_io_created-for_"
    volume, name, namespace = (str(labels.get(stem + key) or "") for key in ("pv_name", "pvc_name", "pvc_namespace"))
    is_made = labels.get("storage_gke_io_created-by") == "filestore_csi_storage_gke_io"
    if not (is_made and volume and name and namespace and instance.get("name") == volume):
        return None
    cluster, place = labels.get("storage_gke_io_cluster_name"), labels.get("storage_gke_io_cluster_location")
    return ClaimDescription(namespace, name, volume, (str(cluster), str(place or "")) if cluster else None)
