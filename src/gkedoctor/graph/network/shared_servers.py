"""One server that several workloads cannot reach: its fault, not theirs."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.network.dependencies import dependencies_of
from gkedoctor.graph.objects.owners import workload, workloads_by
from gkedoctor.graph.workloads.pods import pods_at
from gkedoctor.snapshot.model import Object

_READS = ("Service", "Namespace", "Pod", "Node", "Event", "ReplicaSet", "Deployment", "StatefulSet", "Job", "CronJob")


@edge("shared_servers", "Pod", reads=_READS, record="SharedServerRecord")
def shared_servers_of(graph: Graph, pod: Object) -> Facts:
    """The servers that its containers and other workloads could not reach: records {container, server, root, clients}.

    `server` is the host as logs or specs name it, `clients` the workloads whose containers end for it, and `root` the
    workload behind the Service of that name; of a host outside of the cluster, the first of the clients.
    """
    found = dependencies_of(graph, pod)
    if isinstance(found, Unknown):
        return found
    shared = graph.index(_shared)
    return [
        {"container": need["container"], **shared[key]}
        for need in found
        if (key := _server(need, found)) is not None and key in shared
    ]


def _shared(graph: Graph) -> dict[str, Record]:
    failed = list(_failed(graph))
    servers = {key: target for key, target, _ in reversed(failed)}  # the first that is found
    clients = workloads_by(graph, ((key, pod) for key, _, pod in failed))
    return {key: _record(graph, key, servers[key], tops) for key, tops in clients.items()}


def _failed(graph: Graph) -> Iterator[tuple[str, Object | None, Object]]:
    """Server, the object that it is, and the Pod, of each connection that failed."""
    for pod in pods_at(graph, ("crash",)):
        found = dependencies_of(graph, pod)
        for need in [] if isinstance(found, Unknown) else found:
            key = _server(need, found)
            if key is not None:
                yield key, _target(need, found), pod


def _record(graph: Graph, key: str, target: Object | None, clients: list[Object]) -> Record:
    pods = graph.follow("pods", target) if target is not None and target.get("kind") == "Service" else []
    served = [target] if target is not None and target.get("kind") == "Pod" else pods
    first = next(iter([] if isinstance(served, Unknown) else served), None)
    return {"server": key, "root": clients[0] if first is None else workload(graph, first), "clients": clients}


def _server(need: Record, every: Facts) -> str | None:
    """The server of a connection that failed: its Service, or its host as the log names it."""
    if need["via"] != "log" or not isinstance(need.get("problem"), str):
        return None
    target = _target(need, every)
    if target is not None:
        return str(ref_of(target))
    return str(need["host"]) if need["host"] else None


def _target(need: Record, every: Facts) -> Object | None:
    """The Service or Pod that a log names; where it names no host, the only Service that the container's spec names."""
    if isinstance(need["target"], dict):
        return need["target"]
    if need["host"] or isinstance(every, Unknown):
        return None
    named = [r for r in every if r["via"] == "config" and r["container"] == need["container"]]
    services = {str(ref_of(r["target"])): r["target"] for r in named if isinstance(r["target"], dict)}
    return next(iter(services.values())) if len(services) == 1 else None
