"""Services whose network endpoint groups stand alone: the load balancer before them is somebody's own.

`cloud.google.com/neg: {"exposed_ports": …}` makes GKE keep the groups; who made the backend service (Terraform, gcloud,
another controller) also made its health check and firewall rules.
Source: cloud.google.com/kubernetes-engine/docs/how-to/standalone-neg.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.backends.backend import Backend, backend_of
from gkedoctor.graph.backends.service_annotations import NEG
from gkedoctor.graph.cloud.descriptions import service_in_description
from gkedoctor.graph.cloud.links import users_of
from gkedoctor.graph.cloud.names import parsed
from gkedoctor.graph.core.accessors import annotations_of, json_map, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, candidate_index, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

_STATUS = "cloud.google.com/neg-status"


@candidate_index("standalone_groups", "Service")
def with_standalone_groups(graph: Graph) -> Iterator[Object]:
    """Services with standalone network endpoint groups."""
    return (s for s in graph.all("Service") if _exposed(s))


@edge(
    "standalone_backends",
    "Service",
    reads=("BackendService", "BackendServiceHealth", "HealthCheck", "NetworkEndpointGroup", "Pod"),
    record="LoadBalancingRecord",
)
def standalone_backends_of(graph: Graph, service: Object) -> Facts:
    """The backend services that use the standalone groups of a Service and that GKE did not make (see Backend)."""
    exposed = _exposed(service)
    if not exposed:
        return []
    for kind in ("NetworkEndpointGroup", "BackendService"):
        doubt = graph.why_incomplete(kind)
        if doubt is not None:
            return doubt
    found: dict[str, Backend] = {}
    for group, port in _groups(graph, service, exposed):
        users = users_of(graph, group, "BackendService")
        if isinstance(users, Unknown):
            return users
        for user in users:
            if service_in_description(user) is None and not _of_gke(user):
                found.setdefault(name_of(user), backend_of(graph, user, service, port))
    return list(found.values())


def _of_gke(backend_service: Object) -> bool:
    name = name_of(backend_service)
    return parsed(name) is not None or name.startswith(("gkegw1-", "gkemcg1-", "gkemcs-"))


def _exposed(service: Object) -> dict[str, Any]:
    value = (json_map(annotations_of(service).get(NEG)) or {}).get("exposed_ports")
    return value if isinstance(value, dict) else {}


def _groups(graph: Graph, service: Object, exposed: dict[str, Any]) -> Iterator[tuple[Object, int | None]]:
    """The groups by the names that the NEG controller noted, or by their descriptions."""
    noted = (json_map(annotations_of(service).get(_STATUS)) or {}).get("network_endpoint_groups")
    ports = {str(name): port for port, name in noted.items()} if isinstance(noted, dict) else {}
    place = f"{namespace_of(service)}/{name_of(service)}"
    for group in graph.all("NetworkEndpointGroup"):
        port = ports.get(name_of(group))
        if port in exposed or (not ports and service_in_description(group) == place):
            yield group, int(port) if port and port.isdigit() else None
