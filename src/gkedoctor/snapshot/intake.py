"""The one way into a snapshot: whatever a source holds is trimmed, redacted, checked and sorted here.

Importers only gather. Because all of them end here, none of them can forget to redact; because the mask is made
of all Secrets before anything is masked, the order in which a source is read does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from gkedoctor.snapshot.budget import Budget
from gkedoctor.snapshot.cluster_identity import origin, versions
from gkedoctor.snapshot.compressed import (
    AppendableObjects,
    CompressedList,
    Identity,
    ListBuffer,
    ObjectBuffer,
    SortedBuffer,
)
from gkedoctor.snapshot.events import core_event, happened
from gkedoctor.snapshot.importers.names import collection_of_object
from gkedoctor.snapshot.kinds import COLLECTIONS, HISTORY, LOGS
from gkedoctor.snapshot.latest_timestamp import EPOCH, latest
from gkedoctor.snapshot.model import (
    KEPT,
    MASKED,
    Collection,
    CollectionState,
    Manifest,
    Object,
    Snapshot,
    Status,
    not_asked,
)
from gkedoctor.snapshot.redaction.redactor import Check, LogKey, Redactor
from gkedoctor.snapshot.redaction.secret_facts import config_facts, secret_facts
from gkedoctor.snapshot.redaction.trimming import trimmed
from gkedoctor.snapshot.shape_check import shape_error

_COMPLETE = CollectionState(Status.COMPLETE)
_STRAY = CollectionState(Status.PARTIAL, reason="found only among the objects of another kind")
_TICKING = ("nodes", "events", "leases.coordination.k8s.io")
_NO_LOG = "unable to retrieve container logs for "
"""What the kubelet answers in place of a log that was rotated away; it is no line of the container."""

UNUSABLE = "gkedoctor.dev/unusable"
"""The key under which whoever gathered an object says why it is not there but for its name."""

LOGS_STATE = CollectionState(Status.PARTIAL, reason="not every container's log was recorded", needs="get pods/log")


@dataclass
class Gathered:
    """What an importer found, still as it was written."""

    source: str
    objects: dict[str, AppendableObjects] = field(default_factory=dict)
    states: dict[str, CollectionState] = field(default_factory=dict)
    logs: dict[tuple[str, str, str, bool], str] = field(default_factory=dict)
    recorded_at: datetime | None = None
    written_at: datetime | None = None
    """When the file was written, where nothing in it need be younger than the last change of an object."""

    versions: dict[str, str] = field(default_factory=dict)
    elsewhere: str = ""
    """Why a collection that was not found is not there, if better known than `not in this recording`."""

    budget: Budget | None = None
    """Counts the objects of a recording; None for what is read live."""

    packed: bool = False
    """Whether objects wait compressed: for what is written to a file and not looked at."""

    def add(self, collection: str, items: Iterable[Any], state: CollectionState = _COMPLETE) -> None:
        """Adds objects; one that says it is of another kind goes to that kind's collection."""
        self.states[collection] = merge_states(self.states.get(collection), state)
        if isinstance(items, CompressedList) and collection not in self.objects:
            self.objects[collection] = items
            return
        self._shelf(collection)
        if self.budget is not None:
            items = list(items)
            self.budget.count(len(items))
        for item in items:
            own = _own_collection(item) or collection
            if own not in self.states:
                self.states[own] = _STRAY
            self._shelf(own).append(item)

    def _shelf(self, collection: str) -> AppendableObjects:
        if collection not in self.objects:
            self.objects[collection] = CompressedList() if self.packed else []
        return self.objects[collection]

    def mark(self, collection: str, state: CollectionState) -> None:
        """States why a collection, or a part of it, is not there."""
        self.states[collection] = merge_states(self.states.get(collection), state)

    def add_log(self, namespace: str, pod: str, container: str, text: str, *, previous: bool = False) -> None:
        """Adds a container's log; an answer that only says there is none is left out."""
        if is_log(text):
            self.logs[namespace, pod, container, previous] = text

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Adds what another snapshot holds, to take it in again."""
        manifest = snapshot.manifest
        self.source, self.recorded_at = manifest.source, manifest.recorded_at
        self.versions = dict(manifest.versions)
        for name, collection in snapshot.collections.items():
            state = without_malformed(collection.state)
            if name != LOGS:
                self.add(name, collection.objects, state)
                continue
            self.mark(LOGS, state)
            for item in collection.objects:
                self._add_stored_log(item)

    def _add_stored_log(self, item: Object) -> None:
        try:
            log = msgspec.convert(item, _Log)
        except msgspec.ValidationError as error:
            self.mark(LOGS, CollectionState(Status.PARTIAL, reason=f"a log could not be read: {error}"))
            return
        text = "\n".join(log.lines)
        self.add_log(log.namespace, log.pod, log.container, text, previous=log.previous)


class _Log(msgspec.Struct, frozen=True):
    """A log as it stands in a snapshot."""

    namespace: str
    pod: str
    container: str
    previous: bool
    lines: list[str]


def is_log(text: str) -> bool:
    """Whether a text is a container's log, and no answer that only says there is none."""
    return bool(text.strip()) and not text.startswith(_NO_LOG)


