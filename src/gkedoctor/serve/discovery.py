"""What is served: groups, versions and resources, one by one or all at once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from gkedoctor.serve.errors import no_such_path
from gkedoctor.serve.negotiation import Form, wanted
from gkedoctor.serve.request import Request, Response, answer
from gkedoctor.serve.resources import VERBS, Resource
from gkedoctor.serve.reviews import GROUP, REVIEWS, VERSION
from gkedoctor.serve.snapshot_index import SnapshotIndex

_REVIEWS = [Resource(GROUP, VERSION, plural, kind, False, "") for plural, kind in REVIEWS.items()]


def legacy_group(recorded: SnapshotIndex, request: Request) -> Response:
    """`/api`: the core group."""
    form, content_type = wanted(request.accept, Form.DISCOVERY)
    if form is Form.DISCOVERY:
        return answer(_aggregated(recorded, content_type, core=True), content_type)
    return answer({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})


def groups(recorded: SnapshotIndex, request: Request) -> Response:
    """`/apis`: all other groups."""
    form, content_type = wanted(request.accept, Form.DISCOVERY)
    if form is Form.DISCOVERY:
        return answer(_aggregated(recorded, content_type, core=False), content_type)
    found = [_group(name, versions) for name, versions in _versions(recorded).items() if name]
    return answer({"kind": "APIGroupList", "apiVersion": "v1", "groups": found})


def group(recorded: SnapshotIndex, name: str) -> Response:
    """`/apis/GROUP`. ApiError 404 for a group that is not served."""
    versions = _versions(recorded).get(name)
    if not name or versions is None:
        raise no_such_path()
    return answer({"kind": "APIGroup", "apiVersion": "v1"} | _group(name, versions))


def group_version(recorded: SnapshotIndex, name: str, version: str) -> Response:
    """`/api/v1`, `/apis/GROUP/VERSION`. ApiError 404 for what is not served."""
    found = _versions(recorded).get(name, {}).get(version)
    if found is None:
        raise no_such_path()
    resources = [entry for resource in found for entry in _entries(resource)]
    api_version = f"{name}/{version}" if name else version
    return answer({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api_version, "resources": resources})


def _versions(recorded: SnapshotIndex) -> dict[str, dict[str, list[Resource]]]:
    """All resources by group and version."""
    every = sorted([*recorded.resources, *_REVIEWS], key=lambda r: (r.group, r.version, r.plural))
    return {
        name: {version: list(found) for version, found in groupby(of_group, key=lambda r: r.version)}
        for name, of_group in groupby(every, key=lambda r: r.group)
    }


def _group(name: str, versions: Iterable[str]) -> dict[str, Any]:
    entries = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": entries, "preferredVersion": entries[-1]}


def _verbs(resource: Resource) -> list[str]:
    return list(VERBS) if resource.collection else ["create"]


def _entries(resource: Resource) -> list[dict[str, Any]]:
    entry: dict[str, Any] = {
        "name": resource.plural,
        "singularName": resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": _verbs(resource),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    if resource.collection != "pods":
        return [entry]
    log = {"name": "pods/log", "singularName": "", "namespaced": True, "kind": "Pod", "verbs": ["get"]}
    return [entry, log]


def _aggregated(recorded: SnapshotIndex, content_type: str, *, core: bool) -> dict[str, Any]:
    """apidiscovery.k8s.io: all groups with all resources in one answer."""
    items = [
        {
            "metadata": {"name": name, "creationTimestamp": None},
            "versions": [
                {"version": version, "resources": [_discovered(r) for r in found], "freshness": "Current"}
                for version, found in reversed(versions.items())
            ],
        }
        for name, versions in _versions(recorded).items()
        if (name == "") is core
    ]
    version = "v2beta1" if "v=v2beta1" in content_type else "v2"
    return {
        "kind": Form.DISCOVERY.value,
        "apiVersion": f"apidiscovery.k8s.io/{version}",
        "metadata": {},
        "items": items,
    }


def _discovered(resource: Resource) -> dict[str, Any]:
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    entry: dict[str, Any] = {
        "resource": resource.plural,
        "responseKind": kind,
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.kind.lower(),
        "verbs": _verbs(resource),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    if resource.collection == "pods":
        entry["subresources"] = [{"subresource": "log", "responseKind": kind, "verbs": ["get"]}]
    return entry
