"""Which changes of Google Cloud and of audit logs concern what a diagnosis stands on, also of objects that are gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from gkedoctor.changes.google_cloud import is_robot
from gkedoctor.changes.model import CLUSTER_SOURCES, RecordedChange
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.diagnose.stood_on import StoodOn, object_of
from gkedoctor.graph import Graph, Ref, labels_of
from gkedoctor.graph.cloud.links import last
from gkedoctor.graph.scheduling.nodes import POOL
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_TAKES_NODES = (
    "UPGRADE_NODES", "AUTO_UPGRADE_NODES", "AUTO_REPAIR_NODES", "SET_NODE_POOL_SIZE", "RESIZE_CLUSTER",
    "DELETE_NODE_POOL",
)  # fmt: skip
_CHANGES_SIZE = (*_TAKES_NODES, "CREATE_NODE_POOL")
"""Operations of a node pool that drain, delete or add nodes.
https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.operations#Type
"""

_SLACK = timedelta(seconds=5)
_AFTERMATH = timedelta(minutes=10)
"""How long after its end Pods of drained nodes may begin to wait."""


def related_changes(
    graph: Graph, diagnosis: Diagnosis, found: StoodOn, fields: Iterable[re.Pattern[str]]
) -> Iterator[RecordedChange]:
    """The changes of objects that the diagnosis names, or that its objects run on.

    `fields`: those that the cause stands on, over `KIND path`.
    """
    recorded = graph.index(_by_object)
    if not recorded:
        return
    relation = _Relation(graph, diagnosis, found)
    refs = relation.refs | found.items.keys()
    for ref in sorted(refs & recorded.keys(), key=lambda one: one.sort_key):
        yield from recorded[ref]
    for kind, others in graph.index(_cloud_objects).items():
        if any(pattern.search(f"{kind} ") for pattern in fields):
            for ref in others:
                yield from relation.those_of(ref, recorded[ref]) if ref not in refs else ()


def _by_object(graph: Graph) -> dict[Ref, list[RecordedChange]]:
    found: dict[Ref, list[RecordedChange]] = {}
    for source in CLUSTER_SOURCES:
        for change in filter(_counts, source(graph)):
            found.setdefault(change.ref, []).append(change)
    return found


def _cloud_objects(graph: Graph) -> dict[str, list[Ref]]:
    """The changed objects of Google Cloud by kind."""
    found: dict[str, list[Ref]] = {}
    for ref in graph.index(_by_object):
        if ref.project is not None:
            found.setdefault(ref.kind, []).append(ref)
    return found


def _counts(change: RecordedChange) -> bool:
    """Not what failed or may have altered nothing; of GKE's own writes only those to nodes: others are consequences."""
    return change.is_difference and (not is_robot(change.by) or change.ref.kind == "Instance")


@dataclass(frozen=True)
class _Relation:
    graph: Graph
    diagnosis: Diagnosis
    found: StoodOn

    def has(self, ref: Ref) -> bool:
        """Whether a changed object of Google Cloud is one that the diagnosis stands on by other means than its ref."""
        match ref.kind:
            case "NodePool":
                return ref.name in self._pools or self.found.says(ref.name)
            case "Instance":
                return ref.name in self._nodes or self.found.says(ref.name)
            case "Cluster":
                return ref.name == self.graph.snapshot.manifest.cluster
            case "Firewall":
                return self._is_named(ref) or self._is_on_only_network(ref)
        return self._is_named(ref)

    def those_of(self, ref: Ref, changes: Iterable[RecordedChange]) -> Iterator[RecordedChange]:
        """The changes of one object that concern the diagnosis: of a pool for which Pods wait, as they began to."""
        has, waits = self.has(ref), ref.kind == "NodePool" and bool(self._waiting)
        for change in changes:
            is_of_size = waits and str(change.after).startswith(_CHANGES_SIZE)
            if self.took_nodes(change) if is_of_size else has:
                yield change

    def took_nodes(self, change: RecordedChange) -> bool:
        """Whether an operation took nodes of a pool that the waiting Pods may run on, as they began to wait.

        Such a Pod has no node that would show its pool.
        """
        sign, after = parse_timestamp(self.diagnosis.since), str(change.after)
        if sign is None or change.at is None or not after.startswith(_TAKES_NODES):
            return False
        end = change.until or self.graph.clock
        is_at_work = change.at - _SLACK <= sign <= end + _AFTERMATH
        return is_at_work and any(_may_use(pod, change.ref.name) for pod in self._waiting)

    def _is_named(self, ref: Ref) -> bool:
        """The same object by another spelling of its project, or one whose name the diagnosis says."""
        named = {(one.kind, one.name, one.location) for one in self.refs}
        return (ref.kind, ref.name, ref.location) in named or self.found.says(ref.name)

    def _is_on_only_network(self, ref: Ref) -> bool:
        """Whether a rule is on the network of the cluster, by its own field, or if deleted, as there is one network."""
        networks = self.graph.snapshot.collection("compute.networks")
        links = {str(one.get("network")) for one in self.graph.everywhere("Cluster") if one.get("network")}
        rules = self.graph.snapshot.collection("compute.firewalls").objects
        rule = next((one for one in rules if one.get("name") == ref.name), None)
        if rule is not None and links:
            return last(rule.get("network")) in {last(link) for link in links}
        return networks.why_incomplete() is None and len(networks) == 1

    @cached_property
    def refs(self) -> frozenset[Ref]:
        """The objects that the diagnosis names."""
        of = self.diagnosis
        return frozenset({of.root, *(proof.ref for proof in of.evidence), *(one.ref for one in of.explains)})

    @cached_property
    def _waiting(self) -> list[Object]:
        """The Pods of the diagnosis that have no node."""
        pods = [object_of(self.graph, ref) for ref in self.refs if ref.kind == "Pod"]
        return [pod for pod in pods if pod is not None and not (pod.get("spec") or {}).get("nodeName")]

    @cached_property
    def _nodes(self) -> frozenset[str]:
        """The nodes of the diagnosis, and those that its Pods run on."""
        pods = [object_of(self.graph, ref) for ref in self.refs if ref.kind == "Pod"]
        hosts = {str((pod.get("spec") or {}).get("nodeName")) for pod in pods if pod is not None}
        return frozenset(hosts | {ref.name for ref in self.refs if ref.kind == "Node"})

    @cached_property
    def _pools(self) -> frozenset[str]:
        nodes = [object_of(self.graph, Ref("Node", name)) for name in self._nodes]
        return frozenset(labels_of(node)[POOL] for node in nodes if node is not None and POOL in labels_of(node))


def _may_use(pod: Object, pool: str) -> bool:
    """Whether the Pod does not name another pool."""
    named = ((pod.get("spec") or {}).get("nodeSelector") or {}).get(POOL)
    return named in (None, pool)
