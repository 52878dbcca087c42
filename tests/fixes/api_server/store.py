"""The objects of a cluster that changes: the Kubernetes side and the Google Cloud side."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS, is_cloud
from gkedoctor.snapshot.model import Collection, CollectionState, Object, Snapshot, Status
from tests.fixes.api_server.values import with_facts, with_values

_BUILT_IN = (
    "runtimeclasses.node.k8s.io", "csidrivers.storage.k8s.io", "csinodes.storage.k8s.io", "leases.coordination.k8s.io",
    "resourceclaims.resource.k8s.io", "resourceclaimtemplates.resource.k8s.io", "deviceclasses.resource.k8s.io",
    "resourceslices.resource.k8s.io", "pods.metrics.k8s.io", "nodes.metrics.k8s.io",
)  # fmt: skip
"""Kinds that every cluster serves and that a case seldom has."""

Key = tuple[str, str]


class Change(NamedTuple):
    """One change, as a watch reports it."""

    version: int
    kind: str
    collection: str
    item: Object


class Store:
    """Used by many threads at once: hold `lock` for what reads and then writes."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.lock = threading.RLock()
        self.first = snapshot
        self.clock = snapshot.clock
        self.version = 1_000_000
        self.changes: list[Change] = []
        self.deleted: list[tuple[str, Key]] = []
        self.cloud_deleted: list[tuple[str, str]] = []
        self.unseen: list[str] = []
        """Commands that succeeded and whose effect no recording holds."""

        self.served: list[str] = []
        """Collections that are served though no object of theirs is there."""

        self._states = {name: collection.state for name, collection in snapshot.collections.items()}
        self._facts: dict[tuple[str, Key], Object] = {}
        self._clean: dict[tuple[str, Key], Object] = {}
        """Objects as a recording has them, of those that nobody wrote since."""

        self._clean_cloud: dict[str, Collection] | None = {n: c for n, c in snapshot.collections.items() if is_cloud(n)}
        self._logs = snapshot.collections.get(LOGS)
        self.objects: dict[str, dict[Key, dict[str, Any]]] = {}
        self.cloud: dict[str, list[dict[str, Any]]] = {}
        for name, collection in snapshot.collections.items():
            if is_cloud(name):
                self.cloud[name] = [copy.deepcopy(dict(item)) for item in collection.objects]
            elif name != LOGS:
                self.objects[name] = {key_of(item): self._taken(name, item) for item in collection.objects}
                self._clean |= {(name, key_of(item)): item for item in collection.objects}
        self._namespaces = {namespace for items in self.objects.values() for namespace, _ in items}
        self._raw: tuple[int, Snapshot] | None = None
        self.settled = self.version
        self.last = snapshot
        """The version that controllers have seen, and what they made of it."""

    def _taken(self, collection: str, item: Object) -> dict[str, Any]:
        if collection in ("secrets", "configmaps"):
            self._facts[collection, key_of(item)] = item
            return with_values(item)
        return copy.deepcopy(dict(item))

    def get(self, collection: str, namespace: str, name: str) -> dict[str, Any] | None:
        """A copy of an object."""
        found = self.objects.get(collection, {}).get((namespace, name))
        return copy.deepcopy(found) if found is not None else None

    def put(self, collection: str, item: dict[str, Any]) -> dict[str, Any]:
        """Stores an object under a new version."""
        with self.lock:
            kind = "MODIFIED" if key_of(item) in self.objects.setdefault(collection, {}) else "ADDED"
            self._states.setdefault(collection, CollectionState(Status.COMPLETE))
            self.version += 1
            item["metadata"]["resourceVersion"] = str(self.version)
            self.objects[collection][key_of(item)] = item
            self._clean.pop((collection, key_of(item)), None)
            self.changes.append(Change(self.version, kind, collection, copy.deepcopy(item)))
            return copy.deepcopy(item)

    def remove(self, collection: str, namespace: str, name: str) -> None:
        """Takes an object away."""
        with self.lock:
            item = self.objects.get(collection, {}).pop((namespace, name), None)
            if item is not None:
                self.version += 1
                self._clean.pop((collection, (namespace, name)), None)
                self.deleted.append((collection, (namespace, name)))
                item["metadata"]["resourceVersion"] = str(self.version)
                self.changes.append(Change(self.version, "DELETED", collection, item))

    def touch(self) -> None:
        """Marks that the Google Cloud side changed."""
        self.version += 1
        self._clean_cloud = None

    def all(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every object of Kubernetes with its collection."""
        for collection, items in list(self.objects.items()):
            for item in list(items.values()):
                yield collection, item

    def has_namespace(self, namespace: str) -> bool:
        """Whether it exists: a case often has its objects and not the Namespace itself."""
        if ("", namespace) in self.objects.get("namespaces", {}):
            return True
        if ("namespaces", ("", namespace)) in self.deleted:
            return False
        return namespace in self._namespaces or any(key[0] == namespace for i in self.objects.values() for key in i)

    def raw(self) -> Snapshot:
        """What an API serves: values as they are, and all collections: who fixes may read what a recording lacks."""
        with self.lock:
            if self._raw is None or self._raw[0] != self.version:
                complete = CollectionState(Status.COMPLETE)
                found = [
                    Collection(name, complete, [*items.values(), *self._implied(name, items)])
                    for name, items in self.objects.items()
                ]
                known = {collection.name for collection in found}
                more = {*_BUILT_IN, *self.served, *(n for n, kind in COLLECTIONS.items() if not kind.cloud)}
                found += [Collection(name, complete) for name in sorted(more - known)]
                found += [self._logs] if self._logs is not None else []
                self._raw = self.version, Snapshot(self.first.manifest, found)
            return self._raw[1]

    def _implied(self, collection: str, items: Mapping[Key, Object]) -> Iterator[Object]:
        """The Namespaces that a case has by its objects alone: kubectl reads them to word what is not found."""
        if collection == "namespaces":
            for name in sorted(self._namespaces - {own for _, own in items} - {""}):
                if self.has_namespace(name):
                    status = {"phase": "Active"}
                    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "status": status}

    def snapshot(self) -> Snapshot:
        """What a recording of it would hold now. Only what was written is taken in again."""
        with self.lock:
            states = self._take_in()
            found = [
                Collection(name, states.get(name, self._state(name)), self._in_order(name, items))
                for name, items in self.objects.items()
            ]
            found += [*(self._clean_cloud or {}).values(), *([self._logs] if self._logs is not None else [])]
            return Snapshot(msgspec.structs.replace(self.first.manifest, recorded_at=self.clock), found)

    def _in_order(self, name: str, items: Mapping[Key, Object]) -> list[Object]:
        return [self._clean[name, key] for key in sorted(items) if (name, key) in self._clean]

    def _take_in(self) -> dict[str, CollectionState]:
        """Trims, masks and checks what was written; the states of collections with objects that do not fit."""
        gathered = Gathered(source=self.first.manifest.source)
        for name, items in self.objects.items():
            written = [self._recorded(name, item) for key, item in items.items() if (name, key) not in self._clean]
            if written:
                gathered.add(name, written, self._state(name))
        cloud = self.cloud if self._clean_cloud is None else {}
        for name, found in cloud.items():
            gathered.add(name, copy.deepcopy(found), self._state(name))
        taken = build_snapshot(gathered, recorded_at=self.clock, manifest=self.first.manifest)
        if self._clean_cloud is None:
            self._clean_cloud = {n: c for n, c in taken.collections.items() if is_cloud(n)}
        for name, collection in taken.collections.items():
            if not is_cloud(name) and name != LOGS:
                self._clean |= {(name, key_of(item)): item for item in collection.objects}
        return {name: c.state for name, c in taken.collections.items() if c.state.malformed}

    def _state(self, name: str) -> CollectionState:
        return self._states.get(name, CollectionState(Status.COMPLETE))

    def _recorded(self, collection: str, item: Object) -> dict[str, Any]:
        if collection in ("secrets", "configmaps"):
            return with_facts(item, self._facts.get((collection, key_of(item))))
        return copy.deepcopy(dict(item))

    def take(self, snapshot: Snapshot) -> None:
        """Makes the Kubernetes side what controllers made of it: each difference is a change."""
        with self.lock:
            for name, collection in snapshot.collections.items():
                if is_cloud(name):
                    self._take_cloud(name, collection)
                elif name == LOGS:
                    self._logs = collection
                elif name not in ("secrets", "configmaps"):
                    self._take_collection(name, collection)
            self.clock = snapshot.clock
            self.version += 1

    def _take_cloud(self, name: str, collection: Collection) -> None:
        if self._clean_cloud is not None and self._clean_cloud.get(name) is not collection:
            self._clean_cloud[name] = collection
            self.cloud[name] = [copy.deepcopy(dict(item)) for item in collection.objects]

    def _take_collection(self, name: str, collection: Collection) -> None:
        after = {key_of(item): item for item in collection.objects}
        before = self.objects.setdefault(name, {})
        for namespace, own in before.keys() - after.keys():
            self.remove(name, namespace, own)
        for key, item in after.items():
            if self._clean.get((name, key)) is not item and _content(before.get(key)) != _content(item):
                self._clean[name, key] = self.put(name, copy.deepcopy(dict(item)))


def _content(item: Object | None) -> Any:
    """An object without its version."""
    if item is None:
        return None
    metadata = {key: value for key, value in (item.get("metadata") or {}).items() if key != "resourceVersion"}
    return {**item, "metadata": metadata}


def key_of(item: Object) -> Key:
    """Namespace and name."""
    metadata = item.get("metadata") or {}
    return str(metadata.get("namespace") or ""), str(metadata.get("name"))
