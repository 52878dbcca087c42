"""Which resources the recorded cluster serves, with kubectl's names for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from gkedoctor.snapshot.kinds import CATEGORY_ALL, COLLECTIONS, LOGS, Kind, is_cloud
from gkedoctor.snapshot.model import Collection, Object, Snapshot, Status

VERBS = ("get", "list", "watch")

_VERSIONS: Mapping[str, str] = MappingProxyType(
    {
        "horizontalpodautoscalers": "v2",
        "frontendconfigs": "v1beta1",
        "servicenetworkendpointgroups": "v1beta1",
        "referencegrants": "v1beta1",
    }
)
"""Where the version that is served most is not `v1`."""

_A_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d+)?")

_CUSTOM_GROUPS = frozenset({"cloud.google.com", "networking.gke.io", "gateway.networking.k8s.io"})
"""Groups that exist only where somebody installed them."""


class Resource(NamedTuple):
    """One resource as discovery names it, and the collection that holds its objects."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    collection: str
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """`v1`, `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def full_name(self) -> str:
        """`pods`, `deployments.apps`, as the API server says it in messages."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


def resources_of(snapshot: Snapshot) -> list[Resource]:
    """All resources to serve, by group and name."""
    definitions = {
        str((d.get("metadata") or {}).get("name")): d for d in _objects(snapshot, "customresourcedefinitions")
    }
    known = [kind for kind in COLLECTIONS.values() if not kind.cloud]
    found = [
        _known(kind, snapshot.collection(kind.collection), definitions) for kind in known if _served(kind, snapshot)
    ]
    for name, collection in snapshot.collections.items():
        if name not in COLLECTIONS and name != LOGS and not is_cloud(name):
            found += _custom(collection, definitions)
    return sorted(found, key=lambda r: (r.group, r.version, r.plural))


def _objects(snapshot: Snapshot, collection: str) -> Sequence[Object]:
    return snapshot.collection(collection).objects


def _served(kind: Kind, snapshot: Snapshot) -> bool:
    """A kind that was never asked is listed where every cluster has it: then the answer can say so."""
    status = snapshot.collection(kind.collection).state.status
    if status is Status.NOT_ASKED:
        return kind.group not in _CUSTOM_GROUPS
    return status is not Status.DISABLED


def _known(kind: Kind, collection: Collection, definitions: Mapping[str, Object]) -> Resource:
    asked = collection.state.status is not Status.NOT_ASKED
    return Resource(
        group=kind.group,
        version=_version(collection, kind.group) or _stored_version(definitions.get(f"{kind.collection}.{kind.group}"))
        or _VERSIONS.get(kind.collection, "v1"),
        plural=kind.collection,
        kind=kind.name,
        namespaced=kind.namespaced,
        collection=kind.collection,
        short_names=kind.short_names,
        categories=("all",) if asked and kind.collection in CATEGORY_ALL else (),
    )  # fmt: skip


def _version(collection: Collection, group: str) -> str:
    """The version that most of the objects have; empty without any of that group."""
    counts = Counter(str(item.get("apiVersion") or "") for item in collection.objects)
    versions = [(n, v.rpartition("/")[2]) for v, n in counts.items() if v.rpartition("/")[0] == group]
    return max((found for found in versions if _A_VERSION.fullmatch(found[1])), default=(0, ""))[1]


def _stored_version(definition: Object | None) -> str:
    """The version that a CustomResourceDefinition stores."""
    versions = ((definition or {}).get("spec") or {}).get("versions") or []
    return next((str(v.get("name")) for v in versions if v.get("storage") and v.get("served")), "")


def _custom(collection: Collection, definitions: Mapping[str, Object]) -> Iterator[Resource]:
    """A kind gkedoctor has no table for, as its definition or its objects tell it."""
    spec = (definitions.get(collection.name) or {}).get("spec") or {}
    names: Mapping[str, Any] = spec.get("names") or {}
    first = next(iter(collection.objects), {})
    plural, _, group = collection.name.partition(".")
    group = str(spec.get("group") or str(first.get("apiVersion") or "").rpartition("/")[0] or group)
    kind = names.get("kind") or first.get("kind")
    version = _version(collection, group) or _stored_version(definitions.get(collection.name))
    if not kind or not version:
        return
    in_namespaces = any((item.get("metadata") or {}).get("namespace") for item in collection.objects)
    yield Resource(
        group=group,
        version=version,
        plural=str(names.get("plural") or plural),
        kind=str(kind),
        namespaced=spec["scope"] == "Namespaced" if "scope" in spec else in_namespaces,
        collection=collection.name,
        short_names=tuple(map(str, names.get("shortNames") or ())),
        categories=tuple(map(str, names.get("categories") or ())),
    )
