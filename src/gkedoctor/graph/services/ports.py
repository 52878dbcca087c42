"""The ports of a Service against what the Pods behind it serve.

Declaring a port is optional, so a number that is not declared proves little by itself: a probe, the log or an
environment variable may say where a container listens. A *name* has to be declared, with the same protocol, or the
port is left out of the EndpointSlice without a word (endpointslice/utils.go, FindPort).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gkedoctor.graph.core.accessors import annotations_of, json_map, name_of, namespace_of
from gkedoctor.graph.core.conditions import is_true
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import template_of, workload
from gkedoctor.graph.workloads.logs.listening import ports_in
from gkedoctor.graph.workloads.pods import is_planned
from gkedoctor.graph.workloads.readiness_probes import port_number
from gkedoctor.snapshot.model import Object

_ASIDE = re.compile(r"metric|prom|admin|manage|monitor|debug|jmx|health|probe|status|profil|pprof", re.IGNORECASE)
"""Ports of this name are served beside the application's own."""
_ABOUT_PORT = re.compile(r"port|listen|addr|bind|^-+p\b", re.IGNORECASE)
_OTHER = {"TCP": "UDP", "UDP": "TCP", "SCTP": "TCP"}


@edge("ports", "Service", reads=("Pod", "Service", "Deployment", "StatefulSet", "DaemonSet"), record="PortRecord")
def ports_of(graph: Graph, service: Object) -> Facts:
    """Each port of the Service against the workloads behind it, as records.

    {port, target, protocol, named, serving, lacking, unclear, otherProtocol, names, numbers, probes, listens, nearest,
    meant, healthy, item, ports}: `serving`, `lacking` and `unclear` are workloads; `probes` and `listens` where those
    that lack the port are known to be served, `names` and `numbers` what they declare, `meant` the port that is left
    over (see `_left_over`), `healthy` whether a load balancer of GKE says that the port answers.
    """
    pods = graph.follow("pods", service)
    if isinstance(pods, Unknown):
        return pods
    behind: dict[int, tuple[Object, list[Object]]] = {}
    for pod in pods:
        item = _serving_item(graph, pod)
        behind.setdefault(id(item), (item, []))[1].append(pod)
    ports = (service.get("spec") or {}).get("ports") or []
    return [_port_record(graph, service, port, ports, list(behind.values())) for port in ports]


@candidate_index("port_unserved", "Service", reads=("Pod", "Deployment", "StatefulSet", "DaemonSet"))
def with_a_port_unserved(graph: Graph) -> Iterator[Object]:
    """Services with a port that not every workload behind them declares, or behind which no workload is recorded."""
    for service in graph.all("Service"):
        pods = graph.follow("pods", service)
        if isinstance(pods, Unknown) or not _all_declared(graph, service, pods):
            yield service


def _all_declared(graph: Graph, service: Object, pods: Sequence[Object]) -> bool:
    known = graph.memo(_all_declared)
    items = {id(item): item for item in _serving_items(graph, pods)}
    for port in (service.get("spec") or {}).get("ports") or []:
        target, protocol = target_port(port), port.get("protocol") or "TCP"
        for item in items.values():
            key = (id(item), target, protocol)
            if key not in known:
                known[key] = any(_fits(p, target, protocol) for p in _container_ports(item))
            if not known[key]:
                return False
    return True


def _serving_item(graph: Graph, pod: Object) -> Object:
    """The workload whose template says what the Pod serves; the Pod itself where that is not seen."""
    top = workload(graph, pod)
    return top if "spec" in top and template_of(top) else pod


def _serving_items(graph: Graph, pods: Iterable[Object]) -> Iterator[Object]:
    """What serves these Pods of one namespace. Those with one owner, which is mostly one value, are asked once."""
    seen: set[int] = set()
    for pod in pods:
        owners = pod["metadata"].get("ownerReferences")
        if id(owners) in seen:
            continue
        item = _serving_item(graph, pod)
        if item is not pod:
            seen.add(id(owners))
        yield item


