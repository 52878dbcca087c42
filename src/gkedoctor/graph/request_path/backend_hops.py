"""The second half of a request's way: backend service, health check, NEG or instance group, Service, Pods.

A hop fails where the fault is, and only there: a health check that asks Pods which are not ready is not known, and an
empty NEG of a Service without ready Pods is in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gkedoctor.graph.backends.backend import Backend, backend_of
from gkedoctor.graph.backends.backend_services import health_check_settings
from gkedoctor.graph.backends.firewall import probe_access_of
from gkedoctor.graph.cloud.links import last, resolve
from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.conditions import condition, is_true
from gkedoctor.graph.core.graph import Facts, Graph, Record
from gkedoctor.graph.core.ref import Ref, ref_of
from gkedoctor.graph.core.reference import nearest_name
from gkedoctor.graph.core.times import age
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.request_path.hop import Hop, State, not_collected, unknown_hop
from gkedoctor.graph.services.selection import selector_of
from gkedoctor.snapshot.model import Object

YOUNG = 120.0
"""Seconds in which a health check may not have asked yet, and a NEG may not have been filled."""


def missing_service(graph: Graph, namespace: str, name: str, why: Unknown | None, via: str = "") -> Hop:
    """The hop of a Service that is not there, or that could not be looked up."""
    if why is not None:
        return unknown_hop("Service", name, why, namespace=namespace, via=via)
    near = nearest_name(graph, "Service", namespace, name)
    meant = f"; closest match: Service {near}" if near else ""
    return Hop(Ref("Service", name, namespace), State.FAIL, f"does not exist{meant}", via=via)


def refused_service(namespace: str, name: str, via: str = "") -> Hop:
    """The hop of a Service of another namespace that no ReferenceGrant there opens."""
    fact = f"no ReferenceGrant in namespace {namespace} allows this reference"
    return Hop(Ref("Service", name, namespace), State.FAIL, fact, via=via)


def backend_hop(graph: Graph, backend: Backend, via: str = "") -> Hop:
    """A backend service of a proxy, with everything behind it."""
    item, service = backend["backendService"], backend["service"]
    behind = [service_hop(graph, service, backend["port"])] if service is not None else []
    sides = [*check_hops(graph, backend), *group_hops(graph, backend)]
    timeout = f", timeout {item['timeoutSec']} s" if item.get("timeoutSec") else ""
    state, fact = State.OK, f"protocol {item.get('protocol') or 'HTTP'}{timeout}"
    if not item.get("backends") and _ready_endpoints(graph, service):
        state, fact = _late(graph, item), "no NEG or instance group is attached"
    return Hop(ref_of(item), state, fact, (*sides, *behind), via)


def check_hops(graph: Graph, backend: Backend, *, passthrough: bool = False) -> list[Hop]:
    """The health checks of a backend, judged by what `getHealth` answered."""
    links = backend["backendService"].get("healthChecks") or []
    return [_check_hop(graph, link, backend, passthrough=passthrough) for link in links]


def _check_hop(graph: Graph, link: str, backend: Backend, *, passthrough: bool) -> Hop:
    check = resolve(graph, link)
    if isinstance(check, Unknown):
        return unknown_hop("HealthCheck", last(link), check)
    if check is None:
        return Hop(Ref("HealthCheck", last(link)), State.FAIL, "does not exist")
    asks, health = _asks(check), backend["endpoints"]
    if isinstance(health, Unknown):
        return Hop(ref_of(check), State.UNKNOWN, f"{asks}; {not_collected(health)}")
    state, why = _judged(graph, backend, health, passthrough=passthrough)
    return Hop(ref_of(check), state, f"{asks}, {why}")


def _judged(graph: Graph, backend: Backend, health: Sequence[Record], *, passthrough: bool) -> tuple[State, str]:
    good, total = sum(e["state"] == "HEALTHY" for e in health), len(health)
    counted = f"{good} of {total} endpoints HEALTHY"
    if good:
        return State.OK, counted
    if not total:
        return State.UNKNOWN, "no endpoint was checked"
    if passthrough:  # cloud.google.com/load-balancing/docs/network: all unhealthy, so all of them as a last resort
        return State.UNKNOWN, f"{counted}: with none healthy, traffic goes to all"
    pods = backend["pods"]
    if not isinstance(pods, Unknown) and not any(_contained(pod) for pod in pods):
        return State.UNKNOWN, f"{counted}, no Pod behind it is Ready"
    blocked = _blocked(graph, backend["backendService"])
    if blocked is not None:
        rule = f" (Firewall {name_of(blocked['rule'])})" if blocked["rule"] else ""
        return State.FAIL, f"{counted}: the firewall blocks {blocked['range']} at port {blocked['port']}{rule}"
    return _late(graph, backend["backendService"]), counted


def _asks(check: Object) -> str:
    settings, kind = health_check_settings(check), str(check.get("type") or "TCP")
    port = f":{settings['port']}" if settings.get("port") else ""
    if kind in ("HTTP", "HTTPS", "HTTP2"):
        scheme = "" if kind == "HTTP" else f" over {kind}"
        return f"GET {port}{settings.get('requestPath') or '/'} expected 200{scheme}"
    return f"{kind} {port or 'serving port'}".replace(" :", " port ")


def _blocked(graph: Graph, backend_service: Object) -> Record | None:
    access = probe_access_of(graph, backend_service)
    return None if isinstance(access, Unknown) else next((a for a in access if not a["allowed"]), None)


def group_hops(graph: Graph, backend: Backend) -> list[Hop]:
    """The NEGs or instance groups behind a backend service. An empty zone is in order if another one is not."""
    links = [b["group"] for b in backend["backendService"].get("backends") or [] if b.get("group")]
    groups = [(link, resolve(graph, link)) for link in links]
    filled = any(isinstance(g, dict) and g.get("size") for _, g in groups)
    return [_group_hop(graph, link, group, backend["service"], filled=filled) for link, group in groups]


def _group_hop(graph: Graph, link: str, group: Object | Unknown | None, service: Object | None, *, filled: bool) -> Hop:
    kind = "NetworkEndpointGroup" if "networkEndpointGroups" in link else "InstanceGroup"
    if isinstance(group, Unknown):
        return unknown_hop(kind, last(link), group)
    if group is None:
        return Hop(Ref(kind, last(link)), State.FAIL, "does not exist")
    size, what = group.get("size"), "endpoint" if kind == "NetworkEndpointGroup" else "instance"
    if size is None:
        return Hop(ref_of(group), State.UNKNOWN, f"its number of {what}s was not recorded")
    ready = _ready_endpoints(graph, service)
    zone = f" in {last(group['zone'])}" if group.get("zone") else ""
    if size or filled:
        return Hop(ref_of(group), State.OK, f"{counted(size, what)}{zone}")
    if kind == "InstanceGroup" or ready:
        fact = f"empty{zone}, but the Service has {counted(ready or 0, 'ready endpoint')}"
        return Hop(ref_of(group), _late(graph, group), fact)
    return Hop(ref_of(group), State.OK, f"empty{zone}: the Service has no ready endpoint")


def service_hop(graph: Graph, service: Object, port: Any, via: str = "") -> Hop:
    """A Service with the workloads behind it."""
    ref, (state, fact) = ref_of(service), _port_fact(service, port)
    pods = _pods(graph, service)
    if isinstance(pods, Unknown):
        return Hop(ref, State.UNKNOWN, not_collected(pods), via=via)
    if state is State.OK and selector_of(service):
        state, fact = _selection(graph, service, pods, fact)
    return Hop(ref, state, fact, tuple(pod_hops(graph, service)), via)


def _port_fact(service: Object, port: Any) -> tuple[State, str]:
    ports = (service.get("spec") or {}).get("ports") or []
    found = next((p for p in ports if port in (p.get("port"), p.get("name"))), None)
    if found is not None:
        return State.OK, f"port {found.get('port')} to {found.get('targetPort') or found.get('port')}"
    listed = ", ".join(str(p.get("port")) for p in ports) or "none"
    return (State.OK, f"port {listed}") if port is None else (State.FAIL, f"has no port {port}; its ports: {listed}")


def _selection(graph: Graph, service: Object, pods: list[Object], fact: str) -> tuple[State, str]:
    workloads = graph.follow("workloads", service)
    if not pods and not workloads_known(workloads):
        pairs = ",".join(f"{k}={v}" for k, v in sorted(selector_of(service).items()))
        return State.FAIL, f"selector {pairs} matches no Pod"
    endpoints = graph.follow("endpoints", service)
    if isinstance(endpoints, Unknown):
        return State.OK, fact
    ready = sum(e["ready"] for e in endpoints)
    good = [pod for pod in pods if _ready(pod)]
    if good and not ready and all(_settled(graph, pod) for pod in good):
        return State.FAIL, f"{fact}: no endpoint, but {counted(len(good), 'Ready Pod')} behind it"
    return State.OK, f"{fact}, {ready} of {counted(len(endpoints), 'endpoint')} ready"


def workloads_known(workloads: Facts) -> bool:
    """Whether some workload stands behind a selector, or may do so."""
    return isinstance(workloads, Unknown) or bool(workloads)


def pod_hops(graph: Graph, service: Object) -> list[Hop]:
    """One hop per workload behind a Service: how many of its Pods are ready, and what keeps them from it."""
    pods = _pods(graph, service)
    if isinstance(pods, Unknown):
        return []
    groups: dict[Ref, list[Object]] = {}
    for pod in pods:
        groups.setdefault(ref_of(workload(graph, pod)), []).append(pod)
    workloads = graph.follow("workloads", service)
    empty = [w for w in workloads if ref_of(w) not in groups] if not isinstance(workloads, Unknown) else []
    hops = [_workload_hop(graph, ref, members) for ref, members in sorted(groups.items(), key=lambda g: g[0].sort_key)]
    return hops or [_empty_hop(w) for w in empty]


def _workload_hop(graph: Graph, ref: Ref, pods: list[Object]) -> Hop:
    ready = sum(map(_ready, pods))
    fact = f"{ready} of {counted(len(pods), 'Pod')} Ready"
    contained = sum(map(_contained, pods))
    if ready:
        return Hop(ref, State.OK, fact)
    if contained:
        return Hop(ref, State.OK, f"{fact}: only the readiness gate of the load balancer is missing")
    young = all((age(graph.clock, p["metadata"].get("creationTimestamp")) or YOUNG) < YOUNG for p in pods)
    return Hop(ref, State.UNKNOWN if young and not _stuck(pods) else State.FAIL, f"{fact}{_obstacle(pods)}")


def _empty_hop(item: Object) -> Hop:
    wanted = (item.get("spec") or {}).get("replicas")
    return Hop(ref_of(item), State.FAIL, "scaled to zero" if wanted == 0 else "has no Pods")


def _stuck(pods: list[Object]) -> bool:
    return any(reason not in ("", "ContainerCreating", "PodInitializing") for reason, _ in map(_waiting, pods))


def _obstacle(pods: list[Object]) -> str:
    """What the first Pod that says something says of why it is not ready."""
    for pod in pods:
        reason, message = _waiting(pod)
        if reason:
            return f": {reason}, {message}" if message else f": {reason}"
    for kind in ("PodScheduled", "Ready"):
        told = next((c for p in pods if (c := condition(p, kind)) and c.get("status") != "True"), None)
        if told and told.get("message"):
            return f": {told['message']}"
    return ""


def _waiting(pod: Object) -> tuple[str, str]:
    status = pod.get("status") or {}
    for container in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        waiting = (container.get("state") or {}).get("waiting")
        if waiting and waiting.get("reason"):
            return str(waiting["reason"]), str(waiting.get("message") or "")
    return "", ""


def _pods(graph: Graph, service: Object | None) -> list[Object] | Unknown:
    found = graph.follow("pods", service) if service is not None else []
    return found if isinstance(found, Unknown) else list(found)


def _ready_endpoints(graph: Graph, service: Object | None) -> int | None:
    """How many endpoints of the Service are ready and have been so for a while; None where that is not known."""
    endpoints = graph.follow("endpoints", service) if service is not None else []
    if isinstance(endpoints, Unknown):
        return None
    pods = _pods(graph, service)
    young = set() if isinstance(pods, Unknown) else {name_of(p) for p in pods if not _settled(graph, p)}
    return len([e for e in endpoints if e["ready"] and e["pod"] not in young])


def _settled(graph: Graph, pod: Object) -> bool:
    since = age(graph.clock, (condition(pod, "Ready") or {}).get("lastTransitionTime"))
    return _ready(pod) and (since is None or since >= YOUNG)


def _ready(pod: Object) -> bool:
    return is_true(pod, "Ready")


def _contained(pod: Object) -> bool:
    return is_true(pod, "ContainersReady")


def _late(graph: Graph, item: Object) -> State:
    """FAIL, unless the object is so young that it may still be filled or asked."""
    made = age(graph.clock, item.get("creationTimestamp"))
    return State.UNKNOWN if made is not None and made < YOUNG else State.FAIL


def counted(count: int, noun: str) -> str:
    """`1 Pod`, `2 Pods`."""
    return f"{count} {noun}{'s' * (count != 1)}"


def service_at(graph: Graph, place: str | None) -> Object | Unknown | None:
    """The Service that `namespace/name` means."""
    if not place or "/" not in place:
        return None
    namespace, _, name = place.partition("/")
    return graph.find("Service", namespace, name)


def backend_of_any(graph: Graph, backend_service: Object, place: str | None, via: str = "") -> Hop:
    """A backend service with the Service that its description or its NEG names."""
    service = service_at(graph, place)
    if service is not None and not isinstance(service, Unknown):
        return backend_hop(graph, backend_of(graph, backend_service, service), via)
    hop = backend_hop(graph, backend_of(graph, backend_service, None), via)
    if place is None:
        return hop
    missing = missing_service(graph, namespace=place.partition("/")[0], name=place.partition("/")[2], why=service)
    return Hop(hop.ref, hop.state, hop.fact, (*hop.children, missing), via)
