"""Reads parts of the Kubernetes API: lists of a namespace, by field selector, single objects, whole small kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, RequestFailed
from gkedoctor.collect.kubernetes import PAGE, Cluster, ListPage, is_served, list_path, slim, versions_of
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.collect.paging import Pages
from gkedoctor.collect.results import COMPLETE, WatchStart, state_of
from gkedoctor.snapshot.kinds import Kind
from gkedoctor.snapshot.model import CollectionState, Status
from gkedoctor.snapshot.part import Read

MOST_OBJECTS = 5_000
MOST_NUMEROUS = 1_000
"""Objects of a kind in all namespaces up to which they are read for a question about a part of the cluster; of the
kinds that a large cluster has most of, fewer: Pods and Events are large, and the others tens of thousands."""

_NUMEROUS = frozenset({"pods", "events", "replicasets", "endpointslices", "endpoints", "secrets", "configmaps", "jobs"})
"""Kinds of which a large cluster has so many that one object is requested first, to learn how many there are."""

_INDEXED = "spec.nodeName="
"""A selector for which the watch cache has an index (pkg/registry/core/pod/strategy.go, Indexers). With
`resourceVersion=0` it is used, and the Pods of a Node come in milliseconds, not in seconds, of 20,000."""

TOO_MANY = "the cluster has more of this kind than is read for one namespace or object: run gkedoctor report"
_NO_SUCH_RESOURCE = "the server could not find the requested resource"


class RawPart(NamedTuple):
    """What the API server returned for one read, not masked yet. `watch`: the list that it is, or is in."""

    read: Read
    items: Sequence[Any]
    state: CollectionState
    watch: WatchStart | None = None


_Answer = tuple[Sequence[Any], CollectionState, WatchStart | None]


def selector_of(read: Read) -> str:
    """The field selector of a list that has what is read."""
    return read.selector or (f"metadata.name={read.name}" if read.name else "")


class PartLister:
    """Answers reads of one cluster. Safe to use from several threads."""

    def __init__(self, client: KubernetesClient, cluster: Cluster) -> None:
        self._client, self._cluster = client, cluster

    def read(self, kind: Kind, read: Read) -> RawPart:
        """What there is of one read, with the true state of it."""
        versions = versions_of(kind, self._cluster.groups) if is_served(kind, self._cluster.groups) else ()
        state = state_of(kind.collection, 404, "")
        found = RawPart(read, (), state)
        for version in versions:
            path = list_path(kind, version, read.namespace if kind.namespaced else "")
            found = RawPart(read, *self._answer(kind, path, read))
            if found.state.status is not Status.DISABLED:
                break
        return found

    def _answer(self, kind: Kind, path: str, read: Read) -> _Answer:
        try:
            if read.name and (read.namespace or not kind.namespaced):
                return self._one(kind, path, read)
            return self._listed(kind, path, read)
        except CollectionStopped as stopped:
            return (), state_of(kind.collection, 0, stopped.reason), None
        except RequestFailed as refused:
            return (), state_of(kind.collection, refused.code, refused.reason), None

    def _one(self, kind: Kind, path: str, read: Read) -> _Answer:
        """The object of a name, or nothing. Where `get` is denied, it is listed: the printed roles hold only `list`."""
        try:
            raw: msgspec.Raw = self._client.document(f"{path}/{quote(read.name)}", msgspec.Raw)
        except RequestFailed as refused:
            if refused.code == 403:
                return self._listed(kind, path, read)
            if refused.code != 404 or _NO_SUCH_RESOURCE in refused.reason:
                raise
            return (), COMPLETE, WatchStart(path)
        return [slim(kind.collection, raw, "")], COMPLETE, WatchStart(path)

    def _listed(self, kind: Kind, path: str, read: Read) -> _Answer:
        selector = selector_of(read)
        query = [("fieldSelector", selector)] if selector else []
        if selector.startswith(_INDEXED):
            query.append(("resourceVersion", "0"))
        is_bounded = kind.namespaced and not read.namespace
        if is_bounded and read.is_whole and kind.collection in _NUMEROUS and self._rest(path) >= MOST_NUMEROUS:
            return (), CollectionState(Status.PARTIAL, reason=TOO_MANY), None
        items: list[Any] = []
        token, version, pages = "", "", Pages()
        while True:
            page: ListPage = self._client.document(
                path, ListPage, [*query, ("limit", str(PAGE)), *([("continue", token)] if token else [])]
            )
            items += [slim(kind.collection, raw, page.version) for raw in page.items or ()]
            token, version = page.meta.token or "", version or page.meta.version or ""
            if not token:
                return items, COMPLETE, WatchStart(path, version)
            if is_bounded and len(items) + (page.meta.rest or 0) > MOST_OBJECTS:
                return (), CollectionState(Status.PARTIAL, reason=TOO_MANY), None
            pages.followed(token, len(page.items or ()))

    def _rest(self, path: str) -> int:
        """How many objects there are beside the first one."""
        page: ListPage = self._client.document(path, ListPage, [("limit", "1")])
        return page.meta.rest or 0
