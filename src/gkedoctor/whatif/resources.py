"""Which resource a word of a kubectl command means: `deploy`, `deployments.apps`, `healthcheckpolicy`."""

from __future__ import annotations

from gkedoctor.errors import ChangeError
from gkedoctor.graph import nearest
from gkedoctor.serve.resources import Resource, resources_of
from gkedoctor.snapshot.custom_kinds import listed_kinds
from gkedoctor.snapshot.importers.names import collection_of_object, plural_of
from gkedoctor.snapshot.kinds import COLLECTIONS, Kind
from gkedoctor.snapshot.model import Object, Snapshot


def resource_named(word: str, snapshot: Snapshot) -> Resource:
    """The resource that a word means, in any case; ChangeError with the closest one where there is none."""
    text = word.lower()
    known = [*resources_of(snapshot), *map(_resource, _kubernetes_kinds())]
    for resource in known:
        if text in _words(resource):
            return resource
    near = nearest(text, sorted({resource.plural for resource in known}))
    raise ChangeError(f"unknown resource type `{word}`", hint=f"did you mean `{near}`?" if near else None)


def resource_of(item: Object, snapshot: Snapshot) -> Resource:
    """The resource of an object; of a kind that was never recorded, by its own apiVersion and kind."""
    version, kind = str(item.get("apiVersion") or "v1"), str(item.get("kind"))
    collection = collection_of_object(version, kind) or plural_of(version, kind)
    for resource in resources_of(snapshot):
        if resource.collection == collection:
            return resource
    known = COLLECTIONS.get(collection)
    if known is not None:
        return _resource(known)
    group, _, number = version.rpartition("/")
    row = next((row for row in listed_kinds() if (row.group, row.name) == (group, kind)), None)
    namespaced = row.namespaced if row is not None else True
    return Resource(group, number, collection.partition(".")[0], kind, namespaced, collection)


def _kubernetes_kinds() -> list[Kind]:
    return [*(kind for kind in COLLECTIONS.values() if not kind.cloud), *listed_kinds()]


def _resource(kind: Kind) -> Resource:
    return Resource(kind.group, "v1", kind.resource, kind.name, kind.namespaced, kind.collection, kind.short_names)


def _words(resource: Resource) -> set[str]:
    """The names under which kubectl knows it: plural, singular and short ones, those with the group behind them."""
    long = {resource.plural.lower(), resource.kind.lower()}
    group = resource.group
    full = {f"{name}.{tail}" for name in long for tail in (group, f"{resource.version}.{group}") if group}
    return {*long, *full, *resource.short_names}
