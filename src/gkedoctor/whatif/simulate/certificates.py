"""Certificates of an Ingress: what its proxies present, and when Google issues a managed one."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.frontends.certificates import MANAGED, PRE_SHARED, annotated_names
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World


def _earlier_names(world: World, ingress: Object, key: str) -> list[str]:
    earlier = world.recorded(ingress)
    return annotated_names(earlier, key) if earlier is not None else []


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
        names = annotated_names(ingress, PRE_SHARED)
        if not names or not world.was_touched(ingress) or names == _earlier_names(world, ingress, PRE_SHARED):
            continue
        links = [_link(world, name) for name in names]
        for record in world.follow("certificates", ingress):
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
        for name in sorted({*annotated_names(ingress, MANAGED)} - {*_earlier_names(world, ingress, MANAGED)}):
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
