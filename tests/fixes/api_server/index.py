"""What is read of the store: the read-only API of the product over its objects, with all that a cluster serves."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from gkedoctor.serve.api import Api
from gkedoctor.serve.request import Request, Response
from gkedoctor.serve.resources import Resource, resources_of
from gkedoctor.serve.snapshot_index import SnapshotIndex
from gkedoctor.snapshot.custom_kinds import listed_kinds
from gkedoctor.snapshot.model import Snapshot

_BUILT_IN = tuple(
    Resource(group, version, plural, kind, namespaced, f"{plural}.{group}", short)
    for group, version, plural, kind, namespaced, short in (
        ("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", False, ()),
        ("storage.k8s.io", "v1", "csidrivers", "CSIDriver", False, ()),
        ("storage.k8s.io", "v1", "csinodes", "CSINode", False, ()),
        ("coordination.k8s.io", "v1", "leases", "Lease", True, ()),
        ("resource.k8s.io", "v1", "resourceclaims", "ResourceClaim", True, ()),
        ("resource.k8s.io", "v1", "resourceclaimtemplates", "ResourceClaimTemplate", True, ()),
        ("resource.k8s.io", "v1", "deviceclasses", "DeviceClass", False, ()),
        ("resource.k8s.io", "v1", "resourceslices", "ResourceSlice", False, ()),
        ("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", True, ()),
        ("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", False, ()),
    )
)
_ALSO = {
    "referencegrants": ("v1", "v1beta1"), "gateways": ("v1", "v1beta1"), "httproutes": ("v1", "v1beta1"),
    "gatewayclasses": ("v1", "v1beta1"), "horizontalpodautoscalers": ("v1", "v2"), "frontendconfigs": ("v1beta1",),
    "servicenetworkendpointgroups": ("v1beta1",),
}  # fmt: skip
"""Versions that are served beside the one that most objects have."""

_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_AUTOSCALING = {"group": "autoscaling", "version": "v1", "kind": "Scale"}
_EVICTION = {"group": "policy", "version": "v1", "kind": "Eviction"}
_SCALED = ("deployments", "replicasets", "statefulsets", "replicationcontrollers")


def resources_named(text: str, snapshot: Snapshot) -> list[Resource]:
    """The kinds of operators that commands name, and those that the cluster had at first."""
    words = set(re.split(r"[\s,/]+", text.lower()))
    found = [
        Resource(kind.group, "v1", kind.resource, kind.name, kind.namespaced, kind.collection)
        for kind in listed_kinds()
        if words & {kind.resource, kind.name.lower(), kind.collection}
    ]
    return [*resources_of(snapshot), *found]


class Index(SnapshotIndex):
    """A snapshot with the resources that every cluster serves."""

    def __init__(self, snapshot: Snapshot, more: Sequence[Resource]) -> None:
        super().__init__(snapshot)
        have = {(r.group, r.version, r.plural) for r in self.resources}
        names = {(r.group, r.plural) for r in self.resources}
        more = [r for r in (*_BUILT_IN, *more) if (r.group, r.plural) not in names]
        for resource in self.resources:
            more += [
                resource._replace(version=version)
                for version in _ALSO.get(resource.plural, ())
                if (resource.group, version, resource.plural) not in have and resource.group
            ]
        self.resources = sorted([*self.resources, *more], key=lambda r: (r.group, r.version, r.plural))
        self._paths |= {(r.group, r.version, r.plural): r for r in more}


class Reader:
    """Answers what only reads."""

    def __init__(self, snapshot: Snapshot, more: Sequence[Resource] = ()) -> None:
        self.api = Api(snapshot)
        self.api.recorded = Index(snapshot, more)

    @property
    def index(self) -> SnapshotIndex:
        """The objects by resource."""
        return self.api.recorded

    def answer(self, request: Request) -> Response:
        """The product's answer; in discovery, with the verbs and parts of a server that takes writes."""
        response = self.api.answer(request)
        parts = [part for part in request.path.split("/") if part]
        if response.code != 200 or not (parts[:1] in (["api"], ["apis"]) and len(parts) < 4) or not response.body:
            return response
        document = json.loads(response.body)
        match document.get("kind"):
            case "APIGroupDiscoveryList":
                _add_to_groups(document)
            case "APIResourceList":
                _add_to_resources(document)
            case _:
                return response
        return response._replace(body=json.dumps(document).encode() + b"\n")


def _add_to_groups(document: dict[str, Any]) -> None:
    for group in document["items"]:
        for version in group["versions"]:
            for resource in version["resources"]:
                if "list" in resource["verbs"]:
                    resource["verbs"] = _VERBS
                    found = resource.setdefault("subresources", [])
                    found += [
                        {"subresource": name, "responseKind": kind or resource["responseKind"], "verbs": verbs}
                        for name, kind, verbs in _parts(resource["resource"])
                    ]


def _add_to_resources(document: dict[str, Any]) -> None:
    more = []
    for resource in document["resources"]:
        if "list" not in resource["verbs"]:
            continue
        resource["verbs"] = _VERBS
        for name, kind, verbs in _parts(resource["name"]):
            entry = {"name": f"{resource['name']}/{name}", "singularName": "", "namespaced": resource["namespaced"]}
            more.append({**entry, "kind": resource["kind"], **(kind or {}), "verbs": verbs})
    document["resources"] += more


def _parts(plural: str) -> list[tuple[str, dict[str, str] | None, list[str]]]:
    found: list[tuple[str, dict[str, str] | None, list[str]]] = [("status", None, ["get", "patch", "update"])]
    if plural in _SCALED:
        found.append(("scale", _AUTOSCALING, ["get", "patch", "update"]))
    if plural == "pods":
        found.append(("eviction", _EVICTION, ["create"]))
    return found
