"""What is in every cluster of GKE before anything is applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gkedoctor.snapshot.model import Object

_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
_CLUSTER_WIDE = (
    ("scheduling.k8s.io/v1", "PriorityClass", ("system-cluster-critical", "system-node-critical")),
    ("storage.k8s.io/v1", "StorageClass", ("premium-rwo", "standard", "standard-rwo")),
)
"""https://cloud.google.com/kubernetes-engine/docs/concepts/persistent-volumes#storageclasses"""


def builtins(namespaces: Iterable[str]) -> Iterator[Object]:
    """The objects that exist everywhere; in each of the namespaces its own."""
    for name in _NAMESPACES:
        yield _object("v1", "Namespace", name)
    for version, kind, names in _CLUSTER_WIDE:
        yield from (_object(version, kind, name) for name in names)
    for namespace in sorted({*_NAMESPACES, *namespaces}):
        yield _object("v1", "ServiceAccount", "default", namespace)
        yield _object("v1", "ConfigMap", "kube-root-ca.crt", namespace) | {"data": {"ca.crt": ""}}


def _object(version: str, kind: str, name: str, namespace: str | None = None) -> dict[str, object]:
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}
