"""Services that containers name at a port which the Service does not have: every connection to it fails."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.workloads.pod_templates import pods_by_template
from gkedoctor.snapshot.model import Object


@candidate_index("misdirected", "Pod", reads=("Service", "Namespace", "Event"))
def misdirected(graph: Graph) -> Iterator[Object]:
    """Pods whose environment or arguments name a Service at a port that it does not have."""
    for pods in pods_by_template(graph):
        if any(True for _ in _at_other_ports(graph, pods[0])):
            yield from pods


@edge("misdirected", "Pod", reads=("Service", "Namespace", "Event"), record="MisdirectedRecord")
def misdirected_of(graph: Graph, pod: Object) -> Facts:
    """What names a Service at a port that it lacks: {container, at, host, port, service, ports, problem, line}.

    `problem` and `line` are what the container's log says of that Service or port; null where it says nothing.
    """
    found = graph.follow("dependencies", pod)
    logs = (
        [] if isinstance(found, Unknown) else [d for d in found if d["via"] == "log" and isinstance(d["problem"], str)]
    )
    return [_record(wrong, logs) for wrong in _at_other_ports(graph, pod)]


def _at_other_ports(graph: Graph, pod: Object) -> Iterator[Record]:
    found = graph.follow("dependencies", pod)
    for place in [] if isinstance(found, Unknown) else found:
        target, port = place["target"], place.get("port")
        if place["via"] == "config" and port and isinstance(target, dict) and target.get("kind") == "Service":
            ports = _ports(target)
            if ports and port not in ports:
                yield {**place, "service": target, "ports": ports}


def _ports(service: Object) -> list[int]:
    """The ports at which a Service answers; none where a name leads to Pods or elsewhere, which take any port."""
    spec = service.get("spec") or {}
    if spec.get("clusterIP") in (None, "None", "") or spec.get("type") == "ExternalName":
        return []
    return [int(p["port"]) for p in spec.get("ports") or [] if p.get("port")]


def _record(wrong: Record, logs: list[Record]) -> Record:
    said = next((d for d in logs if _is_about(d, wrong)), None)
    fields = ("container", "at", "host", "port", "service", "ports")
    told = {"problem": said["problem"] if said else None, "line": said["line"] if said else None}
    return {**{field: wrong[field] for field in fields}, **told}


def _is_about(told: Record, wrong: Record) -> bool:
    """Whether a line of the same container's log is about that Service: by name, address or its unusual port."""
    if told["container"] != wrong["container"]:
        return False
    target, port = told.get("target"), told.get("port")
    same = isinstance(target, dict) and _place(target) == _place(wrong["service"])
    return port == wrong["port"] or (same and port is None)


def _place(item: Object) -> tuple[str, str]:
    return namespace_of(item), name_of(item)
