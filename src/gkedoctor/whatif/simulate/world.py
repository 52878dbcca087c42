"""The state that rules work on: its graph, what was changed, and what was recorded before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gkedoctor.graph import Graph, Ref, Unknown, name_of, namespace_of, ref_of, workload
from gkedoctor.snapshot.kinds import KINDS, LOGS
from gkedoctor.snapshot.model import Object, Snapshot
from gkedoctor.whatif.differences import differences
from gkedoctor.whatif.state import ClusterState, place_of, uid_of

_READ_AT_START = ("pods", "secrets", "configmaps")


class World:
    """A state with its graph. Rules put objects here, and read everything else from `graph`.

    `before`: the recorded state that the change was laid over; None where it is not known. Then only what the state
    itself shows can be told, and a Pod that failed for a reason inside its containers stays as it is.
    """

    def __init__(self, snapshot: Snapshot, before: Snapshot | None) -> None:
        self.state = ClusterState(snapshot)
        self.now = self.state.now
        self.before = Graph(before) if before is not None else None
        changed = differences(before, snapshot) if before is not None else ()
        self.touched: frozenset[Ref] = frozenset(ref for ref, _ in changed)
        self.busy: set[Ref] = set()
        """Workloads of which Pods were created, deleted or changed: their status is written again."""

        self.used: dict[str, set[Ref]] = {}
        """By rule, the objects that it changed."""

        self.rule = ""
        self._graph: Graph | None = None

    @property
    def graph(self) -> Graph:
        """The graph of the state as it is now."""
        if self._graph is None:
            self._graph = Graph(self.state.freeze())
        return self._graph

    def follow(self, edge: str, item: Object) -> list[Any]:
        """What an edge of the object leads to now; nothing where that is not known."""
        found = self.graph.follow(edge, item)
        return [] if isinstance(found, Unknown) else list(found)

    def put(self, item: Object, *, kind: str = "") -> None:
        """Puts an object in the place of the one of its name. `kind`: of an object of Google Cloud."""
        collection = KINDS[kind].collection if kind else self._collection(item)
        if self.state.get(collection, *place_of(item)) == item:
            return
        if collection == "pods":  # later than what it reads at its start
            version = self.state.next_version(*_READ_AT_START)
            item = {**item, "metadata": {**item["metadata"], "resourceVersion": version}}
        self.state.put(collection, item)
        self._note(item)

    def create(self, item: dict[str, Any]) -> dict[str, Any]:
        """Puts a new object, with uid and time of creation."""
        metadata = {"uid": uid_of(ref_of(item)), "creationTimestamp": self.now, **item["metadata"]}
        item = {**item, "metadata": metadata}
        self.put(item)
        return item

    def remove(self, item: Object, *, kind: str = "") -> None:
        """Takes an object away. `kind`: of an object of Google Cloud."""
        namespace, name = place_of(item)
        self.state.remove(KINDS[kind].collection if kind else self._collection(item), namespace, name)
        self._note(item)

    def was_touched(self, item: Object | Ref | Unknown | None) -> bool:
        """Whether the change wrote, created or deleted this object."""
        if item is None or isinstance(item, Unknown):
            return False
        return (item if isinstance(item, Ref) else ref_of(item)) in self.touched

    def recorded(self, item: Object) -> Object | None:
        """The object as it was before the change."""
        if self.before is None:
            return None
        ref = ref_of(item)
        found = self.before.find(ref.kind, ref.namespace, ref.name) if ref.kind in KINDS else None
        return found if isinstance(found, Mapping) else None

    def inherit(self, pod: Object, predecessor: Object) -> None:
        """Gives a new Pod that fails as the one before it the Events and logs of that one: it will say the same."""
        graph, name = self.before or self.graph, name_of(pod)
        events = graph.follow("events", predecessor)
        for event in [] if isinstance(events, Unknown) else events:
            metadata = {**event["metadata"], "name": f"{name}.{name_of(event).rpartition('.')[2]}"}
            about = {**event["involvedObject"], "name": name, "uid": pod["metadata"].get("uid")}
            self.put({**event, "metadata": metadata, "involvedObject": about})
        place = (namespace_of(predecessor), name_of(predecessor))
        logs = graph.snapshot.collection(LOGS).objects
        self.state.add_logs({**log, "pod": name} for log in logs if (log.get("namespace"), log.get("pod")) == place)

    def mark_busy(self, pod: Object) -> None:
        """Notes that the workload of a Pod, and what stands between them, need a new status."""
        self.busy.add(ref_of(workload(self.graph, pod)))
        for reference in pod["metadata"].get("ownerReferences") or ():
            self.busy.add(Ref(str(reference.get("kind")), str(reference.get("name")), ref_of(pod).namespace))

    def _note(self, item: Object) -> None:
        self._graph = None
        self.used.setdefault(self.rule, set()).add(ref_of(item))

    def _collection(self, item: Object) -> str:
        kind = KINDS.get(str(item.get("kind")))
        return kind.collection if kind is not None else self.state.resource_of(item).collection
