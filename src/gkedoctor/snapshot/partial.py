"""A snapshot of which only a part is read so far: what was not read is unknown, and each look-up of it is noted.

The three-valued engine says what a part cannot show; the notes say what to read next, so that whoever asked a
question reads what the answer needs and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS, is_cloud
from gkedoctor.snapshot.model import Collection, CollectionState, Object, Snapshot, Status, not_asked
from gkedoctor.snapshot.part import PartReader, Read, ReadResult

NOT_READ = "not read for this question"

_MOST_NAMES = 8
"""Single gets of one collection up to which they are cheaper than the listing that has them all. Of Google Cloud,
names are one filtered list, and what is asked one by one costs as many requests as there are objects."""

Identity = tuple[str, ...]


class Demands:
    """The reads that look-ups would have needed, in the order in which they were noted."""

    def __init__(self) -> None:
        self._noted: dict[Read, None] = {}

    def note(self, read: Read) -> None:
        """Remembers a look-up that the part cannot answer."""
        self._noted[read] = None

    def taken(self) -> list[Read]:
        """What was noted since this was last called."""
        found, self._noted = list(self._noted), {}
        return found

    @property
    def noted(self) -> list[Read]:
        """What was noted since `taken` was last called."""
        return list(self._noted)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Forgets what is noted meanwhile: an index of candidates looks at more than the question needs."""
        before, self._noted = self._noted, {}
        try:
            yield
        finally:
            self._noted = before


class PartialCollection(Collection):
    """The objects of a collection that were read so far, and how each of the reads ended."""

    def __init__(
        self, name: str, objects: Sequence[Object], states: Mapping[Read, CollectionState], demands: Demands
    ) -> None:
        super().__init__(name, _overall(states), objects)
        self._states, self._demands = states, demands
        self._whole = Read(name)

    @property
    def everywhere(self) -> Sequence[Object]:
        self._answer(self._whole, None, None)
        return self.objects

    def note_listing(self, namespace: str) -> None:
        self._answer(Read(self.name, namespace), namespace, None)

    def why_incomplete(self, namespace: str | None = None, name: str | None = None, selector: str = "") -> str | None:
        return self._answer(Read(self.name, namespace or "", name or "", selector), namespace, name)

    def _answer(self, read: Read, namespace: str | None, name: str | None) -> str | None:
        """Why the reads so far do not answer one; None where one of them does, which had all that it would have."""
        state = self._states.get(read)
        if state is not None:
            return self._why(state, namespace, name)
        for wider in _wider(read):
            state = self._states.get(wider)
            if state is None:
                continue
            why = self._why(state, namespace, name)
            if why is None or (wider.namespace and not state.is_read):
                return why
        self._demands.note(read)
        return NOT_READ

    def _why(self, state: CollectionState, namespace: str | None, name: str | None) -> str | None:
        return Collection(self.name, state).why_incomplete(namespace, name)


def _wider(read: Read) -> Iterator[Read]:
    """The reads that would have had what a read has, the narrowest first."""
    if (read.name or read.selector) and read.namespace:
        yield Read(read.collection, read.namespace)
    if not read.is_whole:
        yield Read(read.collection)


def _overall(states: Mapping[Read, CollectionState]) -> CollectionState:
    """The state of a collection of which some reads were done: that of the whole if it was read, else a part of it."""
    for read, state in states.items():
        if read.is_whole and state.is_read:
            return state
    if not states:
        return not_asked("", NOT_READ)
    malformed = {key: why for state in states.values() for key, why in state.malformed.items()}
    unread = next((state for state in states.values() if not state.is_read), None)
    if unread is not None and not any(state.is_read for state in states.values()):
        return unread
    needs = unread.needs if unread is not None else ""
    reason = next((state.reason for state in states.values() if state.reason), NOT_READ)
    return CollectionState(Status.PARTIAL, reason=reason, needs=needs, malformed=malformed)


