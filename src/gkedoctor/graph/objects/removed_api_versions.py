"""API versions that the API server stopped serving: since when, and what takes their place.

Source: kubernetes.io/docs/reference/using-api/deprecation-guide; of the alpha versions the changelogs of 1.20 and 1.21.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.snapshot.model import Object


class Removal(NamedTuple):
    """Since when a version of a kind is not served. `instead`: the version to use, None where the kind is gone."""

    since: str
    instead: str | None
    changes: str = ""


_SELECTOR = "spec.selector is required and cannot be changed later"
_ROLLING = f"{_SELECTOR}; spec.updateStrategy.type is RollingUpdate by default"
_DEPLOYMENT = f"{_SELECTOR}; spec.rollbackTo is removed; progressDeadlineSeconds is 600 and maxSurge 25% by default"
_INGRESS = (
    "spec.backend is now spec.defaultBackend; serviceName and servicePort of a backend become service.name and "
    "service.port.number or service.port.name; every path needs a pathType (ImplementationSpecific keeps the behavior)"
)
_WEBHOOK = (
    "sideEffects and admissionReviewVersions are required; failurePolicy is Fail and timeoutSeconds 10 by default"
)
_DEFINITION = (
    "spec.version, validation, subresources and additionalPrinterColumns move into spec.versions[]; each version needs "
    "schema.openAPIV3Schema; spec.scope is required"
)
_BUDGET = "an empty spec.selector selects every Pod of the namespace; before, it selected none"
_SCALER = "the metrics of v2beta1 have a target: targetAverageUtilization becomes target.averageUtilization"
_SLICE = "topology becomes nodeName and zone of each endpoint"
_EVENT = "involvedObject is now regarding; action, reason, reportingController and eventTime are required"
_SHARES = "spec.limited.assuredConcurrencyShares is now nominalConcurrencyShares"
_PSP = "replace it by Pod Security admission: label pod-security.kubernetes.io/enforce of the Namespace"
_PRESET = "replace it by a mutating webhook"

_TABLE = (
    ("extensions/v1beta1", "Deployment", "1.16", "apps/v1", _DEPLOYMENT),
    ("extensions/v1beta1", "DaemonSet", "1.16", "apps/v1", _ROLLING),
    ("extensions/v1beta1", "ReplicaSet", "1.16", "apps/v1", _SELECTOR),
    ("extensions/v1beta1", "NetworkPolicy", "1.16", "networking.k8s.io/v1", ""),
    ("extensions/v1beta1", "PodSecurityPolicy", "1.16", None, _PSP),
    ("extensions/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1", _INGRESS),
    ("apps/v1beta1", "Deployment", "1.16", "apps/v1", _DEPLOYMENT),
    ("apps/v1beta1", "StatefulSet", "1.16", "apps/v1", _ROLLING),
    ("apps/v1beta1", "ReplicaSet", "1.16", "apps/v1", _SELECTOR),
    ("apps/v1beta2", "Deployment", "1.16", "apps/v1", _SELECTOR),
    ("apps/v1beta2", "StatefulSet", "1.16", "apps/v1", _SELECTOR),
    ("apps/v1beta2", "DaemonSet", "1.16", "apps/v1", _SELECTOR),
    ("apps/v1beta2", "ReplicaSet", "1.16", "apps/v1", _SELECTOR),
    ("settings.k8s.io/v1alpha1", "PodPreset", "1.20", None, _PRESET),
    ("batch/v2alpha1", "CronJob", "1.21", "batch/v1", ""),
    ("networking.k8s.io/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1", _INGRESS),
    ("networking.k8s.io/v1beta1", "IngressClass", "1.22", "networking.k8s.io/v1", ""),
    *(
        ("rbac.authorization.k8s.io/v1beta1", kind, "1.22", "rbac.authorization.k8s.io/v1", "")
        for kind in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
    ),
    *(
        ("admissionregistration.k8s.io/v1beta1", kind, "1.22", "admissionregistration.k8s.io/v1", _WEBHOOK)
        for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
    ),
    *(
        ("storage.k8s.io/v1beta1", kind, "1.22", "storage.k8s.io/v1", "")
        for kind in ("StorageClass", "VolumeAttachment", "CSIDriver", "CSINode")
    ),
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", "1.22", "apiextensions.k8s.io/v1", _DEFINITION),
    ("apiregistration.k8s.io/v1beta1", "APIService", "1.22", "apiregistration.k8s.io/v1", ""),
    ("scheduling.k8s.io/v1beta1", "PriorityClass", "1.22", "scheduling.k8s.io/v1", ""),
    ("coordination.k8s.io/v1beta1", "Lease", "1.22", "coordination.k8s.io/v1", ""),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest", "1.22", "certificates.k8s.io/v1",
     "spec.signerName and spec.usages are required"),
    ("batch/v1beta1", "CronJob", "1.25", "batch/v1", ""),
    ("policy/v1beta1", "PodDisruptionBudget", "1.25", "policy/v1", _BUDGET),
    ("policy/v1beta1", "PodSecurityPolicy", "1.25", None, _PSP),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler", "1.25", "autoscaling/v2", _SCALER),
    ("discovery.k8s.io/v1beta1", "EndpointSlice", "1.25", "discovery.k8s.io/v1", _SLICE),
    ("events.k8s.io/v1beta1", "Event", "1.25", "events.k8s.io/v1", _EVENT),
    ("node.k8s.io/v1beta1", "RuntimeClass", "1.25", "node.k8s.io/v1", ""),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26", "autoscaling/v2", ""),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity", "1.27", "storage.k8s.io/v1", ""),
    *(
        (f"flowcontrol.apiserver.k8s.io/{version}", kind, since, "flowcontrol.apiserver.k8s.io/v1", changes)
        for version, since, changes in (
            ("v1beta1", "1.26", _SHARES),
            ("v1beta2", "1.29", _SHARES),
            ("v1beta3", "1.32", ""),
        )
        for kind in ("FlowSchema", "PriorityLevelConfiguration")
    ),
)  # fmt: skip

REMOVED: Mapping[tuple[str, str], Removal] = MappingProxyType(
    {(version, kind): Removal(since, instead, changes) for version, kind, since, instead, changes in _TABLE}
)
"""By apiVersion and kind."""

_MINOR = re.compile(r"v?(\d{1,9})\.(\d{1,9})")


@edge("removed_versions", *sorted({kind for _, kind in REMOVED}), reads=("Cluster",), record="RemovedVersionRecord")
def removed_versions(graph: Graph, item: Object) -> Facts:
    """The API versions in the object that are not served any more: {apiVersion, kind, since, instead, changes, …}.

    `at` is what holds the apiVersion: the object, or the `scaleTargetRef` of an autoscaler. `served`: whether the
    cluster is old enough to serve it all the same; null where its version is not known.
    """
    return list(_removed(graph, item))


def _removed(graph: Graph, item: Object) -> Iterator[Record]:
    spec = item.get("spec")
    target = spec.get("scaleTargetRef") if isinstance(spec, dict) else None  # no shape: kinds that are gone
    for at in (item, target) if isinstance(target, dict) else (item,):
        version, kind = str(at.get("apiVersion")), str(at.get("kind"))
        found = REMOVED.get((version, kind))
        if found is not None:
            yield {
                "at": at, "own": at is item, "apiVersion": version, "kind": kind, **found._asdict(),
                "served": _served(_version_of(graph), found.since),
            }  # fmt: skip


def _version_of(graph: Graph) -> str | None:
    """The version of the control plane, where that is known."""
    clusters = graph.all("Cluster")
    listed = clusters[0].get("currentMasterVersion") if len(clusters) == 1 else None
    return str(listed) if listed else graph.snapshot.manifest.versions.get("controlPlane")


def _served(cluster: str | None, since: str) -> bool | None:
    return _minor(cluster) < _minor(since) if cluster and _MINOR.match(cluster) else None


def _minor(version: str) -> tuple[int, ...]:
    found = _MINOR.match(version)
    assert found is not None
    return int(found[1]), int(found[2])
