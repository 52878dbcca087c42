"""Certificates that live in Google Cloud: those that an Ingress names, and those that its proxies present.

A proxy cannot present a certificate that does not exist, so one that a proxy holds is there whatever the listing says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.cloud.links import last, path_of, place_of, resolve
from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.reference import nearest_name, resolve_reference
from gkedoctor.graph.core.times import age
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import rules_of_ingress
from gkedoctor.snapshot.model import Object

MANAGED = "networking.gke.io/managed-certificates"
PRE_SHARED = "ingress.gcp.kubernetes.io/pre-shared-cert"
_REGIONAL = ("gce-internal", "gce-regional-external")


@edge("pre_shared", "Ingress", reads=("SslCertificate", "TargetHttpsProxy", "ForwardingRule"), record="PreSharedRecord")
def pre_shared_of(graph: Graph, ingress: Object) -> Facts:
    """The certificates that the annotation names: {name, found, certificate, elsewhere, nearest}.

    `found` looks in the scope that the load balancer needs (a region for an internal one); `elsewhere` is one of that
    name in another scope.
    """
    regional = annotations_of(ingress).get("kubernetes.io/ingress.class") in _REGIONAL
    return [_named(graph, ingress, name, regional=regional) for name in annotated_names(ingress, PRE_SHARED)]


def annotated_names(ingress: Object, key: str) -> list[str]:
    """The names that an annotation lists, separated by commas."""
    return [name.strip() for name in str(annotations_of(ingress).get(key) or "").split(",") if name.strip()]


def _named(graph: Graph, ingress: Object, name: str, *, regional: bool) -> Record:
    same = [c for c in graph.all("SslCertificate") if name_of(c) == name]
    fits = [c for c in same if (place_of(c) != "global") == regional]
    held = fits or any(last(link) == name for _, link in _held(graph, ingress))
    doubt = graph.why_incomplete("SslCertificate")
    return {
        "name": name,
        "found": True if held else doubt if doubt is not None else False,
        "certificate": fits[0] if fits else None,
        "elsewhere": same[0] if same and not fits else None,
        "nearest": nearest_name(graph, "SslCertificate", None, name),
    }


@edge(
    "certificates",
    "Ingress",
    reads=("SslCertificate", "TargetHttpsProxy", "ForwardingRule", "ManagedCertificate"),
    record="CertificateRecord",
)
def certificates_of(graph: Graph, ingress: Object) -> Facts:
    """The certificates that the Ingress' proxies present: {certificate, proxy, name, ends, past, managed, object}.

    `object` is the ManagedCertificate that one was made for, `fromSecret` whether the controller copied it out of a
    Secret.
    """
    rules = rules_of_ingress(graph, ingress)
    if isinstance(rules, Unknown):
        return rules
    found = []
    for proxy, link in _held(graph, ingress):
        certificate = resolve(graph, link)
        if isinstance(certificate, Unknown):
            return certificate
        if certificate is not None:
            found.append(_record(graph, ingress, proxy, certificate))
    return found


def _held(graph: Graph, ingress: Object) -> Iterator[tuple[Object, Any]]:
    """(proxy, link) of each certificate that the proxies of the Ingress hold, as far as they can be seen."""
    rules, seen = rules_of_ingress(graph, ingress), set[str]()
    for rule in [] if isinstance(rules, Unknown) else rules:
        proxy = resolve(graph, rule.get("target")) if rule.get("target") else None
        if proxy is None or isinstance(proxy, Unknown):
            continue
        for link in proxy.get("sslCertificates") or []:
            if path_of(link) not in seen:
                seen.add(path_of(link))
                yield proxy, link


def _record(graph: Graph, ingress: Object, proxy: Object, certificate: Object) -> Record:
    name, ends = name_of(certificate), certificate.get("expireTime")
    over = age(graph.clock, ends)
    managed = certificate.get("managed") or {}
    made_for = [
        m
        for m in graph.in_namespace("ManagedCertificate", namespace_of(ingress))
        if (m.get("status") or {}).get("certificateName") == name
    ]
    return {
        "certificate": certificate,
        "proxy": proxy,
        "name": name,
        "ends": ends,
        "past": over is not None and over >= 0,
        "managed": managed,
        "status": managed.get("status"),
        "failing": {d: s for d, s in (managed.get("domainStatus") or {}).items() if str(s).startswith("FAILED")},
        "object": made_for[0] if made_for else None,
        "fromSecret": name.startswith(("k8s2-cr-", "k8s-ssl-")),
    }


@edge("managed_certificates", "Ingress", reads=("ManagedCertificate",), record="ManagedCertificateRecord")
def managed_certificates(graph: Graph, ingress: Object) -> Facts:
    """The ManagedCertificates that the annotation names: records {name, found, target, nearest}."""
    names = annotated_names(ingress, MANAGED)
    return [resolve_reference(graph, "ManagedCertificate", namespace_of(ingress), name) for name in names]


@edge("ingresses", "ManagedCertificate", reads=("Ingress",), record="KubernetesObject")
def ingresses_of(graph: Graph, certificate: Object) -> Facts:
    """The Ingresses that the certificate is attached to."""
    listing = graph.listing("Ingress", namespace_of(certificate))
    if isinstance(listing, Unknown):
        return listing
    return [i for i in listing if name_of(certificate) in annotated_names(i, MANAGED)]
