"""What a container needs beside itself: hosts that it names or complains about, and the Services behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.cidr import is_ip_address
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.network.log_files import has_ended
from gkedoctor.graph.workloads.hosts import Place, named_hosts
from gkedoctor.graph.workloads.logs.connections import ConnectionFailure, unreached
from gkedoctor.graph.workloads.logs.faults import fault_of
from gkedoctor.graph.workloads.logs.telling import complaints
from gkedoctor.graph.workloads.pod_templates import containers, pods_by_template
from gkedoctor.snapshot.model import Object

_ONE_AMONG_ALL = "kubernetes"
"""The API server's Service lives in `default` and is found from everywhere."""


@edge("dependencies", "Pod", reads=("Service", "Namespace"), record="DependencyRecord")
def dependencies_of(graph: Graph, pod: Object) -> Facts:
    """The hosts that its containers name or could not reach, as records.

    {container, via, host, port, at, problem, line, namespace, name, target, found, near, …}: `via` is `config` (at: the
    place in the spec) or `log` (problem: dns, refused or timeout), `target` the Service or Pod behind it, `found`
    whether the Service exists (null where the host is none, or of a namespace of which nothing was recorded),
    `portFound` whether it has the port, `servicePorts` those it has and `corrected` the variable with the only one;
    `local` what serves an address of the Pod itself.
    A container without a log has a `log` record of unknowns.
    """
    containers = graph.follow("containers", pod)
    if isinstance(containers, Unknown):
        return containers
    return [record for c in containers for record in _of_container(graph, pod, c)]


@candidate_index("lost_ports", "Pod", reads=("Service",))
def pods_with_lost_ports(graph: Graph) -> Iterator[Object]:
    """Pods whose environment or arguments name a Service at a port that it does not have."""
    for pods in pods_by_template(graph):
        places = {place for c in containers(pods[0]) for place, _ in _named(graph, c) if place[1]}
        if any(
            _port_facts(_behind(graph, pods[0], host)[2], port, None)["portFound"] is False for host, port in places
        ):
            yield from pods


@candidate_index("lost_hosts", "Pod", reads=("Service", "Namespace"))
def pods_with_lost_hosts(graph: Graph) -> Iterator[Object]:
    """Pods whose environment or arguments name a Service that is not there, or that cannot be seen.

    Those with names of their own for hosts are suspected whatever they name.
    """
    for pods in pods_by_template(graph):
        hosts = {host for container in containers(pods[0]) for (host, _), _ in _named(graph, container)}
        plain = [pod for pod in pods if not _names_hosts_itself(pod)] if hosts else pods
        if len(plain) < len(pods):
            yield from (pod for pod in pods if _names_hosts_itself(pod))
        if plain and any(_is_lost(graph, plain[0], host) for host in hosts):
            yield from plain


def configured_services(graph: Graph, pod: Object) -> Iterator[tuple[tuple[str, str], Any]]:
    """(namespace, name) of the Services that the Pod's spec names, and where: what is healthy needs no more."""
    for container in containers(pod):
        for (host, _), at in _named(graph, container):
            namespace, name, _ = _behind(graph, pod, host)
            if namespace is not None and name is not None:
                yield (namespace, name), at


def _named(graph: Graph, container: Object) -> list[tuple[Place, Any]]:
    """The hosts that a container of a template names: two indexes ask for them."""
    return graph.alone(container, _named_hosts)


def _named_hosts(container: Object) -> list[tuple[Place, Any]]:
    return list(named_hosts(container))


def _names_hosts_itself(pod: Object) -> bool:
    spec = pod.get("spec") or {}
    return bool(spec.get("hostAliases") or spec.get("hostname"))


def _is_lost(graph: Graph, pod: Object, host: str) -> bool:
    """Whether a host stands for a Service and there is none to be seen: the same for all Pods of a namespace."""
    known = graph.memo(_is_lost)
    place = (namespace_of(pod), host)
    if place not in known:
        _, name, target = _behind(graph, pod, host)
        known[place] = name is not None and not isinstance(target, dict)
    return bool(known[place])


def _of_container(graph: Graph, pod: Object, container: Record) -> Iterator[Record]:
    name, said = container["name"], container["said"]
    seen: dict[str, Record] = {}
    for (host, port), at in named_hosts(container["spec"]):
        if host not in seen or (seen[host]["port"] is None and port is not None):
            seen[host] = _record(graph, pod, name, host, port, via="config", at=at)
    yield from seen.values()
    if isinstance(said, Unknown):
        yield {"container": name, "via": "log"} | dict.fromkeys(("problem", "host", "line", "target", "found"), said)
        return
    found = _failure(container, seen)
    if found is not None:
        record = _record(graph, pod, name, found.host, found.port, via="log", at=None)
        yield record | {"problem": found.problem, "line": found.line, "configured": _configured(record, seen)}


def _failure(container: Record, known: dict[str, Record]) -> ConnectionFailure | None:
    """The connection that failed: of a run that ended only what ended it, else what the present run still reports."""
    if has_ended(container):
        fault = fault_of(container["final"], known, container["before"])
        return fault.connection if fault is not None else None
    return unreached(complaints(container["said"]), known)


def _configured(record: Record, seen: dict[str, Record]) -> Record | None:
    """The place in the spec that names the same host, or the same Service under another of its names."""
    same = seen.get(str(record["host"]))
    if same is not None or record["name"] is None:
        return same
    place = (record["namespace"], record["name"])
    return next((s for s in seen.values() if (s["namespace"], s["name"]) == place), None)


