"""A state that can be changed: a snapshot, and what became of its objects since.

Objects are never changed in place: whoever changes one puts another in its place.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.graph import Ref, ref_of
from gkedoctor.graph.core.times import stamp
from gkedoctor.serve.resources import Resource
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import KEPT, Collection, CollectionState, Object, Snapshot, Status
from gkedoctor.whatif.hidden_values import with_facts, with_values
from gkedoctor.whatif.immutable import immutable_changes
from gkedoctor.whatif.resources import resource_named, resource_of

Place = tuple[str, str]
"""Namespace (of a Google Cloud object its location) and name."""

_UIDS = uuid.UUID("6f1b9c1e-3a52-4f0e-9d0e-6b64c0f2a1d7")


class ClusterState:
    """The objects of a snapshot with changes. O(objects) for each collection that is changed or searched."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.clock = snapshot.clock
        self.now: str = stamp(snapshot.clock)
        self._held: dict[str, dict[Place, Object]] = {}
        self._touched: dict[str, set[Place]] = {}
        self._raw: dict[str, set[Place]] = {}
        self._logs: list[Object] = []
        self._version, self._counted = 0, set[str]()

    def resource(self, word: str) -> Resource:
        """The resource that a word of a command means."""
        return resource_named(word, self.snapshot)

    def resource_of(self, item: Object) -> Resource:
        """The resource of an object."""
        return resource_of(item, self.snapshot)

    def objects(self, collection: str) -> list[Object]:
        """All objects of a collection, as they are now."""
        return list(self._collection(collection).values())

    def get(self, collection: str, namespace: str | None, name: str) -> Object | None:
        """The object of that name, if the state has it."""
        return self._collection(collection).get((namespace or "", name))

    def find(self, resource: Resource, namespace: str | None, name: str) -> dict[str, Any]:
        """The object to change, with placeholders for values that were left out; ChangeError where it is not there."""
        space = namespace if resource.namespaced else None
        found = self.get(resource.collection, space, name)
        if found is not None:
            return with_values(found)
        where = f" in namespace {space}" if space else ""
        doubt = self.snapshot.collection(resource.collection).why_incomplete(space, name)
        if doubt is not None:
            raise ChangeError(f"{resource.kind} {name}{where} is not in this recording: {doubt}")
        raise ChangeError(f"{resource.kind} {name} does not exist{where}")

    def write(self, item: Mapping[str, Any]) -> None:
        """Creates or replaces an object as the API server does: uid, times, generation, Secrets' stringData.

        Removes one that is being deleted and has no finalizer left. ChangeError for a field that is immutable.
        """
        resource = self.resource_of(item)
        ref = ref_of(item)
        space = ref.namespace if resource.namespaced else None
        before = self.get(resource.collection, space, ref.name)
        written = _stamped(dict(item), before, self.now, self.next_version(resource.collection, "pods"))
        if not resource.namespaced:
            written["metadata"].pop("namespace", None)
        if written["metadata"].get("deletionTimestamp") and not _finalizers(written):
            self.remove(resource.collection, space, ref.name)
            return
        held = with_facts(written, before)
        changed = list(immutable_changes(before, held)) if before is not None else []
        if changed:
            raise ChangeError(
                f"{resource.kind} {ref.name}: {changed[0]} is immutable",
                hint="delete the object and create it again: kubectl replace --force",
            )
        self._put(resource.collection, (space or "", ref.name), held, raw=True)

    def put(self, collection: str, item: Object) -> None:
        """Replaces an object by one that has the form of a snapshot already."""
        self._put(collection, place_of(item), item, raw=False)

    def delete(self, resource: Resource, item: Object) -> None:
        """Deletes an object; one with finalizers stays, marked as being deleted."""
        ref = ref_of(item)
        if _finalizers(item):
            metadata = {**item["metadata"], "deletionTimestamp": item["metadata"].get("deletionTimestamp") or self.now}
            self.put(resource.collection, {**item, "metadata": metadata})
            return
        self.remove(resource.collection, ref.namespace if resource.namespaced else None, ref.name)

    def remove(self, collection: str, namespace: str | None, name: str) -> None:
        """Takes an object out, whatever its finalizers say."""
        place = (namespace or "", name)
        if self._collection(collection).pop(place, None) is not None:
            self._touched.setdefault(collection, set()).add(place)
            self._raw.get(collection, set()).discard(place)

    def add_logs(self, logs: Iterable[Object]) -> None:
        """Adds logs of containers, in the form of a snapshot."""
        self._logs += logs

    def changed(self) -> Iterator[tuple[str, Place]]:
        """What was written or removed: collection and place of each object."""
        for collection, places in sorted(self._touched.items()):
            yield from ((collection, place) for place in sorted(places))

    def freeze(self) -> Snapshot:
        """The state as a snapshot. ChangeError where an object that was written has not the form of its kind."""
        if not self._touched:
            return self.snapshot
        self._take_in()
        collections = {c.name: c for c in self.snapshot.collections.values()}
        if self._logs:
            logs = self.snapshot.collection(LOGS)
            collections[LOGS] = Collection(LOGS, logs.state, (*logs.objects, *self._logs))
        for name in self._touched:
            state = self.snapshot.collection(name).state
            known = name in self.snapshot.collections or name in COLLECTIONS
            held = self._held[name]
            collections[name] = Collection(
                name,
                state if known else CollectionState(Status.COMPLETE),
                tuple(held[place] for place in sorted(held)),
            )
        return Snapshot(self.snapshot.manifest, collections.values())

    def _take_in(self) -> None:
        """What commands and files wrote takes the way of all objects into a snapshot: trimmed, masked, checked."""
        gathered = Gathered(source=self.snapshot.manifest.source)
        for name, places in self._raw.items():
            gathered.add(name, [dict(self._held[name][place]) for place in sorted(places)])
        manifest = self.snapshot.manifest
        taken = build_snapshot(gathered, manifest=manifest, recorded_at=self.clock, keep_values=manifest.values == KEPT)
        for name in self._raw:
            collection = taken.collection(name)
            for place, why in collection.state.malformed.items():
                raise ChangeError(f"the API server would refuse {name} {place}: {why}")
            self._held[name] |= {place_of(item): item for item in collection.objects}
        self._raw = {}

    def _put(self, collection: str, place: Place, item: Object, *, raw: bool) -> None:
        self._collection(collection)[place] = item
        self._touched.setdefault(collection, set()).add(place)
        places = self._raw.setdefault(collection, set())
        (places.add if raw else places.discard)(place)
        if not places:
            del self._raw[collection]

    def _collection(self, name: str) -> dict[Place, Object]:
        if name not in self._held:
            self._held[name] = {place_of(item): item for item in self.snapshot.collection(name).objects}
        return self._held[name]

    def next_version(self, *collections: str) -> str:
        """A resourceVersion above those of some collections, and of all that were given before. O(objects) once."""
        for name in collections:
            if name not in self._counted:
                self._counted.add(name)
                held = self._collection(name).values()
                texts = (str((item.get("metadata") or {}).get("resourceVersion") or "") for item in held)
                self._version = max(self._version, *(int(text) for text in texts if text.isdecimal()), 0)
        self._version += 1
        return str(self._version)


