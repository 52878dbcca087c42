"""How the API server merges lists and maps of its own types in a strategic merge patch.

From the tags `patchStrategy` and `patchMergeKey` in `types.go` of k8s.io/api (commit 10b39a3): a list without them is
atomic, which holds for tolerations, taints, rules of an Ingress or a Role, and envFrom. `metadata` is that of
k8s.io/apimachinery.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

BUILT_IN_GROUPS = frozenset(
    {
        "", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps",
        "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch", "certificates.k8s.io",
        "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "extensions", "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io", "resource.k8s.io",
        "scheduling.k8s.io", "storage.k8s.io",
    }
)  # fmt: skip
"""API groups whose types have these tags. Of custom resources the API server takes no strategic merge patch (415)."""

PRIMITIVE = ""
"""The merge key of a list of strings that is merged as a set."""

_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_OF_CONTAINERS = {
    "ports": "containerPort", "env": "name", "volumeMounts": "mountPath", "volumeDevices": "devicePath",
}  # fmt: skip

MERGE_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "metadata.finalizers": PRIMITIVE,
        "metadata.ownerReferences": "uid",
        "status.conditions": "type",
        **{f"spec.{name}": "name" for name in _CONTAINERS},
        **{f"{name}.{field}": key for name in _CONTAINERS for field, key in _OF_CONTAINERS.items()},
        "containerStatuses.volumeMounts": "mountPath",
        "containerStatuses.allocatedResourcesStatus": "name",
        "spec.volumes": "name",
        "spec.imagePullSecrets": "name",
        "spec.hostAliases": "ip",
        "spec.topologySpreadConstraints": "topologyKey",
        "spec.schedulingGates": "name",
        "spec.resourceClaims": "name",
        "status.podIPs": "ip",
        "status.hostIPs": "ip",
        "status.resourceClaimStatuses": "name",
        "Service:spec.ports": "port",
        "ServiceAccount:secrets": "name",
        "Node:spec.podCIDRs": PRIMITIVE,
        "Node:status.addresses": "type",
        "ResourceClaim:status.reservedFor": "uid",
        "CSINode:spec.drivers": "name",
        "ValidatingAdmissionPolicy:spec.matchConditions": "name",
        "MutatingAdmissionPolicy:spec.matchConditions": "name",
        "ValidatingAdmissionPolicy:spec.variables": "name",
        "ValidatingWebhookConfiguration:webhooks": "name",
        "MutatingWebhookConfiguration:webhooks": "name",
        "webhooks.matchConditions": "name",
    }
)
"""The last two names on the way to a list (`KIND:` in front where only that kind has it) to its merge key."""

REPLACED = frozenset({"PodDisruptionBudget:spec.selector"})
"""Maps that a patch replaces as a whole."""


class Place:
    """A place in an object of one kind: knows the strategy of the list or map that stands there."""

    def __init__(self, kind: str, names: tuple[str, ...] = ()) -> None:
        self.kind, self.names = kind, names

    def at(self, name: str) -> Place:
        """The place one step below; an element of a list is at the place of its list."""
        return Place(self.kind, (*self.names, name))

    @property
    def merge_key(self) -> str | None:
        """The merge key of the list here; None where the list is atomic."""
        path = ".".join(self.names[-2:])
        return MERGE_KEYS.get(f"{self.kind}:{path}", MERGE_KEYS.get(path))

    @property
    def is_replaced(self) -> bool:
        """Whether the map here is replaced and not merged."""
        return f"{self.kind}:{'.'.join(self.names)}" in REPLACED


def is_built_in_type(document: Any) -> bool:
    """Whether the API server takes a strategic merge patch of this object."""
    version = document.get("apiVersion") if isinstance(document, Mapping) else None
    return isinstance(version, str) and version.rpartition("/")[0] in BUILT_IN_GROUPS