class Part:
    """What was read of a source so far, and what look-ups in it still need."""

    def __init__(self, reader: PartReader) -> None:
        self.demands = Demands()
        self.states: dict[str, dict[Read, CollectionState]] = {}
        self._reader = reader
        self._objects: dict[str, dict[Identity, Object]] = {}
        self._made: dict[str, PartialCollection] = {}
        self._known: dict[str, Collection] = {}

    def read(self, reads: Iterable[Read]) -> list[ReadResult]:
        """Reads what was not read before."""
        new = [read for read in dict.fromkeys(reads) if read not in self.states.get(read.collection, ())]
        found = list(self._reader.read(new)) if new else []
        for result in found:
            self._take(result)
        for read in new:
            self.states.setdefault(read.collection, {}).setdefault(read, not_asked(read.collection, NOT_READ))
        return found

    def read_on(self) -> bool:
        """Reads what look-ups noted since the last time; whether there was anything."""
        return bool(self.read(_gathered(self.demands.taken())))

    @property
    def context_namespace(self) -> str | None:
        """The namespace in which an object is meant to be where none is given; None for a recording."""
        return self._reader.context_namespace

    @property
    def notes(self) -> Sequence[str]:
        """What the reader says about how it read."""
        return self._reader.notes

    def waiting(self) -> list[str]:
        """The collections of which `read_on` will read more, by name."""
        new = (read for read in self.demands.noted if read not in self.states.get(read.collection, ()))
        return sorted({read.collection for read in new})

    def snapshot(self) -> Snapshot:
        """All that was read so far."""
        names = {*COLLECTIONS, LOGS, *self.states}
        for name in names - self._made.keys():
            kept = self._objects.get(name, {})
            objects = [kept[identity] for identity in sorted(kept)]
            self._made[name] = PartialCollection(name, objects, self.states.get(name, {}), self.demands)
        return Snapshot(self._reader.manifest, (self._made[name] for name in sorted(names)))

    def renew(self, known: Snapshot, states: Mapping[Read, CollectionState]) -> None:
        """Takes over a later moment of a source that is followed: all objects of what was read so far."""
        for name, collection in known.collections.items():
            if self._known.get(name) is not collection:
                self._known[name] = collection
                self._objects[name] = {_identity(name, item): item for item in collection.objects}
                self._made.pop(name, None)
        for read, state in states.items():
            if self.states.setdefault(read.collection, {}).get(read) != state:
                self.states[read.collection][read] = state
                self._made.pop(read.collection, None)

    def to_show(self) -> Snapshot:
        """The same for who shows it: it stays as it is, and what is looked up in it is not read on."""
        unnoted, known = Demands(), self.snapshot()
        return Snapshot(
            known.manifest,
            (
                PartialCollection(name, one.objects, dict(self.states.get(name, {})), unnoted)
                for name, one in known.collections.items()
            ),
        )

    def size(self, collection: str) -> int:
        """How many objects of a collection were read so far."""
        return len(self._objects.get(collection, ()))

    def _take(self, result: ReadResult) -> None:
        name = result.read.collection
        self.states.setdefault(name, {})[result.read] = result.state
        kept = self._objects.setdefault(name, {})
        kept |= {_identity(name, item): item for item in result.objects}
        self._made.pop(name, None)


def _identity(collection: str, item: Object) -> Identity:
    """What an object is sorted by in a snapshot."""
    if collection == LOGS:
        return (str(item.get("namespace")), str(item.get("pod")), str(item.get("container")), str(item.get("previous")))
    metadata = item.get("metadata")
    if isinstance(metadata, Mapping):
        return (str(metadata.get("namespace") or ""), str(metadata.get("name")))
    return ("", str(item.get("name")), str(item.get("zone") or item.get("region") or ""))


def _gathered(reads: Sequence[Read]) -> list[Read]:
    """The same with one listing in place of many single gets from it."""
    places: dict[Read, list[Read]] = {}
    for read in reads:
        whole = Read(read.collection, read.namespace) if read.name else read
        places.setdefault(whole, []).append(read)
    return [
        one
        for whole, parts in places.items()
        for one in (
            [whole] if whole in parts or (len(parts) > _MOST_NAMES and not is_cloud(whole.collection)) else parts
        )
    ]