def place_of(item: Object) -> Place:
    """Where an object stands in its collection."""
    ref = ref_of(item)
    return (ref.namespace or (ref.location or "" if "metadata" not in item else ""), ref.name)


def uid_of(ref: Ref) -> str:
    """A uid for an object that only a change creates: the same for the same name."""
    return str(uuid.uuid5(_UIDS, str(ref)))


def _finalizers(item: Object) -> Iterable[Any]:
    spec = item.get("spec")
    own = spec.get("finalizers") if item.get("kind") == "Namespace" and isinstance(spec, dict) else None
    return [*(item["metadata"].get("finalizers") or ()), *(own or ())]


def _stamped(item: dict[str, Any], before: Object | None, now: str, version: str) -> dict[str, Any]:
    """The object with what the API server writes into it."""
    metadata = dict(item["metadata"])
    if before is None:
        metadata |= {"uid": uid_of(ref_of(item)), "creationTimestamp": now, "resourceVersion": version}
        if "spec" in item:
            metadata["generation"] = 1
        return item | {"metadata": metadata}
    if {**item, "metadata": 0} == {**with_values(before), "metadata": 0} and metadata == before["metadata"]:
        return item
    metadata["resourceVersion"] = version
    for name in ("uid", "creationTimestamp", "deletionTimestamp"):
        if name in before["metadata"]:
            metadata[name] = before["metadata"][name]
    generation = before["metadata"].get("generation")
    if isinstance(generation, int):
        metadata["generation"] = generation + (item.get("spec") != before.get("spec"))
    return item | {"metadata": metadata}
