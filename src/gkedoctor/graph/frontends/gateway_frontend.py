"""A Gateway as a front end, with the HTTPRoutes that are attached to it."""

from __future__ import annotations

from gkedoctor.graph.core.accessors import namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.frontends.forwarding_rules import addresses_of
from gkedoctor.graph.frontends.frontend import CertificateRef, Frontend, Listener, frontend
from gkedoctor.graph.frontends.routes import routes_behind_gateway
from gkedoctor.graph.gateways.route_attachment import owned_listeners, routes_of
from gkedoctor.snapshot.model import Object

_PRE_SHARED = "networking.gke.io/pre-shared-certs"


@frontend("Gateway", order=2, routes=routes_behind_gateway)
def gateway_frontend(graph: Graph, gateway: Object) -> Frontend:
    """A Gateway. Hosts are those of its listeners and of its routes."""
    attached = routes_of(graph, gateway)
    listeners = [_listener(owner, x) for owner, x in owned_listeners(graph, gateway) if x.get("port")]
    named = [host for listener in listeners for host in listener["hosts"]]
    named += [host for attachment in attached for host in attachment.hosts]
    return Frontend(
        item=gateway,
        hostRule="httpRoute",
        listeners=listeners,
        addresses=addresses_of(gateway),
        hosts=list(dict.fromkeys(named)),
        anyHost=not attached or any(not attachment.hosts for attachment in attached),
        routes=routes_behind_gateway(graph, gateway),
    )


def _listener(gateway: Object, listener: Object) -> Listener:
    protocol = str(listener.get("protocol") or "")
    return Listener(
        name=listener.get("name"),
        port=int(listener["port"]),
        protocol=protocol,
        tls=protocol in ("HTTPS", "TLS"),
        hosts=[str(listener["hostname"]).lower()] if listener.get("hostname") else [],
        certificates=_certificates(gateway, listener.get("tls") or {}),
    )


def _certificates(gateway: Object, tls: Object) -> list[CertificateRef]:
    own = namespace_of(gateway)
    secrets = [
        CertificateRef(kind="Secret", namespace=ref.get("namespace") or own, name=str(ref.get("name")))
        for ref in tls.get("certificateRefs") or []
        if (ref.get("kind") or "Secret") == "Secret"
    ]
    names = str((tls.get("options") or {}).get(_PRE_SHARED) or "").split(",")
    shared = [CertificateRef(kind="SslCertificate", namespace="", name=n.strip()) for n in names if n.strip()]
    return [*secrets, *shared]
