"""Health checks of load balancers, and what they find: controllers write the check, ready Pods answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gkedoctor.graph import Ref, Unknown, ref_of
from gkedoctor.graph.backends.firewall import probe_access_of
from gkedoctor.graph.backends.service_annotations import APP_PROTOCOLS, NEG
from gkedoctor.graph.core.accessors import annotations_of, json_map
from gkedoctor.graph.network.health_check_policies import probe_policies_of
from gkedoctor.graph.workloads.pods import step
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_CHECKS = "https://cloud.google.com/kubernetes-engine/docs/concepts/ingress#health_checks"
_FRONTENDS = (
    ("Ingress", "load_balancing"), ("Gateway", "load_balancing"), ("Service", "load_balancing"),
    ("Service", "standalone_backends"),
)  # fmt: skip
_KUBE_PROXY = {"type": "HTTP", "port": 10256, "requestPath": "/healthz"}
"""The health check of a Service of type LoadBalancer whose externalTrafficPolicy is Cluster: kube-proxy answers it."""
_TIMES = ("checkIntervalSec", "timeoutSec", "healthyThreshold", "unhealthyThreshold")


def _backends(world: World) -> Iterator[tuple[Object, Any]]:
    """Every backend of a front end, and those of groups that stand alone, each with what leads to it."""
    for kind, edge in _FRONTENDS:
        for item in world.graph.all(kind):
            found = world.graph.follow(edge, item)
            for backend in [] if isinstance(found, Unknown) else found:
                yield item, backend


@rule(
    "health-check-written",
    says="The load balancer controller copies a changed BackendConfig, HealthCheckPolicy or protocol of a Service into "
    "the health check.",
    source=_CHECKS,
    order=84,
)
def checks(world: World) -> None:
    """Health checks whose settings in Kubernetes were written."""
    if not world.touched:
        return
    for _, backend in list(_backends(world)):
        check = backend["check"]
        settings = _settings(world, backend) if isinstance(check, Mapping) else None
        if settings is not None and isinstance(check, Mapping):
            world.put(_rewritten(check, settings), kind="HealthCheck")


def _settings(world: World, backend: Any) -> dict[str, Any] | None:
    """{type, port, requestPath, …} as Kubernetes asks for now; None where the change wrote nothing of it."""
    service = backend["service"]
    if service is None:
        return None
    if not backend["checksPods"]:
        return _of_nodes(world, service)
    policies = backend["checkPolicies"]
    if not isinstance(policies, Unknown) and policies:
        return _of_policy(policies[0]) if world.was_touched(policies[0]) or world.was_touched(service) else None
    found = world.graph.follow("backend_configs", service)
    records = [] if isinstance(found, Unknown) else found
    for record in records:
        target = record.get("target")
        if isinstance(target, Mapping) and (world.was_touched(target) or world.was_touched(service)):
            settings = (target.get("spec") or {}).get("healthCheck")
            if settings:
                return dict(settings)
    return _protocol(backend) if world.was_touched(service) else None


def _of_nodes(world: World, service: Object) -> dict[str, Any] | None:
    """The check of a load balancer that sends to nodes, where the change wrote the Service's traffic policy."""
    spec = service.get("spec") or {}
    if not world.was_touched(service) or spec.get("type") != "LoadBalancer":
        return None
    if (spec.get("externalTrafficPolicy") or "Cluster") == "Cluster":
        return dict(_KUBE_PROXY)
    port = spec.get("healthCheckNodePort")
    return {**_KUBE_PROXY, "port": port} if port else None


def _of_policy(policy: Object) -> dict[str, Any]:
    default = (policy.get("spec") or {}).get("default") or {}
    config = default.get("config") or {}
    kind = str(config.get("type") or "HTTP")
    block = config.get(f"{kind.lower()}HealthCheck") or {}
    return {"type": kind, **block, **{name: default[name] for name in _TIMES if name in default}}


def _protocol(backend: Any) -> dict[str, Any] | None:
    """The protocol that annotation or appProtocol of the Service's port names."""
    service, port = backend["service"], backend["port"]
    for one in (service.get("spec") or {}).get("ports") or []:
        if port not in (one.get("port"), one.get("name"), None):
            continue
        notes = (json_map(annotations_of(service).get(key)) or {} for key in reversed(APP_PROTOCOLS))
        place = str(one.get("name") or one.get("port"))
        named = next((note[place] for note in notes if place in note), None)
        protocol = str(named or one.get("appProtocol") or "HTTP").upper()
        known = {"HTTPS": "HTTPS", "HTTP2": "HTTP2", "KUBERNETES.IO/H2C": "HTTP", "HTTP": "HTTP"}.get(protocol)
        return {"type": known} if known is not None and known != backend["type"] else None
    return None