def without_malformed(state: CollectionState) -> CollectionState:
    """The state without a record of malformed objects (they are not there to be judged again): a reason instead."""
    if not state.malformed:
        return state
    reason = state.reason or f"{len(state.malformed)} objects could not be read"
    return msgspec.structs.replace(state, reason=reason)


def build_snapshot(
    gathered: Gathered,
    *,
    config_values: bool = False,
    recorded_at: datetime | None = None,
    manifest: Manifest | None = None,
    keep_values: bool = False,
    check: Check | None = None,
) -> Snapshot:
    """The snapshot of what was gathered, without credentials. `manifest`: the source's own, which wins over objects.

    `keep_values`: only the values of Secrets are left out and masked, which the manifest says. `check` is called for
    each object and may raise to end the work: a deadline.
    """
    redactor = Redactor(keep_values=keep_values, check=check)
    redactor.learn(gathered.objects, gathered.logs)
    wanted = sorted(name for name in gathered.states if name != LOGS)
    collections = [_collection(name, gathered, redactor, config_values) for name in wanted]
    collections += not_gathered(gathered)
    if gathered.logs or LOGS in gathered.states:
        collections.append(_logs(gathered, redactor))
    found = {collection.name: collection for collection in collections}
    stated = manifest_of(gathered, found, recorded_at, manifest)
    return Snapshot(msgspec.structs.replace(stated, values=KEPT if keep_values else MASKED), collections)


def not_gathered(gathered: Gathered) -> list[Collection]:
    """The other collections, where it is known why they are not there."""
    missing = COLLECTIONS.keys() - gathered.states.keys() if gathered.elsewhere else ()
    return [Collection(name, not_asked(name, gathered.elsewhere)) for name in sorted(missing)]


def manifest_of(
    gathered: Gathered,
    found: Mapping[str, Iterable[Object]],
    recorded_at: datetime | None,
    stated: Manifest | None = None,
) -> Manifest:
    """What a snapshot says of itself: `stated`, else what its objects show."""
    moment = recorded_at or gathered.recorded_at
    if moment is None:
        last = latest(item for items in found.values() for item in items)
        moment = max((time for time in (last, _written(gathered)) if time is not None), default=EPOCH)
    if stated is not None:
        return msgspec.structs.replace(stated, recorded_at=moment)
    place = origin(found)
    return Manifest(
        recorded_at=moment,
        source=gathered.source,
        cluster=place.cluster,
        project=place.project,
        location=place.location,
        versions=gathered.versions | versions(found),
    )


def _written(gathered: Gathered) -> datetime | None:
    """When the file was written, as the clock of objects that say when they last changed, and not when they were read.

    Nodes, Leases and Events are written all the time: their latest moment is the better clock.
    """
    return None if any(gathered.objects.get(name) for name in _TICKING) else gathered.written_at


def _collection(name: str, gathered: Gathered, redactor: Redactor, config_values: bool) -> Collection:
    state = gathered.states[name]
    items = gathered.objects.get(name, ())
    kept: ObjectBuffer = SortedBuffer() if isinstance(items, CompressedList) else ListBuffer()
    history = name == "events" and HISTORY in gathered.states
    admitted = _CollectionBuilder(name, redactor, config_values, kept, history)
    for item in items.drained() if isinstance(items, CompressedList) else items:
        admitted.take(item)
    return Collection(name, admitted.final_state(state), kept)


class ObjectIntake:
    """Takes in objects of one collection, each by itself: all that is done to it but masking."""

    def __init__(self, name: str, *, config_values: bool = False) -> None:
        self.name, self.kind, self.config_values = name, COLLECTIONS.get(name), config_values

    def checked(self, item: Any) -> tuple[dict[str, Any], str | None]:
        """An object with a name, trimmed, and why it cannot be understood; None where it can."""
        item = trimmed(self.name, core_event(item) if self.name == "events" else item)
        self._set_kind(item)
        reason = item.get(UNUSABLE)
        return item, reason if isinstance(reason, str) else shape_error(self.name, item)

    def facts(self, item: dict[str, Any]) -> dict[str, Any]:
        """What is kept of an object that was checked: of a Secret and a ConfigMap, what is known of its values."""
        if self.name == "secrets":
            return secret_facts(item)
        return config_facts(item, values=self.config_values) if self.name == "configmaps" else item

    def identity(self, item: Any) -> Identity | None:
        """(namespace, name, location); Google Cloud's objects have a location in place of a namespace."""
        if not isinstance(item, dict):
            return None
        cloud = self.kind.cloud if self.kind is not None else self.name.startswith("compute.")
        if self.name == "file.instances":
            item |= short_name(item)
        if cloud:
            place = next((item[key] for key in ("zone", "region") if isinstance(item.get(key), str)), "")
            where: Any = item
        else:
            place, where = "", item.get("metadata")
        name = where.get("name") if isinstance(where, dict) else None
        if not isinstance(name, str) or not name:
            return None
        namespace = "" if cloud else where.get("namespace")
        is_cluster_scoped = self.kind is not None and not self.kind.namespaced
        return (namespace if isinstance(namespace, str) and not is_cluster_scoped else "", name, place)

    def _set_kind(self, item: dict[str, Any]) -> None:
        """Items of a typed list lack their kind; it is that of the collection."""
        if self.kind is not None and not self.kind.cloud:
            item["kind"] = self.kind.name
            item.setdefault("apiVersion", f"{self.kind.group}/v1" if self.kind.group else "v1")


