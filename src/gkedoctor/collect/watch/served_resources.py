"""Which resources the API server serves, read again and again for next to nothing.

Aggregated discovery (since Kubernetes 1.27) is one document with an ETag: 304 where nothing changed
(k8s.io/apiserver/pkg/endpoints/discovery/aggregated/etag.go). Kubernetes' own garbage collector reads discovery every
30 seconds. An older server is asked for its groups, and for the resources of those that are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from gkedoctor.collect.deadline import RequestFailed
from gkedoctor.collect.json_decoders import json_decoder
from gkedoctor.collect.watch.connection import WatchClient

_LIST = "as=APIGroupDiscoveryList"
_ACCEPT = ",".join(
    (*(f"application/json;g=apidiscovery.k8s.io;v={v};{_LIST}" for v in ("v2", "v2beta1")), "application/json")
)

Served = Mapping[tuple[str, str], tuple[str, ...]]
"""The versions of a resource by its group and plural, the preferred one first."""


class _Resource(msgspec.Struct):
    resource: str = ""
    name: str = ""


class _Version(msgspec.Struct):
    version: str
    resources: list[_Resource] = []


class _Metadata(msgspec.Struct):
    name: str = ""


class _Group(msgspec.Struct):
    versions: list[_Version] = []
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)
    name: str = ""


class _Answer(msgspec.Struct):
    """`APIGroupDiscoveryList`, which has items, or `APIGroupList`, which has groups."""

    items: list[_Group] = []
    groups: list[_Group] = []


class _ResourceList(msgspec.Struct):
    resources: list[_Resource] = []


class ServedResources:
    """What one API server serves. For one thread."""

    def __init__(self, client: WatchClient) -> None:
        self._client, self._etag = client, ""

    def forget(self) -> None:
        """Reads all of it next time, whether or not it changed."""
        self._etag = ""

    def changed(self, groups: Iterable[str]) -> Served | None:
        """What is served; None where that is what it was. `groups`: those that are needed. RequestFailed."""
        answer = self._client.unless_same("/apis", _ACCEPT, self._etag)
        if answer is None:
            return None
        try:
            found = json_decoder(_Answer).decode(answer.body)
        except (msgspec.DecodeError, RecursionError) as error:
            raise RequestFailed(f"the response is not valid JSON: {str(error)[:120]}") from error
        if found.items:
            self._etag = next((value for key, value in answer.headers.items() if key.lower() == "etag"), "")
            return _by_resource((group.metadata.name, group.versions) for group in found.items)
        needed = set(groups)
        return _by_resource((g.name, [self._version(g.name, v) for v in g.versions]) for g in found.groups
                            if g.name in needed)  # fmt: skip

    def _version(self, group: str, version: _Version) -> _Version:
        listed: _ResourceList = self._client.document(f"/apis/{group}/{version.version}", _ResourceList)
        return _Version(version.version, listed.resources)


def _by_resource(groups: Iterable[tuple[str, list[_Version]]]) -> Served:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for group, versions in groups:
        for version in versions:
            for resource in version.resources:
                key = group, resource.resource or resource.name
                found[key] = (*found.get(key, ()), version.version)
    return found
