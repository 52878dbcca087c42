"""The health checks that GKE will make for the backends of an Ingress, as specs alone tell.

A BackendConfig says it, else the readinessProbe of a container, else it is a GET of / (ingress-gce,
pkg/controller/translator/translator.go, getHTTPProbe; pkg/healthchecks). A probe counts only where it asks by HTTP at
the very port that the Service sends to, where that port is declared, and where it needs no host or header of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gkedoctor.graph.backends.policies import policies_for
from gkedoctor.graph.backends.service_annotations import protocol_of
from gkedoctor.graph.core.accessors import annotations_of, name_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.ingress import CLASS, class_of
from gkedoctor.graph.frontends.load_balancing import services_behind
from gkedoctor.graph.gateways.gateway_class import class_record
from gkedoctor.graph.gateways.route_attachment import ROUTES
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.services.ports import target_port
from gkedoctor.graph.workloads.readiness_probes import port_number
from gkedoctor.snapshot.model import Object

_GOOGLE = (
    "cloud.google.com/",
    "networking.gke.io/",
    "ingress.gcp.kubernetes.io/",
    "kubernetes.io/ingress.global-static",
)
_APP_PROTOCOLS = {"HTTPS": "HTTPS", "https": "HTTPS", "HTTP2": "HTTP2", "kubernetes.io/h2c": "H2C"}
"""What a Gateway speaks to a port by its appProtocol; all others mean HTTP (docs/how-to/secure-gateway)."""
_OTHERS = ("nginx", "traefik", "haproxy", "alb.", "appgw", "kong", "contour", "openshift", "istio", "ambassador")
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")


@edge(
    "planned_checks", "Ingress", reads=("Service", "Pod", "BackendConfig", "IngressClass"), record="PlannedCheckRecord"
)
def planned_checks_of(graph: Graph, ingress: Object) -> Facts:
    """The health check of each backend as it will be made: one record a Service and port (see `_check`).

    None for an Ingress that nothing says is for GKE: a class, an annotation, a cluster that is known.
    """
    found, ports = class_of(graph, ingress), list(_service_ports(graph, ingress))
    if isinstance(found, Unknown):
        return found
    if not found[0]["gke"] or not _is_of_google(graph, ingress, [service for service, _ in ports]):
        return []
    return [_check(graph, service, port) for service, port in ports if port is not None]


@edge(
    "planned_checks",
    "Gateway",
    reads=(
        "Service",
        "Pod",
        "HealthCheckPolicy",
        "GatewayClass",
        "ListenerSet",
        "Namespace",
        "ReferenceGrant",
        *ROUTES,
    ),
    record="PlannedCheckRecord",
)
def planned_checks_of_gateway(graph: Graph, gateway: Object) -> Facts:
    """The health check of each backend of a Gateway of GKE: as a HealthCheckPolicy says, else GET /."""
    if not class_record(graph, gateway).get("gke"):
        return []
    return [_policy_check(graph, s, port) for s, port in _service_ports(graph, gateway) if port is not None]


def _policy_check(graph: Graph, service: Object, port: Object) -> Record:
    """As `_check`, for a Gateway: no probe and no BackendConfig counts, and appProtocol says what is spoken."""
    target, pods = target_port(port), graph.follow("pods", service)
    policies = policies_for(graph, "HealthCheckPolicy", service)
    protocol = _APP_PROTOCOLS.get(str(port.get("appProtocol")), "HTTP")
    record = {"service": service, "port": port, "target": target, "protocol": protocol, "pods": pods, "unused": None}
    if isinstance(pods, Unknown) or isinstance(policies, Unknown):
        unknown = pods if isinstance(pods, Unknown) else policies
        fields = ("config", "origin", "path", "type", "checkPort", "item", "probe", "scheme")
        return record | dict.fromkeys(fields, unknown)
    policy = policies[0] if policies else None
    config = (((policy or {}).get("spec") or {}).get("default") or {}).get("config") or {}
    said: Record = next((config[block] for block in config if block.endswith("HealthCheck")), {}) or {}
    asked = [c for pod in sorted(pods, key=_age) for c in (pod.get("spec") or {}).get("containers") or []]
    return record | {
        "config": policy,
        "said": said,
        "origin": "healthcheckpolicy" if config else "default",
        "path": _path(said.get("requestPath")),
        "type": config.get("type") or ("HTTP" if protocol == "H2C" else protocol),
        "checkPort": said.get("port"),
        "item": workload(graph, pods[0]) if pods else None,
        "probe": None,
        "known": sorted({path for c in asked for path in _paths_at(c, target)}),
        "scheme": next((s for c in asked if (s := _scheme_at(c, target))), None),
        "declared": sorted({n for c in asked for n in _served(c)}),
    }


def _service_ports(graph: Graph, frontend: Object) -> Iterator[tuple[Object, Object | None]]:
    """Each Service that a front end leads to, with its port that is meant; None where it has no such port."""
    for namespace, name, wanted in services_behind(graph, frontend):
        service = graph.find("Service", namespace, name)
        if isinstance(service, dict):
            ports = (service.get("spec") or {}).get("ports") or []
            yield service, next((p for p in ports if wanted in (p.get("name"), p.get("port"))), None)


def _is_of_google(graph: Graph, ingress: Object, services: Sequence[Object]) -> bool:
    notes = annotations_of(ingress)
    if notes.get(CLASS) or graph.snapshot.manifest.cluster:
        return True
    if any(word in note for note in notes for word in _OTHERS):
        return False
    told = [note for item in (ingress, *services) for note in item["metadata"].get("annotations") or {}]
    return any(note.startswith(_GOOGLE) for note in told)


def _check(graph: Graph, service: Object, port: Object) -> Record:
    """One health check: {service, port, target, config, origin, path, type, checkPort, item, probe, unused, …}.

    `origin`: backendconfig, readiness or default; `checkPort`: null for the serving port; `item`: the workload that
    will be asked; `probe`: the readinessProbe that counts; `unused`: {probe, why} of one that does not; `known`: the
    paths that probes ask for at the same port; `declared`: the ports that are known to be served.
    """
    target, protocol = target_port(port), protocol_of(service, port)
    pods, config = graph.follow("pods", service), _config(graph, service, port)
    record = {"service": service, "port": port, "target": target, "protocol": protocol, "config": config, "pods": pods}
    if isinstance(pods, Unknown) or isinstance(config, Unknown):
        unknown = pods if isinstance(pods, Unknown) else config
        return record | dict.fromkeys(("origin", "path", "type", "checkPort", "item", "probe", "scheme"), unknown)
    asked = [(pod, c) for pod in sorted(pods, key=_age) for c in (pod.get("spec") or {}).get("containers") or []]
    probe = next((c["readinessProbe"] for _, c in asked if _why_not(c, target, protocol) is None), None)
    said = ((config or {}).get("spec") or {}).get("healthCheck") or {}
    return record | {
        "said": said,
        "origin": "backendconfig" if said.get("requestPath") else "readiness" if probe else "default",
        "path": _path(said.get("requestPath") or (probe or {}).get("httpGet", {}).get("path")),
        "type": said.get("type") or protocol,
        "checkPort": said.get("port"),
        "item": workload(graph, pods[0]) if pods else None,
        "probe": probe,
        "unused": _unused(asked, target, protocol) if probe is None else None,
        "known": sorted({path for _, c in asked for path in _paths_at(c, target)}),
        "scheme": next((s for _, c in asked if (s := _scheme_at(c, target))), None),
        "declared": sorted({n for _, c in asked for n in _served(c)} | _node_ports(service)),
    }


def _age(pod: Object) -> tuple[str, str]:
    return str(pod["metadata"].get("creationTimestamp") or ""), name_of(pod)


def _config(graph: Graph, service: Object, port: Object) -> Object | Unknown | None:
    """The BackendConfig of a Service's port: one for it by name or number, else the default."""
    named = graph.follow("backend_configs", service)
    if isinstance(named, Unknown):
        return named
    by_key = {str(r["key"]): r["target"] for r in named if "key" in r}
    keys = (str(port.get("name") or ""), str(port.get("port")), "default")
    return next((by_key[key] for key in keys if key in by_key), None)