def ref_of_identity(identity: Identity) -> str:
    """`namespace/name`, or `name`: how a state names objects that cannot be understood."""
    namespace, name, _ = identity
    return f"{namespace}/{name}" if namespace else name


def without_unusable(state: CollectionState, malformed: Mapping[str, str], nameless: int) -> CollectionState:
    """The source's state, less what could not be understood."""
    if not malformed and not nameless:
        return state
    reason = state.reason
    if nameless:
        reason = reason or f"{nameless} entries are not objects with a name"
    status = Status.PARTIAL if state.status is Status.COMPLETE else state.status
    return msgspec.structs.replace(state, status=status, reason=reason, malformed=dict(sorted(malformed.items())))


class _CollectionBuilder:
    """Takes the objects of one collection, one at a time; the last of several copies of an object counts.

    Of an Event with a history it is the copy that happened last: Cloud Logging has one for each time that it did.
    """

    def __init__(self, name: str, redactor: Redactor, config_values: bool, kept: ObjectBuffer, history: bool) -> None:
        self.intake = ObjectIntake(name, config_values=config_values)
        self.redactor = redactor
        self.kept = kept
        self.last: dict[Identity, str] | None = {} if history else None
        self.malformed: dict[str, str] = {}
        self.nameless = 0

    def take(self, item: Any) -> None:
        identity = self.intake.identity(item)
        if identity is None:
            self.nameless += 1
            return
        ref = ref_of_identity(identity)
        item, reason = self.intake.checked(item)
        if reason is not None:
            self.malformed[ref] = reason
            self.kept.put(identity, None)
            return
        if self.last is not None and not self._is_later(identity, item, self.last):
            return
        self.malformed.pop(ref, None)
        self.kept.put(identity, self.redactor.object(self.intake.name, self.intake.facts(item)))

    def _is_later(self, identity: Identity, item: Object, last: dict[Identity, str]) -> bool:
        time = happened(item)
        if time < last.get(identity, ""):
            return False
        last[identity] = time
        return True

    def final_state(self, state: CollectionState) -> CollectionState:
        """The source's state, less what could not be understood."""
        return without_unusable(state, self.malformed, self.nameless)


def _logs(gathered: Gathered, redactor: Redactor) -> Collection:
    objects = [stored_log(key, redactor.log(key, text)) for key, text in sorted(gathered.logs.items())]
    return Collection(LOGS, gathered.states.get(LOGS, LOGS_STATE), objects)


def stored_log(key: LogKey, text: str) -> Object:
    """A log that was masked, as it stands in a snapshot."""
    namespace, pod, container, previous = key
    return {
        "namespace": namespace, "pod": pod, "container": container, "previous": previous, "lines": text.splitlines(),
    }  # fmt: skip


def short_name(item: Mapping[str, Any]) -> dict[str, str]:
    """Name, link and place of an object whose name is its whole path, as newer APIs have it."""
    path = item.get("name")
    parts = path.split("/") if isinstance(path, str) else []
    if len(parts) != 6 or parts[0] != "projects" or not isinstance(path, str):
        return {}
    return {"name": parts[5], "selfLink": path, "zone": parts[3]}


def _own_collection(item: Any) -> str | None:
    if not isinstance(item, dict):
        return None
    kind, api_version = item.get("kind"), item.get("apiVersion")
    if not isinstance(kind, str):
        return None
    return collection_of_object(api_version if isinstance(api_version, str) else "", kind)


def merge_states(old: CollectionState | None, new: CollectionState) -> CollectionState:
    """One state out of two parts of a collection: what is missing in either is missing."""
    if old is None or old is _STRAY:
        return new
    if old == new:
        return old
    ranks = (Status.NOT_ASKED, Status.DISABLED, Status.FAILED, Status.DENIED)
    if {old.status, new.status} <= set(ranks):
        return max(old, new, key=lambda state: ranks.index(state.status))
    both = {old.status, new.status} == {Status.COMPLETE}
    namespaces = None
    if old.namespaces is not None and new.namespaces is not None:
        namespaces = tuple(sorted({*old.namespaces, *new.namespaces}))
    return CollectionState(
        Status.COMPLETE if both else Status.PARTIAL,
        reason=old.reason or new.reason,
        needs=old.needs or new.needs,
        namespaces=namespaces,
        unread=old.unread | new.unread,
    )
