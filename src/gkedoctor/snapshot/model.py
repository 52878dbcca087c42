"""The frozen record of one moment of a cluster.

Three-valued facts start here: a collection knows whether it is complete, so that what is not in it is
*absent*; from any other collection what is not there is *unknown*, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import msgspec

from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.lazy_objects import OnDemand

Object = Mapping[str, Any]
"""One object as it is on the wire: camelCase keys, JSON values. Never changed once it is in a snapshot."""


READ_ONE_BY_ONE: Mapping[str, str] = MappingProxyType(
    {
        "compute.backendServicesHealth": "compute.backendServices.get",
        "compute.networkEndpoints": "compute.networkEndpointGroups.get",
        "compute.projects": "compute.projects.get",
        "compute.operations": "compute.globalOperations.list",
        "logging.auditLogs": "logging.logEntries.list",
    }
)
"""Permissions of collections that are not one list of that name. Compute API reference, `backendServices.getHealth`:
IAM permissions `compute.backendServices.get`; `globalOperations.aggregatedList`: `compute.globalOperations.list`.
roles/compute.viewer lists endpoints with no more than `networkEndpointGroups.get`."""


class Status(StrEnum):
    """How far a collection can be trusted."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """Some objects are missing: an interrupted listing, or objects that could not be read."""

    DENIED = "denied"
    FAILED = "failed"
    DISABLED = "disabled"
    """The API is off, or the kind is not served."""

    NOT_ASKED = "not_asked"
    """Nobody asked, or the source cannot contain it."""


class CollectionState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of one collection besides its objects. `needs`: the permission that was missing.

    `namespaces`: the only ones that were asked, or None for all. `malformed`: `namespace/name` (or `name`) of
    objects that could not be understood, with the reason. `unread`: namespaces whose part could not be read, with
    the reason, where the others could.
    """

    status: Status
    reason: str = ""
    needs: str = ""
    namespaces: tuple[str, ...] | None = None
    malformed: dict[str, str] = {}
    unread: dict[str, str] = {}

    @property
    def is_read(self) -> bool:
        """Whether the collection was read, in whole or in part."""
        return self.status in (Status.COMPLETE, Status.PARTIAL)


@runtime_checkable
class Compressed(Protocol):
    """Objects that are not held as such: they can be gone through as often as wanted, and written as they are."""

    def encoded(self) -> Iterator[bytes]:
        """Each object as JSON with sorted keys."""
        ...

    def __iter__(self) -> Iterator[Object]: ...
    def __len__(self) -> int: ...


@runtime_checkable
class Stored(Protocol):
    """Objects that lie in a file, one a line, and of which a part can be read alone."""

    count: int
    size: int
    """Bytes, as JSON."""

    def __call__(self) -> Sequence[Object]: ...
    def mentioning(self, words: Sequence[bytes]) -> Sequence[Object]:
        """The objects whose JSON has one of the words somewhere, and perhaps others."""
        ...


def _named(namespaces: Sequence[str]) -> str:
    """The first three namespaces, with the verb that goes with their number."""
    if len(namespaces) == 1:
        return f"namespace {namespaces[0]} was"
    return f"namespaces {', '.join(namespaces[:3])}{' …' if len(namespaces) > 3 else ''} were"


