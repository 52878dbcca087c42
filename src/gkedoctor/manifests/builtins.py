"""What is in every cluster of GKE before anything is applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gkedoctor.snapshot.model import Object

_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
_CLUSTER_WIDE = (
    ("scheduling.k8s.io/v1", "PriorityClass", ("system-cluster-critical", "system-node-critical")),
    ("gateway.networking.k8s.io/v1", "GatewayClass",
     ("gke-l7-global-external-managed", "gke-l7-gxlb", "gke-l7-regional-external-managed", "gke-l7-rilb")),
)  # fmt: skip
_SERVICES = (("default", "kubernetes", 443), ("kube-system", "kube-dns", 53))
_CLASSES = (("premium-rwo", False), ("standard", False), ("standard-rwo", True))
_DEFAULT = "storageclass.kubernetes.io/is-default-class"
"""https://cloud.google.com/kubernetes-engine/docs/concepts/persistent-volumes#storageclasses"""


def builtins(namespaces: Iterable[str]) -> Iterator[Object]:
    """The objects that exist everywhere; in each of the namespaces its own."""
    for name in _NAMESPACES:
        yield _object("v1", "Namespace", name)
    for version, kind, names in _CLUSTER_WIDE:
        yield from (_object(version, kind, name) for name in names)
    for name, default in _CLASSES:
        yield _storage_class(name, default)
    for namespace, name, port in _SERVICES:
        yield _object("v1", "Service", name, namespace) | {"spec": {"ports": [{"port": port}]}}
    for namespace in sorted({*_NAMESPACES, *namespaces}):
        yield _object("v1", "ServiceAccount", "default", namespace)
        yield _object("v1", "ConfigMap", "kube-root-ca.crt", namespace) | {"data": {"ca.crt": ""}}


def _storage_class(name: str, default: bool) -> dict[str, object]:
    annotations = {_DEFAULT: "true"} if default else {}
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name, "annotations": annotations},
        "provisioner": "pd.csi.storage.gke.io",
        "volumeBindingMode": "WaitForFirstConsumer",
    }


def _object(version: str, kind: str, name: str, namespace: str | None = None) -> dict[str, object]:
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}
