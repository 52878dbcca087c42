"""Health of the backends of an Ingress as its controller notes it on the Ingress, for who may not ask Google Cloud.

`ingress.kubernetes.io/backends` has the state of each backend service by its name; the Service is found by its NEG
(`cloud.google.com/neg-status`) or by the node port in the name. Up to ten minutes old.
Source: kubernetes/ingress-gce pkg/backends (GatherBackendStates), pkg/neg/types.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.cloud.names import parsed
from gkedoctor.graph.core.accessors import annotations_of, json_map
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.load_balancing import services_behind
from gkedoctor.snapshot.model import Object

_STATES = "ingress.kubernetes.io/backends"
_GROUPS = "cloud.google.com/neg-status"


@edge(
    "annotated_backends",
    "Ingress",
    reads=("Service", "IngressClass", "BackendServiceHealth", "Pod"),
    record="AnnotatedBackendRecord",
)
def annotated_backends_of(graph: Graph, ingress: Object) -> Facts:
    """Backends of the Ingress whose health only its annotation shows: {name, state, service, port, pods, asked}.

    `asked`: what Google Cloud answered of its health, unknown where nobody may ask it.
    """
    states = json_map(annotations_of(ingress).get(_STATES)) or {}
    services = list(_services(graph, ingress)) if states else []
    found = (_record(graph, name, state, services) for name, state in states.items())
    return [record for record in found if record is not None]


def _record(graph: Graph, name: str, state: Any, services: list[Object]) -> Record | None:
    asked = graph.find("BackendServiceHealth", None, name)
    plain = f"k8s-be-{own.part}" if (own := parsed(name)) is not None and own.scheme == "port-backend" else name
    service, port = next(((s, p) for s in services for n, p in _names(s) if n == plain), (None, None))
    if service is None or isinstance(asked, dict):
        return None
    doubt = asked if asked is not None else Unknown("compute.backendServicesHealth", f"health of {name} was not read")
    pods = graph.follow("pods", service)
    return {"name": name, "state": str(state).upper(), "service": service, "port": port, "pods": pods, "asked": doubt}


def _services(graph: Graph, ingress: Object) -> Iterator[Object]:
    for namespace, name, _ in services_behind(graph, ingress):
        service = graph.find("Service", namespace, name)
        if isinstance(service, dict):
            yield service


def _names(service: Object) -> Iterator[tuple[str, Any]]:
    """The names that backend services of a Service may have, each with the port that it is for."""
    groups = (json_map(annotations_of(service).get(_GROUPS)) or {}).get("network_endpoint_groups")
    for port, name in groups.items() if isinstance(groups, dict) else ():
        yield str(name), int(port) if str(port).isdigit() else port
    for port in (service.get("spec") or {}).get("ports") or []:
        if port.get("nodePort"):
            yield f"k8s-be-{port['nodePort']}", port.get("port")
