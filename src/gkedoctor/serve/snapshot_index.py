"""The recording as the API reads it: resources, objects in order, and what must be refused."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gkedoctor.serve.errors import NO_SUCH_PATH, ApiError
from gkedoctor.serve.resources import Resource, resources_of
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.kinds import COLLECTIONS, ESSENTIAL, LOGS, is_cloud
from gkedoctor.snapshot.model import CollectionState, Object, Snapshot, Status
from gkedoctor.snapshot.redaction.secret_facts import with_placeholders

_CODES = {Status.DENIED: 403, Status.FAILED: 503, Status.DISABLED: 404}


class Index(NamedTuple):
    """The objects of a collection by namespace and name, and each scope's in that order."""

    by_key: Mapping[tuple[str, str], Object]
    scopes: Mapping[str | None, Sequence[Object]]


class SnapshotIndex:
    """A snapshot that answers by resource. Used by many threads at once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.clock = snapshot.clock
        self.resources = resources_of(snapshot)
        self._paths = {(r.group, r.version, r.plural): r for r in self.resources}
        self._indexes: dict[str, Index] = {}
        self._lock = threading.Lock()
        self.resource_version = _resource_version(snapshot)
        seed = f"{snapshot.manifest.source} {self.clock} {self.resource_version} {self.resources}"
        self.identity = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    @property
    def name(self) -> str:
        """What to call the cluster."""
        return self.snapshot.manifest.cluster or self.snapshot.manifest.source or "cluster"

    @property
    def moment(self) -> str:
        """When it was recorded."""
        return self.clock.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def states(self) -> Mapping[str, CollectionState]:
        """How far each collection of Kubernetes can be trusted, for gkedoctor itself: the API has no words for it."""
        names = [name for name, kind in COLLECTIONS.items() if not kind.cloud]
        names += [name for name in self.snapshot.collections if is_custom(name)]
        known = {name: self.snapshot.collection(name).state for name in names}
        return known | ({LOGS: self.snapshot.collection(LOGS).state} if LOGS in self.snapshot.collections else {})

    def resource(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource at a path."""
        return self._paths.get((group, version, plural))

    def state(self, resource: Resource) -> CollectionState:
        """How far its collection can be trusted."""
        return self.snapshot.collection(resource.collection).state

    def index(self, resource: Resource) -> Index:
        """Its objects, put in order when first asked for."""
        with self._lock:
            if resource.collection not in self._indexes:
                objects = self.snapshot.collection(resource.collection).objects
                if resource.collection == "configmaps":
                    objects = [with_placeholders(item) for item in objects]
                self._indexes[resource.collection] = _index(objects, resource.namespaced)
            return self._indexes[resource.collection]

    def objects(self, resource: Resource, namespace: str | None) -> Sequence[Object]:
        """The objects of a namespace, or all, by namespace and name. ApiError where they cannot be listed."""
        refusal = self.refusal(resource, namespace)
        if refusal is not None:
            raise refusal
        return self.index(resource).scopes.get(namespace, ())

    def get(self, resource: Resource, namespace: str | None, name: str) -> Object:
        """One object. ApiError 404 where it certainly was not there, 503 where that is not known."""
        refusal = self.refusal(resource, namespace)
        if refusal is not None:
            raise refusal
        found = self.index(resource).by_key.get((namespace or "", name))
        if found is not None:
            return found
        doubt = self.snapshot.collection(resource.collection).why_incomplete(namespace, name)
        if doubt is not None:
            raise ApiError(503, f'{resource.full_name} "{name}" is not known: {doubt}')
        message = f'{resource.full_name} "{name}" not found'
        raise ApiError(404, message, name=name, group=resource.group, kind=resource.plural)

    def refusal(self, resource: Resource, namespace: str | None) -> ApiError | None:
        """Why a resource cannot be read in a namespace, or in all of them."""
        state = self.state(resource)
        if state.status is Status.NOT_ASKED:
            return _not_recorded(resource, state.reason or "not in this recording")
        if state.status in _CODES:
            return _refused(resource, _CODES[state.status], state.reason)
        if not resource.namespaced:
            return None
        if namespace is not None and namespace in state.unread:
            reason = state.unread[namespace]
            return _refused(resource, 403 if "forbidden" in reason.lower() else 503, reason)
        if state.namespaces is not None and namespace not in state.namespaces:
            where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
            known = ", ".join(state.namespaces) or "none"
            return _refused(
                resource,
                403,
                f"{resource.full_name} is forbidden: not recorded {where}, only in the namespaces {known}",
            )
        return None

    def warning(self, resource: Resource, namespace: str | None) -> str:
        """What a reader of a listing should know; empty where it is complete."""
        collection = self.snapshot.collection(resource.collection)
        state = collection.state
        has_gaps = state.malformed or state.unread or collection.why_incomplete(namespace)
        if state.status is not Status.PARTIAL or not has_gaps:
            return ""
        gaps = [state.reason, *(f"{name}: {why}" for name, why in (state.malformed | state.unread).items())]
        text = "; ".join(filter(None, gaps)) or "some objects are missing"
        return f"{resource.full_name}: the recording is not complete: {text}"[:500]


def _refused(resource: Resource, code: int, reason: str) -> ApiError:
    """The reason in the recording's own words, so that it survives being recorded again."""
    words = {
        403: f"{resource.full_name} is forbidden: whoever recorded this was not allowed to list it",
        404: NO_SUCH_PATH,
        503: f"{resource.full_name} could not be read when this was recorded",
    }
    return ApiError(code, reason or words[code], group=resource.group, kind=resource.plural)


def _not_recorded(resource: Resource, reason: str) -> ApiError:
    """What matters is forbidden rather than not served: every cluster has it, and nobody may take it for absent."""
    if resource.collection in ESSENTIAL:
        return _refused(resource, 403, f"{resource.full_name} is forbidden: {reason}")
    return _refused(resource, 404, f"{resource.full_name}: {reason}")


def _index(objects: Sequence[Object], namespaced: bool) -> Index:
    by_key: dict[tuple[str, str], Object] = {}
    for item in objects:
        metadata = item.get("metadata") or {}
        namespace = metadata.get("namespace") if namespaced else None
        by_key[str(namespace or ""), str(metadata.get("name"))] = item
    ordered = [(key, by_key[key]) for key in sorted(by_key)]
    scopes: dict[str | None, list[Object]] = {None: [item for _, item in ordered]}
    if namespaced:
        for (namespace, _), item in ordered:
            scopes.setdefault(namespace, []).append(item)
    return Index(by_key, scopes)


def _resource_version(snapshot: Snapshot) -> str:
    """The latest that any object has: the one a listing at that moment would have had, as far as known."""
    highest = 1
    for name, collection in snapshot.collections.items():
        if is_cloud(name):
            continue
        for item in collection.objects:
            version = str((item.get("metadata") or {}).get("resourceVersion") or "")
            if version.isascii() and version.isdigit() and len(version) < 20:
                highest = max(highest, int(version))
    return str(highest)