class Collection:
    """All objects of one kind, loaded when first looked at."""

    def __init__(
        self,
        name: str,
        state: CollectionState,
        objects: Callable[[], Sequence[Object]] | Compressed | Iterable[Object] = (),
    ) -> None:
        self.name = name
        self.state = state
        self._objects = objects

    @cached_property
    def objects(self) -> Sequence[Object]:
        """The objects, in the order of the source."""
        found = self._objects() if callable(self._objects) else self._objects
        return found if isinstance(found, OnDemand) else tuple(found)

    def each(self, field: str, *keys: str) -> Iterator[Any]:
        """The value of one field in each of the objects; None where it is not there. `keys`: those needed of a map."""
        found = self.objects
        return found.each(field, *keys) if isinstance(found, OnDemand) else (item.get(field) for item in found)

    @property
    def stored(self) -> Stored | None:
        """The objects as they lie in a file, where they do."""
        return self._objects if isinstance(self._objects, Stored) else None

    @property
    def everywhere(self) -> Sequence[Object]:
        """The same objects, for who looks beyond one namespace: `partial.py` has to know."""
        return self.objects

    def note_listing(self, namespace: str) -> None:
        """Notes that the objects of a namespace are gone through: `partial.py` has to know."""

    @property
    def compressed(self) -> Compressed | None:
        """The objects as they wait to be written, where they are compressed."""
        return self._objects if isinstance(self._objects, Compressed) else None

    def __len__(self) -> int:
        return len(self.objects if self.compressed is None else self.compressed)

    def __iter__(self) -> Iterator[Object]:
        """The objects one after another; compressed ones are not kept."""
        return iter(self.objects if self.compressed is None else self.compressed)

    def __bool__(self) -> bool:
        """A collection without objects is one too."""
        return True

    def why_incomplete(self, namespace: str | None = None, name: str | None = None, selector: str = "") -> str | None:
        """Why something that is not among the objects may still exist; None where it certainly does not.

        `selector`: as in `Read`; it matters where only a part was read.
        """
        state = self.state
        if name is not None:
            malformed = state.malformed.get(f"{namespace}/{name}" if namespace else name)
            if malformed is not None:
                return f"{name} could not be read: {malformed}"
        if not state.is_read:
            return state.reason or state.status.replace("_", " ")
        if namespace is not None and namespace in state.unread:
            return f"namespace {namespace} could not be read: {state.unread[namespace]}"
        if state.namespaces is not None and namespace is not None and namespace not in state.namespaces:
            return f"namespace {namespace} was not requested"
        if namespace is None and state.namespaces:
            return f"only {_named(state.namespaces)} read"
        if namespace is None and state.unread:
            return f"{len(state.unread)} namespaces could not be read, {min(state.unread)} among them"
        explained = (state.malformed or state.unread) and not state.reason
        if state.status is Status.PARTIAL and not explained:
            return state.reason or "the listing is not complete"
        return None

    def why_not_exhaustive(self, namespace: str | None = None) -> str | None:
        """Why a listing in which nothing fits does not prove that there is nothing; None where it does."""
        return self.why_incomplete(namespace)


WITHOUT_STATUS = "exported without status: check such files with `gkedoctor lint`"
"""The reason of a partial collection whose objects say what was asked for, and not what became of it."""


FILES_ALONE = "manifests"
"""The source of what was never recorded: files that are to be applied. Their clock is the present."""


MASKED, KEPT = "masked", "kept"
"""What was done with the credentials in the texts of a snapshot."""


KEPT_NOTE = "this recording was made with --keep-values: it may contain credentials, and so may this report"
"""What every report of such a snapshot says."""


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where and when a snapshot comes from. `recorded_at` is the clock all ages are counted from.

    `values`: MASKED or KEPT; empty in a snapshot of before this was written down.
    """

    recorded_at: datetime
    source: str = ""
    cluster: str | None = None
    project: str | None = None
    location: str | None = None
    versions: dict[str, str] = {}
    values: str = ""


def notes_on_values(manifest: Manifest) -> tuple[str, ...]:
    """What is to be said of the credentials in a snapshot: nothing where they are masked."""
    return (KEPT_NOTE,) if manifest.values == KEPT else ()


class Snapshot:
    """One moment of one cluster: a manifest and its collections by name."""

    def __init__(self, manifest: Manifest, collections: Iterable[Collection]) -> None:
        self.manifest = manifest
        self.collections: Mapping[str, Collection] = MappingProxyType({c.name: c for c in collections})

    def collection(self, name: str) -> Collection:
        """The collection of that name; an empty one with status `not_asked` where the source has none."""
        found = self.collections.get(name)
        return found if found is not None else Collection(name, not_asked(name))

    @property
    def clock(self) -> datetime:
        """The moment to take as now, with its time zone."""
        return self.manifest.recorded_at


def not_asked(collection: str, reason: str = "not in this recording") -> CollectionState:
    """The state of a collection that the source does not contain."""
    return CollectionState(Status.NOT_ASKED, reason=reason, needs=permission(collection))


def permission(collection: str) -> str:
    """The permission that reading a collection takes: `compute.addresses.list`, `list pods`."""
    kind = COLLECTIONS.get(collection)
    if collection in READ_ONE_BY_ONE:
        return READ_ONE_BY_ONE[collection]
    if kind is not None and kind.cloud:
        return f"{collection}.list"
    if kind is not None and kind.group:
        return f"list {collection}.{kind.group}"
    return f"list {collection}"
