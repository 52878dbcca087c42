"""What a load balancer's health check should ask of the Pods behind a Service: what their readiness probes ask.

A Pod that is Ready has answered its own probe, so the same port, path and protocol will answer the load balancer, if
the answer is 200. Sources: HealthCheckPolicy (GoogleCloudPlatform/gke-gateway-api, healthcheckpolicy_types.go) and
BackendConfig (kubernetes/ingress-gce, pkg/apis/backendconfig/v1/types.go).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from gkedoctor.graph.core.graph import Graph, Record
from gkedoctor.graph.core.records import Part
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object


class SuggestedCheck(TypedDict):
    """A health check that the Pods would pass, as their readiness probe shows."""

    type: str
    """HTTP, HTTPS, GRPC or TCP."""
    port: int
    """The container's port."""
    path: str | None
    """None where the check has no path."""
    block: str
    """The field of a HealthCheckPolicy that holds its settings: httpHealthCheck, grpcHealthCheck."""
    probe: Part


def suggested_check(graph: Graph, pods: Sequence[Object] | Unknown, serving: Any) -> SuggestedCheck | None:
    """The check that the readiness probes of some Pods suggest; None where none asks over the network.

    `serving`: the ports to which the load balancer sends; a probe there comes before one at another port.
    """
    if isinstance(pods, Unknown) or not pods:
        return None
    found = [r for pod in pods[:1] for r in _probes(graph, pod) if r["number"] and r["type"] != "exec"]
    ports = serving if isinstance(serving, list) else []
    best = next((r for r in found if r["number"] in ports), found[0] if found else None)
    return _check(best) if best is not None else None


def _probes(graph: Graph, pod: Object) -> list[Record]:
    found = graph.follow("readiness", pod)
    return [] if isinstance(found, Unknown) else list(found)


def _check(probe: Record) -> SuggestedCheck:
    kind = {"httpGet": str(probe["scheme"] or "HTTP").upper(), "grpc": "GRPC"}.get(probe["type"], "TCP")
    return SuggestedCheck(
        type=kind,
        port=probe["number"],
        path=probe["path"],
        block=f"{kind.lower()}HealthCheck",
        probe=probe["probe"],
    )