def _why_not(container: Object, target: Any, protocol: str) -> str | None:
    """Why the container's readinessProbe does not become the health check; None where it does."""
    action = (container.get("readinessProbe") or {}).get("httpGet")
    if not action:
        return "it is not an HTTP probe"
    if not any(target in (p.get("containerPort"), p.get("name")) for p in container.get("ports") or []):
        return f"the container does not declare port {target}"
    if _number(container, action.get("port")) != _number(container, target):
        return f"it uses port {action.get('port')}, but the Service sends to port {target}"
    if (action.get("scheme") or "HTTP") != _scheme(protocol):
        return f"it uses {action.get('scheme') or 'HTTP'}, but GKE uses {protocol}"
    headers = action.get("httpHeaders") or []
    if action.get("host") or any(h.get("name") != "Host" for h in headers) or len(headers) > 1:
        return "it sets a host or headers"
    return None


def _unused(asked: list[tuple[Object, Object]], target: Any, protocol: str) -> Record | None:
    """A readinessProbe that asks by HTTP and still does not count, and why."""
    for _, container in asked:
        if (container.get("readinessProbe") or {}).get("httpGet"):
            return {"probe": container["readinessProbe"], "why": _why_not(container, target, protocol)}
    return None


def _number(container: Object, port: Any) -> Any:
    found = port_number(container, port)
    return port if found is None else found


def _scheme(protocol: str) -> str:
    """The scheme of probes that fit what GKE speaks to the port (translator.go, getProbeScheme)."""
    return "HTTPS" if protocol in ("HTTPS", "HTTP2") else "HTTP"


def _path(path: Any) -> str:
    text = str(path or "/")
    return text if text.startswith("/") else f"/{text}"


def _actions_at(container: Object, target: Any) -> Iterator[Object]:
    """What the container's probes ask by HTTP at the port that the Service sends to."""
    for kind in _PROBES:
        action = (container.get(kind) or {}).get("httpGet")
        if action and _number(container, action.get("port")) == _number(container, target):
            yield action


def _paths_at(container: Object, target: Any) -> set[str]:
    return {_path(action.get("path")) for action in _actions_at(container, target)}


def _scheme_at(container: Object, target: Any) -> str | None:
    return next((str(action.get("scheme") or "HTTP") for action in _actions_at(container, target)), None)


def _served(container: Object) -> set[int]:
    ports = {p["containerPort"] for p in container.get("ports") or [] if p.get("containerPort")}
    asked = [(container.get(kind) or {}).get(how) or {} for kind in _PROBES for how in ("httpGet", "tcpSocket", "grpc")]
    return ports | {n for action in asked if (n := port_number(container, action.get("port"))) is not None}


def _node_ports(service: Object) -> set[int]:
    return {p["nodePort"] for p in (service.get("spec") or {}).get("ports") or [] if p.get("nodePort")}
