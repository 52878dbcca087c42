"""Which changes of Google Cloud and of audit logs concern what a diagnosis stands on, also of objects that are gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from gkedoctor.changes.google_cloud import is_robot
from gkedoctor.changes.model import CLUSTER_SOURCES, RecordedChange
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.diagnose.stood_on import StoodOn, object_of
from gkedoctor.graph import Graph, Ref, labels_of
from gkedoctor.graph.cloud.links import last
from gkedoctor.graph.scheduling.nodes import POOL


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
                yield from recorded[ref] if ref not in refs and relation.has(ref) else ()


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
    def _nodes(self) -> frozenset[str]:
        """The nodes of the diagnosis, and those that its Pods run on."""
        pods = [object_of(self.graph, ref) for ref in self.refs if ref.kind == "Pod"]
        hosts = {str((pod.get("spec") or {}).get("nodeName")) for pod in pods if pod is not None}
        return frozenset(hosts | {ref.name for ref in self.refs if ref.kind == "Node"})

    @cached_property
    def _pools(self) -> frozenset[str]:
        nodes = [object_of(self.graph, Ref("Node", name)) for name in self._nodes]
        return frozenset(labels_of(node)[POOL] for node in nodes if node is not None and POOL in labels_of(node))