def _port_record(
    graph: Graph, service: Object, port: Object, ports: list[Object], behind: list[tuple[Object, list[Object]]]
) -> Record:
    target, protocol = target_port(port), port.get("protocol") or "TCP"
    verdicts = [(item, _verdict(graph, item, pods, target, protocol)) for item, pods in behind]
    lacking = [item for item, verdict in verdicts if verdict == "lacking"]
    offered = [p for item in lacking for p in _container_ports(item)]
    other = [p for p in offered if _fits(p, target, _OTHER.get(protocol, "TCP"))]
    twin = any(target_port(p) == target and (p.get("protocol") or "TCP") != protocol for p in ports)
    names = sorted({str(p["name"]) for p in offered if p.get("name")})
    return {
        "port": port,
        "target": target,
        "protocol": protocol,
        "named": isinstance(target, str),
        "serving": [item for item, verdict in verdicts if verdict == "serving"],
        "lacking": lacking,
        "unclear": [item for item, verdict in verdicts if verdict == "unclear"],
        "otherProtocol": bool(other) and not (twin and not isinstance(target, str)),
        "twin": twin and bool(other),
        "names": names,
        "numbers": sorted({int(p["containerPort"]) for p in offered if p.get("containerPort")}),
        "probes": sorted({n for item in lacking for n in _probe_ports(item)}),
        "probe": next((a for item in lacking for a, _ in _probe_actions(item)), None),
        "listens": sorted(
            {n for item, pods in behind if any(item is x for x in lacking) for n in _ports_in_logs(graph, pods)}
        ),
        "nearest": nearest(target, names) if isinstance(target, str) else None,
        "meant": _left_over(graph, lacking[0]) if lacking else None,
        "healthy": _healthy(graph, service, port),
        "item": lacking[0] if lacking else None,
        "ports": offered,
    }


def _verdict(graph: Graph, item: Object, pods: list[Object], target: Any, protocol: str) -> str:
    """`serving`, `lacking`, or `unclear` where nothing says what the containers serve."""
    offered = _container_ports(item)
    if any(_fits(p, target, protocol) for p in offered):
        return "serving"
    if isinstance(target, str):
        return "lacking"
    if protocol == "UDP" and any(_fits(p, target, "TCP") for p in offered):
        return "unclear" if _speaks_udp(item) else "lacking"  # probes and most logs are about TCP
    heard = _ports_in_logs(graph, pods)
    if target in heard or target in _probe_ports(item) or target in _configured(item):
        return "serving"
    if _is_in_logs(graph, pods, target):
        return "unclear"
    declared = [c for c in _main_containers(item) if _own_ports(c)]
    if not declared:
        return "lacking" if _shows_all(item, heard) and not offered else "unclear"
    return "lacking" if len(declared) == len(_main_containers(item)) else "unclear"


def _speaks_udp(item: Object) -> bool:
    """Whether arguments or variables speak of UDP: a port whose protocol is left out counts as TCP, and may be both."""
    return any("udp" in text.lower() for c in _main_containers(item) for text in _words(c))


def _words(container: Object) -> Iterator[str]:
    yield from map(str, [*(container.get("command") or []), *(container.get("args") or [])])
    for variable in container.get("env") or []:
        yield f"{variable.get('name')}={variable.get('value') or ''}"


def _is_in_logs(graph: Graph, pods: list[Object], target: Any) -> bool:
    """Whether a log has that number at all: agents name their ports in words of their own (`address=:4244`)."""
    number = re.compile(rf"(?<!\d){target}(?!\d)")
    return any(number.search(line) for line in _log_lines(graph, pods))


def _shows_all(item: Object, heard: set[int]) -> bool:
    """Whether probes or logs of containers that declare no port may show all that is served.

    Agents on the host's network open several ports, and log or probe the one of the debug server.
    """
    if (template_of(item).get("spec") or {}).get("hostNetwork"):
        return False
    return bool(_probe_ports(item)) or (bool(heard) and len(_main_containers(item)) == 1)


