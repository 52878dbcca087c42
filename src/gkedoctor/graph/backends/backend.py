"""A backend: a port of a Service with the backend service that Google Cloud has for it. One record for every front end.

Whoever leads to a Service (an Ingress, a Gateway through an HTTPRoute, a Service of type LoadBalancer), the health
checks, groups, endpoints and Pods behind it are found here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from gkedoctor.graph.backends.backend_services import (
    groups_of,
    health_check_settings,
    health_checks_of,
    health_of,
    origin_of,
)
from gkedoctor.graph.backends.policies import lost_policies_for, policies_for
from gkedoctor.graph.backends.suggested_check import SuggestedCheck, suggested_check
from gkedoctor.graph.cloud.links import place_of
from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.graph import Facts, Graph
from gkedoctor.graph.core.records import CloudObject, KubernetesObject
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object


class BackendCheck(TypedDict):
    """What a backend's health check asks. Each is Unknown if the check was not seen, None if there is none."""

    path: Any
    """Path that it asks for; None where it asks for none."""
    checkPort: Any
    """Port that it asks at; None for the serving port."""
    type: Any
    origin: Any
    """Who configured it: default, readiness, backendconfig, healthcheckpolicy, transparent."""
    settings: Any
    """`httpHealthCheck`, `tcpHealthCheck` … of it."""


class BackendHealth(TypedDict):
    """What `getHealth` answered of a backend."""

    endpoints: Facts
    """{state, address, port, instance, group, status} of each."""
    healthy: Any
    total: Any
    serving: Any
    """Ports of the endpoints."""


class BackendGroups(TypedDict):
    """What is attached to a backend service."""

    groups: Sequence[CloudObject] | Unknown
    """Network endpoint groups or instance groups."""
    size: Any
    """How many endpoints or instances they hold in all."""


class Backend(BackendCheck, BackendHealth, BackendGroups):
    """A backend across both planes: Kubernetes and Google Cloud. Unknown stands where a listing is not complete."""

    service: KubernetesObject | None
    """None for a backend service that no Service of this cluster is known for."""
    port: Any
    """The Service's port, by number or name; None for all of them."""
    backendService: CloudObject
    name: str
    location: str
    """`global`, `regions/R`."""
    annotated: str | None
    """Health as the Ingress controller noted it on the Ingress; up to ten minutes old."""
    check: CloudObject | Unknown | None
    """The health check; None where it has none."""
    unhealthyPods: Sequence[KubernetesObject] | Unknown
    """The Pods at endpoints that are not HEALTHY."""
    neg: bool
    """Whether it has network endpoint groups, and not instance groups."""
    pods: Sequence[KubernetesObject] | Unknown
    frontend: str | None
    """The kind of the front end that leads to it: Ingress, Gateway, Service; None where that is not known."""
    answer: str | None
    """The status that clients get while no endpoint is healthy: 502, 503; None where packets are passed through."""
    checksPods: bool
    """Whether the Pods answer the health check, and not the node (kube-proxy, for a Service of type LoadBalancer)."""
    checkPolicies: Sequence[KubernetesObject] | Unknown
    """For a Gateway, the HealthCheckPolicies that target the Service, the one in force first."""
    lostPolicies: Sequence[KubernetesObject]
    """For a Gateway, HealthCheckPolicies that were most likely meant for the Service and do not target it."""
    suggested: SuggestedCheck | None
    """The check that the readiness probes of the Pods suggest."""


_ENVOY = ("EXTERNAL_MANAGED", "INTERNAL_MANAGED")


def backend_of(
    graph: Graph,
    backend_service: Object,
    service: Object | None,
    port: Any = None,
    annotated: str | None = None,
    *,
    frontend: str | None = None,
) -> Backend:
    """The record of a backend service and the Service that it is for. `frontend`: the kind of what leads to it."""
    checks = health_checks_of(graph, backend_service)
    check = checks if isinstance(checks, Unknown) else next(iter(checks), None)
    pods: Facts = graph.follow("pods", service) if service is not None else []
    health = health_of(graph, backend_service)
    of_gateway = frontend == "Gateway"
    policies: Facts = policies_for(graph, "HealthCheckPolicy", service) if service and of_gateway else []
    facts = _health_facts(health)
    return {
        "service": service,
        "port": port,
        "backendService": backend_service,
        "name": name_of(backend_service),
        "location": place_of(backend_service),
        "annotated": annotated,
        "check": check,
        **_check_facts(check, policies),
        **facts,
        "unhealthyPods": _at_unhealthy(health, pods),
        "neg": any("networkEndpointGroups" in str(b.get("group")) for b in backend_service.get("backends") or []),
        "pods": pods,
        **_group_facts(graph, backend_service),
        "frontend": frontend,
        "answer": _answer(backend_service),
        "checksPods": frontend != "Service",
        "checkPolicies": policies,
        "lostPolicies": lost_policies_for(graph, service) if service and of_gateway else [],
        "suggested": suggested_check(graph, pods, facts["serving"]),
    }


def _answer(backend_service: Object) -> str | None:
    """Google Front Ends answer 502 where no backend is healthy, the load balancers on Envoy 503."""
    scheme = backend_service.get("loadBalancingScheme")
    if scheme in _ENVOY:
        return "503"
    proxied = str(backend_service.get("protocol") or "HTTP") in ("HTTP", "HTTPS", "HTTP2", "H2C")
    return "502" if scheme in (None, "EXTERNAL") and proxied else None


def _check_facts(check: Object | Unknown | None, policies: Facts) -> BackendCheck:
    if check is None or isinstance(check, Unknown):
        return {"path": check, "checkPort": check, "type": check, "origin": check, "settings": check}
    kind = str(check.get("type") or "")
    settings = health_check_settings(check)
    fixed = settings.get("portSpecification") in (None, "USE_FIXED_PORT")
    return {
        "path": (settings.get("requestPath") or "/") if kind.startswith("HTTP") else None,
        "checkPort": settings.get("port") if fixed else None,
        "type": kind,
        "origin": "healthcheckpolicy" if not isinstance(policies, Unknown) and policies else origin_of(check),
        "settings": settings,
    }


def _health_facts(health: Facts) -> BackendHealth:
    if isinstance(health, Unknown):
        return {"endpoints": health, "healthy": health, "total": health, "serving": health}
    return {
        "endpoints": health,
        "healthy": sum(e["state"] == "HEALTHY" for e in health),
        "total": len(health),
        "serving": sorted({e["port"] for e in health if e.get("port")}),
    }


def _group_facts(graph: Graph, backend_service: Object) -> BackendGroups:
    groups = groups_of(graph, backend_service)
    if isinstance(groups, Unknown):
        return {"groups": groups, "size": groups}
    return {"groups": groups, "size": sum(g.get("size") or 0 for g in groups)}


def _at_unhealthy(health: Facts, pods: Facts) -> Facts:
    if isinstance(health, Unknown) or isinstance(pods, Unknown):
        return health if isinstance(health, Unknown) else pods
    bad = {e["address"] for e in health if e["state"] not in ("HEALTHY", "DRAINING")}
    return [pod for pod in pods if (pod.get("status") or {}).get("podIP") in bad]
