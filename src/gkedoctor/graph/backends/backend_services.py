"""Backend services with their health, checks and groups, and which Service each is for.

Joins (ingress-gce, pkg/utils/description.go): a backend service says in its description which Service and port it is
for, a health check by whom it was configured.
"""

from __future__ import annotations

import re
from typing import Any

from gkedoctor.graph.cloud.descriptions import description_json, service_in_description
from gkedoctor.graph.cloud.links import last, linked, resolve, users_of
from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

_PORT = re.compile(r"Name:(?P<name>[^,}]{0,200}),\s{0,9}Number:(?P<number>\d{1,9})")
_ORIGINS = (
    ("readiness probe", "readiness"),
    ("backendconfig", "backendconfig"),
    ("transparenthc", "transparent"),
    ("default", "default"),
)
"""What a health check's description contains → who configured it (pkg/translator/healthchecks.go)."""


@edge("backend_services", "Service", reads=("BackendService",), record="CloudObject")
def backend_services_of(graph: Graph, service: Object) -> Facts:
    """The backend services that were made for the Service."""
    doubt = graph.why_incomplete("BackendService")
    if doubt is not None:
        return doubt
    return graph.index(_by_service).get(f"{namespace_of(service)}/{name_of(service)}", [])


def _by_service(graph: Graph) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for item in graph.all("BackendService"):
        service = service_in_description(item)
        if service:
            found.setdefault(service, []).append(item)
    return found


@edge("health_checks", "BackendService", reads=("HealthCheck",), record="CloudObject")
def health_checks_of(graph: Graph, backend_service: Object) -> Facts:
    """The health checks that the backend service uses."""
    return linked(graph, backend_service.get("healthChecks") or [])


@edge("groups", "BackendService", reads=("NetworkEndpointGroup", "InstanceGroup"), record="CloudObject")
def groups_of(graph: Graph, backend_service: Object) -> Facts:
    """The NEGs or instance groups behind the backend service."""
    return linked(graph, [b.get("group") for b in backend_service.get("backends") or [] if b.get("group")])


@edge("health", "BackendService", reads=("BackendServiceHealth",), record="EndpointHealthRecord")
def health_of(graph: Graph, backend_service: Object) -> Facts:
    """What `getHealth` answered, per endpoint: {state, address, port, instance, group}."""
    found = graph.find("BackendServiceHealth", None, name_of(backend_service))
    if isinstance(found, Unknown):
        return found
    if found is None:
        return Unknown("compute.backendServicesHealth", f"health of {name_of(backend_service)} was not read")
    return [
        _endpoint(status, group) for group in found.get("backends") or [] for status in group.get("healthStatus") or []
    ]


def _endpoint(status: Object, group: Object) -> Record:
    return {
        "state": status.get("healthState"),
        "address": status.get("ipAddress"),
        "port": status.get("port"),
        "instance": last(status.get("instance")),
        "group": last(group.get("group")),
        "status": status,
    }


def _for_port(backend_service: Object, port: Any, service: Object) -> bool:
    """Whether a backend service is that of the Service's port. Its description has name or number, as the Ingress."""
    told = str(description_json(backend_service).get("kubernetes.io/service-port") or "")
    found = _PORT.search(told)
    told_port = (found["name"] or found["number"]) if found else told
    return not told_port or told_port in _port_names(service, port)


def _port_names(service: Object, port: Any) -> set[str]:
    """The number and the name of a Service's port, as texts."""
    same = [p for p in (service.get("spec") or {}).get("ports") or [] if port in (p.get("port"), p.get("name"))]
    return {str(port)} | {str(v) for p in same for v in (p.get("port"), p.get("name")) if v}


def health_check_settings(check: Object) -> Record:
    """The part of a health check that says what it asks: `httpHealthCheck`, `tcpHealthCheck` …"""
    found: Record = check.get(f"{str(check.get('type') or '').lower()}HealthCheck") or {}
    return found


def origin_of(check: Object) -> str | None:
    """Who configured a health check, as its description tells; None for one that was not made by GKE."""
    text = (
        str(description_json(check).get("config") or check.get("description") or "")
        .lower()
        .replace("readinessprobe", "readiness probe")
    )
    return next((origin for part, origin in _ORIGINS if part in text), None)


def backend_services_for(graph: Graph, service: Object, port: Any) -> list[Object] | Unknown:
    """The backend services for one port of a Service: by their description, else by the NEG that was made for it."""
    doubt = graph.why_incomplete("BackendService")
    if doubt is not None:
        return doubt
    place = f"{namespace_of(service)}/{name_of(service)}"
    found = [b for b in graph.index(_by_service).get(place, []) if _for_port(b, port, service)]
    return found or users_of_negs_for(graph, service, port)


def users_of_negs_for(graph: Graph, service: Object, port: Any) -> list[Object] | Unknown:
    """The backend services that use a NEG of one port of a Service, whoever made them."""
    doubt = graph.why_incomplete("BackendService")
    if doubt is not None:
        return doubt
    negs = graph.index(_negs_by_service).get(f"{namespace_of(service)}/{name_of(service)}", [])
    mine = [neg for neg in negs if str(description_json(neg).get("port") or port) in _port_names(service, port)]
    behind = [users_of(graph, neg, "BackendService") for neg in mine or negs]
    found = [b for users in behind if not isinstance(users, Unknown) for b in users]
    return list({id(b): b for b in found}.values())


def _negs_by_service(graph: Graph) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for neg in graph.all("NetworkEndpointGroup"):
        service = service_in_description(neg)
        if service:
            found.setdefault(service, []).append(neg)
    return found


def target_pool_of(graph: Graph, rule: Object) -> Object | Unknown | None:
    """The target pool that a forwarding rule sends to."""
    return resolve(graph, rule.get("target"))
