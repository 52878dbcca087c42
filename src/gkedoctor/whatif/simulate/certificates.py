"""Certificates of an Ingress: what its proxies present, and when Google issues a managed one."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph import Unknown
from gkedoctor.graph.core.accessors import annotations_of
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_PRE_SHARED = "ingress.gcp.kubernetes.io/pre-shared-cert"
_MANAGED = "networking.gke.io/managed-certificates"


def _names(item: Object | None, key: str) -> list[str]:
    text = str(annotations_of(item).get(key) or "") if item is not None else ""
    return [name.strip() for name in text.split(",") if name.strip()]


@rule(
    "pre-shared-certificates",
    says="The Ingress controller gives the HTTPS proxy the certificates that the annotation pre-shared-cert names, "
    "after it was changed and if all of them exist.",
    source="https://github.com/kubernetes/ingress-gce/blob/master/pkg/loadbalancers/certificates.go",
    order=80,
)
def pre_shared(world: World) -> None:
    """Ingresses whose annotation was changed."""
    for ingress in world.graph.all("Ingress"):
        names = _names(ingress, _PRE_SHARED)
        if not names or not world.was_touched(ingress) or names == _names(world.recorded(ingress), _PRE_SHARED):
            continue
        found = world.graph.follow("certificates", ingress)
        links = [_link(world, name) for name in names]
        for record in [] if isinstance(found, Unknown) else found:
            if all(links) and record["proxy"].get("sslCertificates") != links:
                world.put({**record["proxy"], "sslCertificates": links}, kind="TargetHttpsProxy")


def _link(world: World, name: str) -> Any:
    certificate = world.graph.find("SslCertificate", None, name)
    return certificate.get("selfLink") if isinstance(certificate, dict) else None


@rule(
    "managed-certificate-issued",
    says="Google issues a ManagedCertificate after the change attached it to an Ingress with an address, where no "
    "domain was reported as failed. The domains are taken to point to that address.",
    source="https://cloud.google.com/kubernetes-engine/docs/how-to/managed-certs",
    order=80,
)
def managed(world: World) -> None:
    """ManagedCertificates that an Ingress references because of the change."""
    for ingress in world.graph.all("Ingress"):
        balancer = (ingress.get("status") or {}).get("loadBalancer") or {}
        if not world.was_touched(ingress) or not balancer.get("ingress"):
            continue
        for name in set(_names(ingress, _MANAGED)) - set(_names(world.recorded(ingress), _MANAGED)):
            found = world.graph.find("ManagedCertificate", ingress["metadata"].get("namespace"), name)
            if isinstance(found, dict) and _may_be_issued(found):
                _issue(world, found)


def _may_be_issued(certificate: Object) -> bool:
    states = ((certificate.get("status") or {}).get("domainStatus")) or []
    return all(state.get("status") in ("Provisioning", "Active") for state in states)


def _issue(world: World, certificate: Object) -> None:
    domains = (certificate.get("spec") or {}).get("domains") or []
    states = [{"domain": domain, "status": "Active"} for domain in domains]
    status = {**(certificate.get("status") or {}), "certificateStatus": "Active", "domainStatus": states}
    world.put({**certificate, "status": status})
