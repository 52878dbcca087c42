"""A snapshot that follows a cluster: objects come, change and go one by one, and a snapshot of the moment is cheap.

All of them pass the same checks and the same masking as in `intake.build_snapshot`; a test holds the two to the same
result. A collection that did not change is the same value in the next snapshot, and so is an object.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from gkedoctor.snapshot.compressed import Identity
from gkedoctor.snapshot.equal_parts import EqualParts
from gkedoctor.snapshot.intake import (
    LOGS_STATE,
    Gathered,
    ObjectIntake,
    is_log,
    manifest_of,
    not_gathered,
    ref_of_identity,
    stored_log,
    without_unusable,
)
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import (
    MASKED,
    Collection,
    CollectionState,
    Object,
    Snapshot,
    Status,
)
from gkedoctor.snapshot.redaction.incremental import IncrementalRedactor
from gkedoctor.snapshot.redaction.redactor import LogKey

_MANY = frozenset({"pods", "events", "replicasets", "endpointslices", "jobs"})
"""Collections whose objects teach nothing by what is left out of them, and of which there are so many that it pays to
leave alone those that a whole list has again as they were."""

_UNKNOWN = CollectionState(Status.NOT_ASKED, reason="not read")


class _Entry(NamedTuple):
    """An object before it is masked, and as it is shown."""

    plain: dict[str, Any]
    shown: Object


class _Objects:
    """The objects of one collection in order."""

    def __init__(self, name: str, state: CollectionState) -> None:
        self.intake, self.state = ObjectIntake(name), state
        self.entries: dict[Identity, _Entry] = {}
        self.order: list[Identity] = []
        self.malformed: dict[Identity, str] = {}
        self.nameless = 0
        self._made: Collection | None = None

    def put(self, identity: Identity, entry: _Entry) -> None:
        """Adds an object, or puts it in the place of the one of that name."""
        if identity not in self.entries:
            insort(self.order, identity)
        self.entries[identity] = entry
        self.malformed.pop(identity, None)
        self._made = None

    def remove(self, identity: Identity) -> None:
        """Takes an object out, if it is there."""
        if self.entries.pop(identity, None) is not None:
            del self.order[bisect_left(self.order, identity)]
        self.malformed.pop(identity, None)
        self._made = None

    def refuse(self, identity: Identity, reason: str) -> None:
        """Notes why an object cannot be understood."""
        self.remove(identity)
        self.malformed[identity] = reason

    def count_nameless(self) -> None:
        """Notes something that is no object with a name."""
        self.nameless += 1
        self._made = None

    def set_state(self, state: CollectionState) -> None:
        """How far the collection can be trusted."""
        if state != self.state:
            self.state, self._made = state, None

    def collection(self) -> Collection:
        """The collection; the same value for as long as nothing in it changes."""
        if self._made is None:
            malformed = {ref_of_identity(identity): why for identity, why in self.malformed.items()}
            state = without_unusable(self.state, malformed, self.nameless)
            self._made = Collection(
                self.intake.name, state, tuple(self.entries[identity].shown for identity in self.order)
            )
        return self._made


class IncrementalSnapshot:
    """The objects and logs of one cluster as they are now. For one thread."""

    def __init__(self, gathered: Gathered) -> None:
        """Takes in what was gathered at first."""
        self._about = Gathered(gathered.source, recorded_at=gathered.recorded_at, versions=dict(gathered.versions))
        self._redactor, self._parts = IncrementalRedactor(), EqualParts()
        self._objects: dict[str, _Objects] = {}
        self._logs: dict[LogKey, str] = {}
        self._logs_made: Collection | None = None
        self._logs_state = gathered.states.get(LOGS, LOGS_STATE if gathered.logs else None)
        self._changed: dict[tuple[str, Identity], dict[str, Any]] = {}
        for name in gathered.states.keys() - {LOGS}:
            self.set_state(name, gathered.states[name])
            for item in gathered.objects.get(name, ()):
                self.put(name, item)
        for key, text in gathered.logs.items():
            self.put_log(key, text)
        self._not_gathered = not_gathered(gathered)

    def set_state(self, collection: str, state: CollectionState) -> None:
        """How far a collection can be trusted."""
        self._of(collection).set_state(state)

    def state(self, collection: str) -> CollectionState:
        """How far a collection can be trusted, as its source has it."""
        return self._of(collection).state

    def state_now(self, collection: str) -> CollectionState:
        """The same with what of it could not be understood."""
        return self._of(collection).collection().state

    def put(self, collection: str, item: Any) -> None:
        """Takes in an object that is new or changed, as it was gathered."""
        objects = self._of(collection)
        identity = objects.intake.identity(item)
        if identity is None:
            objects.count_nameless()
            return
        checked, reason = objects.intake.checked(item)
        if collection in _MANY and (collection, identity) not in self._changed:
            known = objects.entries.get(identity)
            if known is not None and known.plain == checked:
                return
        self._redactor.put((collection, *identity), collection, item)
        if reason is not None:
            self._changed.pop((collection, identity), None)
            objects.refuse(identity, reason)
        else:
            kept = objects.intake.facts(checked)
            self._changed[collection, identity] = self._parts.of_pod(kept) if collection == "pods" else kept

    def remove(self, collection: str, item: Any) -> None:
        """Takes an object out."""
        identity = self._of(collection).intake.identity(item)
        if identity is not None:
            self._remove(collection, identity)

    def _remove(self, collection: str, identity: Identity) -> None:
        self._redactor.forget((collection, *identity))
        self._changed.pop((collection, identity), None)
        self._of(collection).remove(identity)

    def replace(self, collection: str, items: Iterable[Any], namespace: str | None = None) -> None:
        """Takes in a whole list, of a namespace or of all: what is not in it any more is gone."""
        objects = self._of(collection)
        objects.nameless = 0
        read = list(items)
        kept = {objects.intake.identity(item) for item in read}
        here = {*objects.entries, *objects.malformed, *(key for name, key in self._changed if name == collection)}
        for identity in here - kept:
            if namespace is None or identity[0] == namespace:
                self._remove(collection, identity)
        for item in read:
            self.put(collection, item)

    def put_log(self, key: LogKey, text: str) -> bool:
        """Takes in a container's log. Whether it is another one than before."""
        if self._logs.get(key) == text or not is_log(text):
            return False
        self._redactor.put_log((LOGS, *map(str, key)), key, text)
        self._logs[key] = text
        self._logs_made = None
        return True

    def remove_logs(self, namespace: str, pod: str) -> None:
        """Takes the logs of a Pod out."""
        for key in [key for key in self._logs if key[:2] == (namespace, pod)]:
            self._redactor.forget((LOGS, *map(str, key)))
            del self._logs[key]
            self._logs_made = None

    def snapshot(self, clock: datetime) -> Snapshot:
        """The cluster as it is now. `clock`: the server's."""
        self._mask()
        collections = [objects.collection() for _, objects in sorted(self._objects.items())]
        collections += self._not_gathered
        if self._logs_state is not None:
            collections.append(self._masked_logs(self._logs_state))
        found = {collection.name: collection for collection in collections}
        manifest = manifest_of(self._about, found, clock)
        return Snapshot(msgspec.structs.replace(manifest, values=MASKED), collections)

    def _of(self, collection: str) -> _Objects:
        found = self._objects.get(collection)
        if found is None:
            found = self._objects[collection] = _Objects(collection, _UNKNOWN)
        return found

    def _mask(self) -> None:
        """Masks what is new, and of the rest what is to be masked in another way."""
        stale = self._redactor.stale()
        for (collection, identity), plain in self._changed.items():
            self._of(collection).put(identity, _Entry(plain, self._masked(collection, plain)))
        fresh = set(self._changed)
        self._changed.clear()
        for objects, identity, entry in self._within(stale):
            if (objects.intake.name, identity) not in fresh:
                shown = self._masked(objects.intake.name, entry.plain)
                if shown != entry.shown:
                    objects.put(identity, _Entry(entry.plain, shown))
        if stale is None or any(key[0] in stale for key in self._logs):
            self._logs_made = None

    def _masked(self, collection: str, plain: dict[str, Any]) -> Object:
        shown = self._redactor.object(collection, plain)
        return self._parts.of_pod(shown) if collection == "pods" and shown is not plain else shown

    def _within(self, namespaces: frozenset[str] | None) -> Iterator[tuple[_Objects, Identity, _Entry]]:
        """The objects of these namespaces; None for all."""
        if namespaces is not None and not namespaces:
            return
        for objects in self._objects.values():
            for identity, entry in list(objects.entries.items()):
                if namespaces is None or identity[0] in namespaces:
                    yield objects, identity, entry

    def _masked_logs(self, state: CollectionState) -> Collection:
        if self._logs_made is None:
            logs = [stored_log(key, self._redactor.log(key, text)) for key, text in sorted(self._logs.items())]
            self._logs_made = Collection(LOGS, state, logs)
        return self._logs_made
