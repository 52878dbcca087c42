"""Nodes that fail together: what they share, and so one fault in place of one for each Node.

A network, a control plane, a zone, an upgrade of a node pool or a DaemonSet that brings the container network fails for
many kubelets at once. The node controller then reports all of them within a minute: it checks every 5 s and gives a
kubelet 40 to 50 s (pkg/controller/nodelifecycle); when no Node is ready it also stops evicting Pods, so that their
statuses stay as they were (kubernetes/kubernetes#101674, #128528).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from gkedoctor.graph.core.accessors import labels_of, name_of
from gkedoctor.graph.core.conditions import condition
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.scheduling.nodes import POOL, pods_on
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

ZONE = "topology.kubernetes.io/zone"
_APART_SECONDS = 120.0
"""Seconds between two Nodes that fail one after the other for one reason."""
_VARYING = re.compile(r"[\d.]+[a-zµ]*")


@edge("outage", "Node", reads=("Node", "Pod"), record="OutageRecord", cached=True)
def outage_of(graph: Graph, node: Object) -> Facts:
    """The Nodes that stopped being ready with this one: at most one record {nodes, first, which, pods}.

    Those whose condition Ready changed for the same reason within the same minutes. `which` is what they are of the
    cluster: `All 7 nodes`, `All 3 nodes of pool web`, `2 of 7 nodes`. `first` is one of them, always the same; `pods`
    the number of Pods bound to them, unknown where Pods cannot be listed.
    """
    found = graph.index(_outages).get(name_of(node))
    return [found] if found is not None else []


def one_of_each(graph: Graph, nodes: Iterable[Object]) -> list[Object]:
    """The same Nodes with one for all that fail together: what follows from one of them follows from their fault."""
    outages = graph.index(_outages)
    firsts = {name_of((outages.get(name_of(node)) or {"first": node})["first"]): node for node in nodes}
    return list(firsts.values())


def _outages(graph: Graph) -> Mapping[str, Record]:
    """The record of each Node that is not ready, by name. O(n log n) in the Nodes that are not."""
    groups: dict[tuple[str, str], list[tuple[datetime, str, Object]]] = {}
    for node in graph.all("Node"):
        ready = condition(node, "Ready") or {}
        since = parse_timestamp(ready.get("lastTransitionTime"))
        if ready.get("status") in ("Unknown", "False") and since and not node["metadata"].get("deletionTimestamp"):
            reason = _VARYING.sub("", str(ready.get("message") or ready.get("reason") or ""))
            groups.setdefault((str(ready["status"]), reason), []).append((since, name_of(node), node))
    runs = [run for members in groups.values() for run in _runs(sorted(members, key=lambda m: m[:2]))]
    records = [(run, _record(graph, run)) for run in runs]
    return {name_of(node): record for run, record in records for node in run}


def _runs(members: list[tuple[datetime, str, Object]]) -> Iterator[list[Object]]:
    """The Nodes that fail one after the other without a longer pause."""
    run: list[Object] = []
    for i, (since, _, node) in enumerate(members):
        if run and (since - members[i - 1][0]).total_seconds() > _APART_SECONDS:
            yield run
            run = []
        run.append(node)
    if run:
        yield run


def _record(graph: Graph, run: list[Object]) -> Record:
    nodes = sorted(run, key=name_of)
    return {"nodes": nodes, "first": nodes[0], "which": _which(graph, nodes), "pods": _pods(graph, nodes)}


def _which(graph: Graph, nodes: list[Object]) -> str:
    totals = graph.index(_totals)
    count, total = len(nodes), len(graph.all("Node"))
    if count == total:
        return f"All {count} nodes"
    for label, word in ((POOL, "pool"), (ZONE, "zone")):
        names = {labels_of(node).get(label) for node in nodes}
        name = names.pop() if len(names) == 1 else None
        if name is not None:
            size = totals[label, name]
            return (
                f"All {count} nodes of {word} {name}" if size == count else f"{count} of {size} nodes of {word} {name}"
            )
    return f"{count} of {total} nodes"


def _totals(graph: Graph) -> Counter[tuple[str, str | None]]:
    return Counter((label, labels_of(node).get(label)) for node in graph.all("Node") for label in (POOL, ZONE))


def _pods(graph: Graph, nodes: list[Object]) -> int | Unknown:
    count = 0
    for node in nodes:
        pods = pods_on(graph, node)
        if isinstance(pods, Unknown):
            return pods
        count += len(pods)
    return count
