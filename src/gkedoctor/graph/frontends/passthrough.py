"""Which load balancer a Service of type LoadBalancer has, and which nodes should pass its health check.

Sources: kubernetes/ingress-gce pkg/l4/annotations, pkg/l4/healthchecks;
cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer.
"""

from __future__ import annotations

from gkedoctor.graph.core.accessors import annotations_of
from gkedoctor.snapshot.model import Object

TYPES = ("networking.gke.io/load-balancer-type", "cloud.google.com/load-balancer-type")
BACKEND_SERVICE_BASED = "cloud.google.com/l4-rbs"
INTERNAL_CLASS = "networking.gke.io/l4-regional-internal"
EXTERNAL_CLASS = "networking.gke.io/l4-regional-external"
STANDALONE_CLASS = "networking.gke.io/standalone-passthrough-lb-neg"
CLASSES = (INTERNAL_CLASS, EXTERNAL_CLASS, STANDALONE_CLASS)
"""The values of spec.loadBalancerClass that GKE serves (pkg/l4/annotations/service.go)."""

KUBE_PROXY_PORT = 10256
"""Where kube-proxy answers the health checks of Services with externalTrafficPolicy Cluster."""


def is_internal(service: Object) -> bool:
    """Whether the load balancer of a Service is an internal one."""
    named = (service.get("spec") or {}).get("loadBalancerClass")
    if named:
        return bool(named == INTERNAL_CLASS)
    notes = annotations_of(service)
    return next((str(notes[k]).lower() == "internal" for k in TYPES if notes.get(k)), False)
