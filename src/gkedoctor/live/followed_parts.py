"""Parts of a live cluster that are kept up to date: objects come, change and go one by one after they were read.

One object may be in several reads: a Pod in the list of its namespace and in that of its Node. It is gone when it is
in none of them any more: a Pod that gets a Node leaves the list of those that wait, and stays in its namespace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_reader import GoogleReader
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.collect.parts import PartLister, RawPart
from gkedoctor.collect.results import COMPLETE, OnProgress
from gkedoctor.collect.watch.identity import Identity
from gkedoctor.live.collection import placed
from gkedoctor.live.options import LiveOptions
from gkedoctor.live.parts import LiveParts, key_of, with_malformed
from gkedoctor.snapshot.incremental import IncrementalSnapshot
from gkedoctor.snapshot.intake import Gathered
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import Collection, CollectionState, Manifest, Snapshot
from gkedoctor.snapshot.part import Read, ReadResult

Key = tuple[str, ...]


class ReadAgain(NamedTuple):
    """What came of a read that was done again. `at`: when, on the clock of the deadline."""

    part: RawPart
    at: float


class FollowedParts(LiveParts):
    """As `LiveParts`; what was read can change. For one thread, but for `again`.

    `on_read` is called with what was read for the first time.
    """

    def __init__(self, options: LiveOptions, tell: OnProgress) -> None:
        super().__init__(options, tell)
        address = self.client.address
        gathered = Gathered(address.context or address.host, recorded_at=self.cluster.now)
        if self.cluster.version:
            gathered.versions["apiServer"] = self.cluster.version
        for name in (*self._kinds, LOGS):  # of each what was read, and `Part` knows what that is
            gathered.mark(name, COMPLETE)
        self.objects = IncrementalSnapshot(gathered)
        self.on_read: Callable[[Sequence[RawPart]], None] = lambda parts: None
        self._held: dict[Read, dict[Key, Any]] = {}
        self._seen: Mapping[str, Collection] = {}
        self._clock = self.cluster.now

    @property
    def manifest(self) -> Manifest:
        """Where and when it was read last."""
        return self._manifest or self.snapshot(self._clock).manifest

    @property
    def states(self) -> Mapping[Read, CollectionState]:
        """How each of the reads ended, or how it is now."""
        return MappingProxyType(
            {
                read: with_malformed(state, self.objects.state_now(read.collection))
                for read, state in self._states.items()
            }
        )

    @property
    def identity(self) -> Identity:
        """What the cluster is known by; empty where its namespaces could not be read."""
        spaces = self.objects.snapshot(self._clock).collection("namespaces").objects
        uids = [str(each["metadata"].get("uid") or "") for each in spaces if each["metadata"]["name"] == "kube-system"]
        return Identity(uids[0] if uids else "", self.cluster.now.isoformat())

    def go_on(self, client: KubernetesClient, deadline: Deadline) -> None:
        """Reads over another connection from now on: the time limit of the first reading has no meaning any more."""
        self.client, self.deadline = client, deadline
        self._lister, self._google = PartLister(client, self.cluster), None

    def snapshot(self, clock: datetime) -> Snapshot:
        """All that was read, as it is now. `clock`: the server's."""
        built, self._clock = self.objects.snapshot(clock), clock
        self._manifest = placed(built.manifest, self._place)
        return Snapshot(self._manifest, built.collections.values())

    def again(self, reads: Sequence[Read]) -> list[RawPart]:
        """Reads once more, for another thread; nothing of it is taken in."""
        cloud = [read for read in reads if self.is_cloud(read)]
        found = [self._one(read) for read in reads if not self.is_cloud(read)]
        if cloud:
            options = self._options.cloud._replace(now=self.cluster.now)
            reader = GoogleReader(options, self._place, self.deadline, lambda said: None)
            found += [RawPart(read, list(one.items), one.state) for read, one in reader.read(cloud)]
        return found

    def is_cloud(self, read: Read) -> bool:
        """Whether a read is one of Google Cloud."""
        kind = self._kinds.get(read.collection)
        return kind is not None and kind.cloud

    def take(self, part: RawPart) -> None:
        """Takes in all of a read: what it had before and has no more is gone, unless another read has it."""
        read = part.read
        before, now = self._held.get(read, {}), {key_of(item): item for item in part.items}
        self._states[read], self._held[read] = part.state, {}
        for key in before.keys() - now.keys():
            self._forget(read.collection, key, before[key])
        for key, item in now.items():
            self.hold(read, item, key)
            self.objects.put(read.collection, item)

    def hold(self, read: Read, item: Any, key: Key | None = None) -> None:
        """Notes that an object is in a read. It is not put among the objects here."""
        key = key or key_of(item)
        self._held.setdefault(read, {})[key] = _named(item)
        if read.collection == "pods":
            self._raw.setdefault("pods", {})[key] = item

    def let_go(self, read: Read, item: Any) -> bool:
        """An object left a read. Whether it is in no other one, so that it is gone."""
        key = key_of(item)
        self._held.get(read, {}).pop(key, None)
        return self._forget(read.collection, key, item)

    def has_logs_of(self, pod: Any) -> bool:
        """Whether the logs of a Pod are among what was read."""
        namespace, name = key_of(pod)[:2]
        return any(Read(LOGS, namespace, each) in self._states for each in ("", name))

    @property
    def pods(self) -> Sequence[Any]:
        """The Pods that were read, as they came."""
        return list(self._raw.get("pods", {}).values())

    def _forget(self, collection: str, key: Key, item: Any) -> bool:
        if any(key in held for read, held in self._held.items() if read.collection == collection):
            return False
        self.objects.remove(collection, item)
        if collection == "pods":
            self._raw.get("pods", {}).pop(key, None)
        return True

    def _masked(self, parts: Sequence[RawPart]) -> list[ReadResult]:
        """The results of a round, and again those of earlier ones of which anything is masked in another way."""
        for part in parts:
            self._states[part.read] = part.state
            if part.read.collection != LOGS:
                self.take(part)
        for key, text in self._logs.items():
            self.objects.put_log(key, text)
        found = self.snapshot(self._clock).collections
        new = {part.read.collection for part in parts}
        names = [name for name, one in found.items() if name in new or self._seen.get(name) is not one]
        self._seen = found
        self.on_read(parts)
        return [result for name in names for result in self._results(found[name])]


def _named(item: Any) -> Any:
    """As much of an object as it takes to find it again."""
    metadata = item.get("metadata") if isinstance(item, dict) else None
    if not isinstance(metadata, dict):
        return item
    return {"metadata": {key: metadata[key] for key in ("namespace", "name") if key in metadata}}
