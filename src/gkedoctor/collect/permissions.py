"""The rights that the collectors use, as reviews to ask for and as roles to grant. Nothing here is written by hand
but what Google Cloud calls them: the kinds come from playbooks and edges, as for a collection.
"""

from __future__ import annotations

import queue
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, RequestFailed
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.collect.thread_pool import ThreadPool
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS, Kind
from gkedoctor.snapshot.model import READ_ONE_BY_ONE
from gkedoctor.snapshot.model import permission as needed

_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

_GOOGLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "compute.addresses": ("compute.addresses.list", "compute.globalAddresses.list"),
        "compute.backendServices": ("compute.backendServices.list", "compute.regionBackendServices.list"),
        "compute.backendServicesHealth": (
            READ_ONE_BY_ONE["compute.backendServicesHealth"],
            "compute.regionBackendServices.get",
        ),
        "compute.forwardingRules": ("compute.forwardingRules.list", "compute.globalForwardingRules.list"),
        "compute.healthChecks": ("compute.healthChecks.list", "compute.regionHealthChecks.list"),
        "compute.sslCertificates": ("compute.sslCertificates.list", "compute.regionSslCertificates.list"),
        "compute.targetHttpProxies": ("compute.targetHttpProxies.list", "compute.regionTargetHttpProxies.list"),
        "compute.targetHttpsProxies": ("compute.targetHttpsProxies.list", "compute.regionTargetHttpsProxies.list"),
        "compute.urlMaps": ("compute.urlMaps.list", "compute.regionUrlMaps.list"),
    }
)
"""Permissions where they are not just the collection's `.list`: regional and global kin have their own names."""


class Permission(NamedTuple):
    """One verb on one resource of the Kubernetes API."""

    group: str
    resource: str
    verb: str
    namespaced: bool
    subresource: str = ""

    @property
    def collection(self) -> str:
        """The collection that it is for."""
        return LOGS if self.subresource else self.resource

    @property
    def is_optional(self) -> bool:
        """Whether it is for objects of an operator."""
        known = COLLECTIONS.get(self.resource)
        return known is None or known.group != self.group

    @property
    def words(self) -> str:
        """As in the report: `list pods`, `get pods/log`."""
        name = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        return f"{self.verb} {name}.{self.group}" if self.group else f"{self.verb} {name}"


def needed_permissions(kinds: Iterable[Kind]) -> list[Permission]:
    """What the Kubernetes collector and the reader of logs do."""
    listed = [Permission(kind.group, kind.resource, "list", kind.namespaced) for kind in kinds if not kind.cloud]
    return [*listed, Permission("", "pods", "get", True, "log")]


def google_permissions(kinds: Iterable[Kind]) -> list[str]:
    """What the Google Cloud collectors do, as permissions of IAM."""
    found = {
        permission
        for kind in kinds
        if kind.cloud
        for permission in _GOOGLE.get(kind.collection, (needed(kind.collection),))
    }
    return sorted(found)


def cluster_role(kinds: Iterable[Kind]) -> dict[str, Any]:
    """The smallest ClusterRole with which nothing is denied."""
    return _role("ClusterRole", "gkedoctor", needed_permissions(kinds))


def role(kinds: Iterable[Kind], namespace: str) -> dict[str, Any]:
    """The Role for one namespace: all that lies in it."""
    made = _role("Role", "gkedoctor", [right for right in needed_permissions(kinds) if right.namespaced])
    made["metadata"]["namespace"] = namespace
    return made


def google_role(kinds: Iterable[Kind]) -> dict[str, Any]:
    """The custom role for `gcloud iam roles create gkedoctor --project … --file FILE`."""
    return {
        "title": "gkedoctor",
        "description": "Read-only access that gkedoctor needs to diagnose a GKE cluster.",
        "stage": "GA",
        "includedPermissions": google_permissions(kinds),
    }


def _role(kind: str, name: str, wanted: Sequence[Permission]) -> dict[str, Any]:
    rules: dict[tuple[str, str], list[str]] = {}
    for right in wanted:
        resource = f"{right.resource}/{right.subresource}" if right.subresource else right.resource
        rules.setdefault((right.group, right.verb), []).append(resource)
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name},
        "rules": [
            {"apiGroups": [group], "resources": sorted(resources), "verbs": [verb]}
            for (group, verb), resources in sorted(rules.items())
        ],
    }


class _Status(msgspec.Struct):
    allowed: bool = False


class _Review(msgspec.Struct):
    status: _Status


def review_permissions(
    client: KubernetesClient, wanted: Sequence[Permission], namespace: str | None = None
) -> dict[Permission, bool | None]:
    """Which rights there are, cluster-wide or in a namespace; None where the server did not say."""
    answers: queue.SimpleQueue[tuple[Permission, bool | None]] = queue.SimpleQueue()
    pool = ThreadPool(8, "reviews")
    asked = [right for right in wanted if right.namespaced or namespace is None]
    for right in asked:
        pool.submit(lambda right=right: answers.put((right, _allowed(client, right, namespace))))
    found: dict[Permission, bool | None] = {}
    while len(found) < len(asked):
        try:
            right, allowed = answers.get(timeout=0.2)
        except queue.Empty:
            if not pool.errors.empty():
                raise pool.errors.get() from None
            continue
        found[right] = allowed
    pool.close()
    return {right: found[right] for right in asked}


def _allowed(client: KubernetesClient, right: Permission, namespace: str | None) -> bool | None:
    attributes = {"group": right.group, "resource": right.resource, "verb": right.verb}
    if right.subresource:
        attributes["subresource"] = right.subresource
    if namespace is not None:
        attributes["namespace"] = namespace
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    try:
        review: _Review = client.review(_REVIEW, body, _Review)
    except (RequestFailed, CollectionStopped):
        return None
    return review.status.allowed