def _left_over(graph: Graph, item: Object) -> int | None:
    """The one port that the containers serve and no Service asks for, where one is asked for that they do not serve.

    containerPort is only informational: with more than one on either side, an undeclared port may well be served.
    """
    services = graph.follow("services", item)
    if isinstance(services, Unknown):
        return None
    asked = [target_port(p) for s in services for p in (s.get("spec") or {}).get("ports") or []]
    offered = _container_ports(item)
    own = [p for c in _main_containers(item) for p in _own_ports(c)]
    own = own or [{"containerPort": n} for n in _probe_ports(item)]
    free = {p.get("containerPort") for p in own if p.get("containerPort") not in asked and p.get("name") not in asked}
    known = {p.get("containerPort") for p in offered} | _probe_ports(item) | _configured(item)
    unmet = {target for target in asked if isinstance(target, int) and target not in known}
    left: int | None = next(iter(free)) if len(free) == len(unmet) == 1 else None
    return left


def target_port(port: Object) -> Any:
    """`targetPort`, which is `port` where it is left out; digits in a text stay a name, as the API treats them."""
    target = port.get("targetPort")
    return port.get("port") if target in (None, 0, "") else target


def _main_containers(item: Object) -> list[Object]:
    """The containers but for well-known proxies, which declare ports of their own."""
    found = (template_of(item).get("spec") or {}).get("containers") or []
    return [c for c in found if not re.search(r"istio-proxy|envoy|linkerd-proxy|cloud-?sql-?proxy", str(c.get("name")))]


def _own_ports(container: Object) -> list[Object]:
    return [p for p in container.get("ports") or [] if not _ASIDE.search(str(p.get("name") or ""))]


def _container_ports(item: Object) -> list[Object]:
    spec = template_of(item).get("spec") or {}
    sidecars = [c for c in spec.get("initContainers") or [] if c.get("restartPolicy") == "Always"]
    return [port for c in [*(spec.get("containers") or []), *sidecars] for port in c.get("ports") or []]


def _fits(port: Object, target: Any, protocol: str) -> bool:
    same = port.get("name") == target if isinstance(target, str) else port.get("containerPort") == target
    return same and (port.get("protocol") or "TCP") == protocol


def _probe_ports(item: Object) -> set[int]:
    """The ports at which the probes of the containers knock."""
    return {number for _, number in _probe_actions(item)}


def _probe_actions(item: Object) -> Iterator[tuple[Object, int]]:
    """What the probes do (`httpGet`, `tcpSocket`, `grpc`), each with the port at which it knocks."""
    for container in (template_of(item).get("spec") or {}).get("containers") or []:
        for kind in ("readinessProbe", "livenessProbe", "startupProbe"):
            probe = container.get(kind) or {}
            action = probe.get("httpGet") or probe.get("tcpSocket") or probe.get("grpc") or {}
            number = port_number(container, action.get("port")) if action else None
            if action.get("host") in ("127.0.0.1", "localhost", "::1"):
                continue  # what listens on loopback alone is no port of a Service
            if number is not None:
                yield action, number


def _configured(item: Object) -> set[int]:
    """Numbers in arguments and variables that are about a port: `--port=8080`, `PORT=8080`, `LISTEN_ADDR=:8080`."""
    return {int(n) for text in _settings(item) for n in re.findall(r"(?<!\d)\d{2,5}(?!\d)", text)}


def _settings(item: Object) -> Iterator[str]:
    for container in _main_containers(item):
        words = [str(w) for w in [*(container.get("command") or []), *(container.get("args") or [])]]
        for i, word in enumerate(words):
            if _ABOUT_PORT.search(word):
                yield " ".join(words[i : i + 2])
        for variable in container.get("env") or []:
            if _ABOUT_PORT.search(str(variable.get("name"))) and variable.get("value"):
                yield str(variable["value"])


def _ports_in_logs(graph: Graph, pods: list[Object]) -> set[int]:
    """The ports that the logs of these Pods say are served to others, but for those beside the application's own."""
    return {n for log in _logs(graph, pods) for n in ports_in([line for line in log if not _ASIDE.search(line)])}


def _log_lines(graph: Graph, pods: list[Object]) -> Iterator[str]:
    return (line for log in _logs(graph, pods) for line in log)


def _logs(graph: Graph, pods: list[Object]) -> Iterator[list[str]]:
    for pod in pods:
        containers = graph.follow("containers", pod)
        for container in [] if isinstance(containers, Unknown) else containers:
            if not isinstance(container["log"], Unknown):
                yield container["log"]


