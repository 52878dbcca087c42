"""Ports that two containers ask for, of which only one can have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.objects.owners import template_of
from gkedoctor.snapshot.model import Object

_KINDS = ("Deployment", "StatefulSet", "DaemonSet")
_EVERYWHERE = (None, "", "0.0.0.0", "::")


class _DeclaredPort(NamedTuple):
    container: Object
    entry: Object
    number: int
    protocol: str
    address: Any


@edge("port_clashes", *_KINDS, record="PortClasheRecord")
def port_clashes(_graph: Graph, item: Object) -> Facts:
    """Ports that two containers of one Pod declare: {port, protocol, containers, entries}.

    The containers of a Pod share one network. Init containers are over by then.
    """
    ports = list(_ports(item, "containerPort"))
    pairs = [(a, b) for i, a in enumerate(ports) for b in ports[i + 1 :] if a.container is not b.container]
    return [_clash(a, b) for a, b in pairs if _same(a, b)]


@edge("host_port_clashes", *_KINDS, reads=("DaemonSet",), record="HostPortClasheRecord")
def host_port_clashes(graph: Graph, item: Object) -> Facts:
    """Ports of the node that a DaemonSet takes on every node: {port, protocol, containers, entries, other}.

    Only where nothing tells the nodes of the two apart. Of two DaemonSets, it is said of one.
    """
    mine = list(_ports(item, "hostPort"))
    if not mine or _is_choosy(item):
        return []
    others = [o for o in graph.everywhere("DaemonSet") if ref_of(o) != ref_of(item) and not _is_choosy(o)]
    if item.get("kind") == "DaemonSet":
        others = [o for o in others if ref_of(o).sort_key < ref_of(item).sort_key]
    return [
        _clash(a, b) | {"other": other}
        for other in others
        for a in mine
        for b in _ports(other, "hostPort")
        if _same(a, b)
    ]


def _ports(item: Object, field: str) -> Iterator[_DeclaredPort]:
    """The ports of the main containers; in the node's network each port is one of the node."""
    spec = template_of(item).get("spec") or {}
    for container in spec.get("containers") or []:
        for entry in container.get("ports") or []:
            number = entry.get(field) or (entry.get("containerPort") if spec.get("hostNetwork") else None)
            if isinstance(number, int):
                address = entry.get("hostIP") if field == "hostPort" else None
                yield _DeclaredPort(container, entry, number, str(entry.get("protocol") or "TCP"), address)


def _same(a: _DeclaredPort, b: _DeclaredPort) -> bool:
    met = a.address == b.address or a.address in _EVERYWHERE or b.address in _EVERYWHERE
    return (a.number, a.protocol) == (b.number, b.protocol) and met


def _clash(a: _DeclaredPort, b: _DeclaredPort) -> Record:
    return {
        "port": a.number, "protocol": a.protocol, "entries": [a.entry, b.entry], "entry": a.entry,
        "containers": [name_of(a.container), name_of(b.container)],
    }  # fmt: skip


def _is_choosy(item: Object) -> bool:
    """Whether something picks the nodes of its Pods, or lets them onto nodes that others may not use."""
    spec = template_of(item).get("spec") or {}
    affinity = spec.get("affinity") or {}
    return bool(spec.get("nodeSelector") or affinity or spec.get("tolerations") or spec.get("nodeName"))