def _rewritten(check: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    old = str(check.get("type") or "HTTP")
    kind = str(settings.get("type") or old)
    block = dict(check.get(f"{old.lower()}HealthCheck") or {})
    if "port" in settings:
        block |= {"port": settings["port"], "portSpecification": "USE_FIXED_PORT"}
    elif settings.get("portSpecification"):
        block["portSpecification"] = settings["portSpecification"]
    if kind.startswith("HTTP") and "requestPath" in settings:
        block["requestPath"] = settings["requestPath"]
    kept = {key: value for key, value in check.items() if key != f"{old.lower()}HealthCheck"}
    times = {name: settings[name] for name in _TIMES if name in settings}
    return {**kept, **times, "type": kind, f"{kind.lower()}HealthCheck": block}


@rule(
    "backend-health",
    says="Endpoints of a load balancer follow the Pods of its Service. A ready Pod is healthy if the health check uses "
    "port, protocol and path of its readiness probe, and firewall rules and network policies allow the check.",
    source=_CHECKS,
    order=86,
)
def health(world: World) -> None:
    """Backends of which the check, the Pods, the firewall or a policy changed."""
    if not world.touched and not world.used:
        return
    states: dict[Ref, dict[str, str]] = {}
    for item, backend in list(_backends(world)):
        if not isinstance(backend["endpoints"], Unknown) and _is_reached(world, backend):
            state = _write(world, backend)
            if state is not None and item.get("kind") == "Ingress":
                states.setdefault(ref_of(item), {})[str(backend["name"])] = state
    for ref, found in states.items():
        _annotate(world, ref, found)


def _is_reached(world: World, backend: Any) -> bool:
    """Whether something on which the health of the backend stands was changed."""
    if backend["service"] is None or not backend["neg"] or isinstance(backend["pods"], Unknown):
        return False
    changed = world.touched | {ref for refs in world.used.values() for ref in refs}
    if any(ref.kind in ("NetworkPolicy", "Firewall") for ref in world.touched):
        return True
    check = backend["check"]
    known = {ref_of(pod) for pod in backend["pods"]} | {ref_of(backend["service"])}
    if isinstance(check, Mapping):
        known.add(ref_of(check))
    if known & changed:
        return True
    # where nodes are the endpoints, their addresses are never those of the Pods
    return bool(backend["checksPods"]) and _addresses(backend) != {e["address"] for e in backend["endpoints"]}


def _addresses(backend: Any) -> set[str]:
    found = (str((pod.get("status") or {}).get("podIP") or "") for pod in backend["pods"])
    return {address for address in found if address}


def _write(world: World, backend: Any) -> str | None:
    """Writes the health of each endpoint; returns the state of the backend as a whole."""
    found = world.graph.find("BackendServiceHealth", None, str(backend["name"]))
    if not isinstance(found, Mapping):
        return None
    if not found.get("backends"):
        found = _filled(world, backend, found)
    if not found.get("backends"):
        return None
    groups = list(found["backends"])
    template: dict[str, Any] = next((s for group in groups for s in group.get("healthStatus") or []), {})
    port = next(iter(backend["serving"] or []), None) or template.get("port")
    reached = _check_comes_in(world, backend)
    statuses = [
        {**template, "ipAddress": str(pod["status"]["podIP"]), "port": port, "healthState": state}
        for pod in backend["pods"]
        if (state := _state(world, backend, pod, port, reached=reached)) is not None
    ]
    groups[0] = {**groups[0], "healthStatus": statuses}
    groups[1:] = [{**group, "healthStatus": []} for group in groups[1:]]
    world.put({**found, "backends": groups}, kind="BackendServiceHealth")
    if not statuses:
        return None
    return "HEALTHY" if any(s["healthState"] == "HEALTHY" for s in statuses) else "UNHEALTHY"


def _filled(world: World, backend: Any, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The health of a backend whose groups were empty: the NEG controller fills them after the annotation was written.

    The first group takes all endpoints, at the number of the target port.
    """
    groups, service = backend["groups"], backend["service"]
    if isinstance(groups, Unknown) or not groups or not _asks_for_groups(world, service):
        return found
    ready = [pod for pod in backend["pods"] if step(world.graph.clock, pod) == "fine"]
    world.put({**groups[0], "size": len(ready)}, kind="NetworkEndpointGroup")
    slices = world.graph.follow("endpoints", service)
    ports = [] if isinstance(slices, Unknown) else [p.get("port") for e in slices for p in e.get("ports") or []]
    status = {"port": next(iter(ports), None)}
    return {**found, "backends": [{"group": groups[0].get("selfLink"), "healthStatus": [status]}]}


def _asks_for_groups(world: World, service: Object) -> bool:
    """Whether the change wrote the annotation for NEGs, which makes the controller begin again."""
    earlier = world.recorded(service)
    notes = [annotations_of(one).get(NEG) for one in (earlier or service, service)]
    return notes[1] is not None and notes[0] != notes[1]


def _state(world: World, backend: Any, pod: Object, port: Any, *, reached: bool) -> str | None:
    address = str((pod.get("status") or {}).get("podIP") or "")
    if not address:
        return None
    before = next((str(e["state"]) for e in backend["endpoints"] if e["address"] == address), "UNHEALTHY")
    if step(world.graph.clock, pod) != "fine" or not reached or _is_barred(world, pod):
        return "UNHEALTHY" if before != "HEALTHY" or step(world.graph.clock, pod) != "fine" else before
    if before == "HEALTHY":
        return before
    return "HEALTHY" if _answers(world, backend, pod, port) else "UNHEALTHY"


def _is_barred(world: World, pod: Object) -> bool:
    found = probe_policies_of(world.graph, pod)
    return not isinstance(found, Unknown) and any(record["enforced"] is not False for record in found)


def _check_comes_in(world: World, backend: Any) -> bool:
    found = probe_access_of(world.graph, backend["backendService"])
    return isinstance(found, Unknown) or all(record["allowed"] is not False for record in found)


def _answers(world: World, backend: Any, pod: Object, port: Any) -> bool:
    """Whether a ready Pod answers the check: it asks what the readiness probe asks, or was answered by others before.

    Of Pods without a probe nothing is known. Those that were started by the change are taken to answer, and so is a
    check that the change wrote, or that was kept out before.
    """
    if _was_kept_out(world, backend, pod):
        return True
    suggested, check = backend["suggested"], backend["check"]
    if suggested is None:
        if isinstance(check, Mapping) and ref_of(check) in world.used.get("health-check-written", ()):
            return True
        was = world.recorded(pod)
        return was is None or step(world.graph.clock, was) != "fine"
    asked = (backend["checkPort"] or port, str(backend["type"] or ""))
    kind = str(suggested["type"])
    if asked[0] != suggested["port"]:
        return False
    if asked[1] == "TCP":
        return True
    return asked[1] == kind and (not kind.startswith("HTTP") or backend["path"] == suggested["path"])


def _was_kept_out(world: World, backend: Any, pod: Object) -> bool:
    """Whether a firewall or a network policy kept the check from the Pod before the change."""
    before, earlier = world.before, world.recorded(pod)
    if before is None or earlier is None:
        return False
    service = before.find("BackendService", None, str(backend["name"]))
    access = probe_access_of(before, service) if isinstance(service, Mapping) else []
    barred = probe_policies_of(before, earlier)
    was_barred = not isinstance(barred, Unknown) and any(record["enforced"] is not False for record in barred)
    return was_barred or (not isinstance(access, Unknown) and any(record["allowed"] is False for record in access))


def _annotate(world: World, ref: Ref, states: dict[str, str]) -> None:
    """The Ingress controller notes the health of backends on the Ingress."""
    item = world.graph.find(ref.kind, ref.namespace, ref.name)
    if not isinstance(item, Mapping):
        return
    notes = annotations_of(item)
    key = "ingress.kubernetes.io/backends"
    known = json_map(notes.get(key))
    if known is None or not states.keys() & known.keys():
        return
    pairs = {**known, **{name: state for name, state in states.items() if name in known}}
    text = "{" + ",".join(f'"{name}":"{state}"' for name, state in pairs.items()) + "}"
    world.put({**item, "metadata": {**item["metadata"], "annotations": {**notes, key: text}}})