def _healthy(graph: Graph, service: Object, port: Object) -> bool:
    """Whether an Ingress says that the NEG or instance group of this port is HEALTHY."""
    groups = json_map(annotations_of(service).get("cloud.google.com/neg-status")) or {}
    names = groups.get("network_endpoint_groups") or {}
    wanted = names.get(str(port.get("port"))) if isinstance(names, dict) else None
    states = graph.index(_backend_states).get(namespace_of(service), {})
    group = f"k8s-be-{port.get('nodePort')}--"
    return states.get(str(wanted)) == "HEALTHY" or any(
        state == "HEALTHY" for name, state in states.items() if name.startswith(group)
    )


def _backend_states(graph: Graph) -> dict[str, dict[str, str]]:
    """By namespace, the state of every backend that an Ingress there knows of."""
    states: dict[str, dict[str, str]] = {}
    for ingress in graph.all("Ingress"):
        told = json_map(annotations_of(ingress).get("ingress.kubernetes.io/backends")) or {}
        states.setdefault(namespace_of(ingress), {}).update({name: str(state) for name, state in told.items()})
    return states


@edge("manual_ports", "Service", reads=("EndpointSlice", "Endpoints"), record="ManualPortRecord")
def manual_ports(graph: Graph, service: Object) -> Facts:
    """The ports of a Service with manually created endpoints, and the port names of those endpoints.

    {port, name, names, slice}: kube-proxy joins the two by name, the empty name included.
    """
    found = graph.follow("endpoints", service)
    if isinstance(found, Unknown):
        return found
    offered = [p for e in found for p in e["ports"]]
    names = sorted({str(p.get("name") or "") for p in offered})
    slice_ = found[0]["slice"] if found else None
    return [
        {"port": port, "name": port.get("name") or "", "names": names, "slice": slice_}
        for port in (service.get("spec") or {}).get("ports") or []
        if found
    ]


@edge("foreign", "Service", reads=("Pod", "Deployment", "StatefulSet", "DaemonSet", "Job"), record="ForeignRecord")
def foreign_of(graph: Graph, service: Object) -> Facts:
    """Workloads that the selector matches although they do not serve a port that another one serves.

    {item, port, served, pods, sure, labels}: `served` is a workload that serves it, with the `labels` that the other
    has not; `sure` where the foreign one is known to serve something else. Where that is not known, a copy (the same
    image) is a canary and not foreign.
    """
    ports = graph.follow("ports", service)
    pods = graph.follow("pods", service)
    if isinstance(ports, Unknown) or isinstance(pods, Unknown):
        return ports if isinstance(ports, Unknown) else pods
    records: list[Record] = []
    for record in ports:
        if record["named"] or not record["serving"]:
            continue
        others = [i for i in record["unclear"] if not any(_same_program(i, s) for s in record["serving"])]
        for item in [*record["lacking"], *others]:
            if all(item is not r["item"] for r in records):
                records.append(_foreign(graph, record, item, list(pods)))
    return [r for r in records if r["pods"]]


def _foreign(graph: Graph, record: Record, item: Object, pods: list[Object]) -> Record:
    mine = [p for p in pods if p is item or workload(graph, p) is item]
    return {
        "item": item,
        "port": record,
        "served": record["serving"][0],
        "pods": [p for p in mine if is_planned(p) or _is_ready(p)],
        "sure": any(item is x for x in record["lacking"]),
        "name": name_of(item),
        "labels": _labels_apart(record["serving"][0], item),
    }


def _labels_apart(served: Object, other: Object) -> dict[str, str]:
    """The labels of the Pods of one workload that those of another do not have with that value."""
    mine, others = (template_of(x).get("metadata", {}).get("labels") or {} for x in (served, other))
    return {key: value for key, value in mine.items() if others.get(key) != value and not key.endswith("-hash")}


def _is_ready(pod: Object) -> bool:
    return is_true(pod, "Ready")


def _same_program(one: Object, other: Object) -> bool:
    """Whether two workloads run the same program: a canary, or blue and green."""
    return bool({_program(c) for c in _main_containers(one)} & {_program(c) for c in _main_containers(other)})


def _program(container: Object) -> tuple[str, ...]:
    image = re.sub(r"(@sha256:.*|:[^/:]*)$", "", str(container.get("image")))
    return (image, *map(str, container.get("command") or []))