def _record(
    graph: Graph, pod: Object, container: str, host: str | None, port: int | None, *, via: str, at: Any
) -> Record:
    namespace, name, target = _behind(graph, pod, host) if host else (None, None, None)
    found = target if isinstance(target, Unknown) else (target is not None if name else None)
    if found is False and not _namespace_is_seen(graph, pod, str(namespace)):
        found = None
    return {
        "container": container, "via": via, "host": host, "port": port, "at": at, "problem": None, "line": None,
        "namespace": namespace, "name": name, "target": target, "found": found,
        "near": _near(graph, namespace, name) if found is False else None,
        **_port_facts(target, port, at), "local": _local(graph, pod, host, port),
    }  # fmt: skip


def _port_facts(target: Object | Unknown | None, port: int | None, at: Any) -> Record:
    """Whether the Service has that port, the ports it has, and the value with the only port that can be meant.

    Nobody but a ClusterIP translates ports: a headless Service and an ExternalName lead to any port of the other side.
    """
    spec = (target.get("spec") or {}) if isinstance(target, dict) and target.get("kind") != "Pod" else {}
    virtual = spec.get("clusterIP") not in (None, "", "None") and spec.get("type") != "ExternalName"
    offered = sorted({int(p["port"]) for p in spec.get("ports") or [] if p.get("port")}) if virtual else []
    found = port in offered if offered and port is not None else None
    value = at.get("value") if isinstance(at, dict) else None
    return {"portFound": found, "servicePorts": offered, "corrected": _corrected(at, value, port, offered, found)}


def _corrected(at: Any, value: Any, port: int | None, offered: list[int], found: bool | None) -> str | None:
    """`NAME=value` with the only port of the Service in place of the one that it does not have."""
    if found is not False or len(offered) != 1 or not isinstance(value, str) or value.count(f":{port}") != 1:
        return None
    return f"{at['name']}={value.replace(f':{port}', f':{offered[0]}')}"


def _local(graph: Graph, pod: Object, host: str | None, port: int | None) -> Record | None:
    """Of an address of the Pod itself: the container that declares the port, null where none does."""
    if host is None or not (host in ("localhost", "::1") or host.startswith("127.")):
        return None
    spec = pod.get("spec") or {}
    every = [*(spec.get("containers") or []), *(spec.get("initContainers") or [])]
    serving = [c for c in every if port in [p.get("containerPort") for p in c.get("ports") or []]]
    others = [str(c.get("name")) for c in every]
    return {"container": serving[0] if serving else None, "containers": others}


def _behind(graph: Graph, pod: Object, host: str) -> tuple[str | None, str | None, Object | Unknown | None]:
    """Namespace and name of the Service that a host stands for, and that Service (or Pod, for its address)."""
    if is_ip_address(host):
        known = graph.index(_by_address).get(host)
        return (namespace_of(known), name_of(known), known) if known is not None else (None, None, None)
    place = _service_place(graph, namespace_of(pod), host, pod)
    if place is None:
        return None, None, None
    namespace, name = place
    target = graph.find("Service", namespace, name)
    return namespace, name, target


def _service_place(graph: Graph, own: str, host: str, pod: Object) -> tuple[str, str] | None:
    """(namespace, name) of the Service that a DNS name stands for; None where it is some other host.

    A Pod searches NAMESPACE.svc.cluster.local, svc.cluster.local and cluster.local (pkg/kubelet/network/dns).
    """
    labels = host.split(".")
    aliases = {n for a in (pod.get("spec") or {}).get("hostAliases") or [] for n in a.get("hostnames") or []}
    if host in aliases or labels[0] == "localhost" or (len(labels) > 1 and "internal" in labels):
        return None
    if "svc" in labels[1:]:
        at = labels.index("svc", 1)
        return (labels[at - 1], labels[at - 2]) if at >= 2 else None
    if len(labels) == 1:
        return None if labels[0] == _ONE_AMONG_ALL or host == (pod.get("spec") or {}).get("hostname") else (own, host)
    namespaces = graph.index(_namespaces)
    if len(labels) in (2, 3) and labels[-1] in namespaces:
        return labels[-1], labels[-2]
    if len(labels) == 2 and isinstance(graph.find("Service", own, labels[1]), dict):  # web-0.web
        return own, labels[1]
    return None


def _by_address(graph: Graph) -> dict[str, Object]:
    places: dict[str, Object] = {}
    for pod in graph.everywhere("Pod"):
        status, spec = pod.get("status") or {}, pod.get("spec") or {}
        if status.get("podIP") and not spec.get("hostNetwork"):
            places[str(status["podIP"])] = pod
    for service in graph.everywhere("Service"):
        spec = service.get("spec") or {}
        addresses = [*(spec.get("clusterIPs") or []), spec.get("clusterIP")]
        places |= {str(a): service for a in addresses if a and a != "None"}
    return places


def _namespaces(graph: Graph) -> set[str]:
    return {name_of(n) for n in graph.all("Namespace")} | _populated(graph)


def _populated(graph: Graph) -> set[str]:
    return {namespace_of(o) for kind in ("Pod", "Service") for o in graph.all(kind)}


def _populated_anywhere(graph: Graph) -> set[str]:
    return {namespace_of(o) for kind in ("Pod", "Service") for o in graph.everywhere(kind)}


def _namespace_is_seen(graph: Graph, pod: Object, namespace: str) -> bool:
    """Whether the recording holds that namespace: many are cut down to one, and then say nothing of the others."""
    if namespace == namespace_of(pod) or namespace in graph.index(_populated):
        return True
    return namespace in graph.index(_populated_anywhere)


def _near(graph: Graph, namespace: str | None, name: str | None) -> str | None:
    names = [name_of(s) for s in graph.in_namespace("Service", namespace or "")]
    return nearest(name, names) if name else None
