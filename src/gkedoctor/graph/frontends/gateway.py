"""Managed certificates and the Ingresses that they are attached to."""

from __future__ import annotations

from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.reference import resolve_reference
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

MANAGED = "networking.gke.io/managed-certificates"


@edge("managed_certificates", "Ingress", reads=("ManagedCertificate",), record="ManagedCertificateRecord")
def managed_certificates(graph: Graph, ingress: Object) -> Facts:
    """The ManagedCertificates that the annotation names: records {name, found, target, nearest}."""
    text = annotations_of(ingress).get(MANAGED) or ""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return [resolve_reference(graph, "ManagedCertificate", namespace_of(ingress), name) for name in names]


@edge("ingresses", "ManagedCertificate", reads=("Ingress",), record="KubernetesObject")
def ingresses_of(graph: Graph, certificate: Object) -> Facts:
    """The Ingresses that the certificate is attached to."""
    listing = graph.listing("Ingress", namespace_of(certificate))
    if isinstance(listing, Unknown):
        return listing
    return [i for i in listing if name_of(certificate) in _attached(i)]


def _attached(ingress: Object) -> list[str]:
    text = annotations_of(ingress).get(MANAGED) or ""
    return [name.strip() for name in text.split(",")]
