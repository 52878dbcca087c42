"""An Ingress as a front end. Sources: kubernetes/ingress-gce (pkg/annotations: `allow-http`, pkg/translator)."""

from __future__ import annotations

from gkedoctor.graph.core.accessors import annotations_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.certificates import MANAGED, PRE_SHARED
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, port_range, rules_of_ingress
from gkedoctor.graph.frontends.frontend import BackendRef, CertificateRef, Frontend, Listener, Route, frontend
from gkedoctor.graph.frontends.ingress import backends_of, class_of
from gkedoctor.snapshot.model import Object

_ALLOW_HTTP = "kubernetes.io/ingress.allow-http"


def ingress_routes(graph: Graph, ingress: Object) -> list[Route]:
    """One route for each path of its rules, and one for its default backend."""
    backends = backends_of(graph, ingress)
    return [
        Route(
            item=ingress,
            at=record["entry"],
            hosts=[record["host"].lower()] if record["host"] else [],
            path=record["path"],
            pathType=record["pathType"],
            conditional=False,
            backend=_backend(ingress, record) if record["name"] else None,
        )
        for record in ([] if isinstance(backends, Unknown) else backends)
    ]


def _backend(ingress: Object, record: Object) -> BackendRef:
    return BackendRef(namespace=namespace_of(ingress), name=str(record["name"]), port=record["wanted"], allowed=True)


@frontend("Ingress", order=1, routes=ingress_routes)
def ingress_frontend(graph: Graph, ingress: Object) -> Frontend:
    """An Ingress: of GKE's controller, which makes a URL map of it, or of another one."""
    spec = ingress.get("spec") or {}
    named = [r.get("host") for r in spec.get("rules") or []]
    named += [host for entry in spec.get("tls") or [] for host in entry.get("hosts") or []]
    gke, routes = is_of_gke(graph, ingress), ingress_routes(graph, ingress)
    return Frontend(
        item=ingress,
        hostRule=host_rule(graph, ingress),
        listeners=_listeners(graph, ingress) if gke else None,
        addresses=addresses_of(ingress),
        hosts=list(dict.fromkeys(str(h).lower() for h in named if h)),
        anyHost=any(not route["hosts"] for route in routes),
        routes=routes,
    )


def is_of_gke(graph: Graph, ingress: Object) -> bool:
    """Whether GKE's own controller serves the Ingress, by its class."""
    found = class_of(graph, ingress)
    return not isinstance(found, Unknown) and bool(found and found[0]["gke"])


def host_rule(graph: Graph, ingress: Object) -> str:
    """How the hosts of its rules are read: by the URL map that GKE makes of them, or as the Ingress API says."""
    return "urlMap" if is_of_gke(graph, ingress) else "ingress"


def _listeners(graph: Graph, ingress: Object) -> list[Listener]:
    """By the forwarding rules where they were seen, else by what the Ingress asks for."""
    rules = rules_of_ingress(graph, ingress)
    seen = [port_range(rule) for rule in ([] if isinstance(rules, Unknown) else rules)]
    certificates = _certificates(ingress)
    if seen and all(port in ("80", "443") for port in seen):
        return [_listener(int(port), certificates) for port in dict.fromkeys(seen)]
    plain = annotations_of(ingress).get(_ALLOW_HTTP) != "false"
    secure = bool(certificates or (ingress.get("spec") or {}).get("tls"))
    return [_listener(port, certificates) for port, on in ((80, plain), (443, secure)) if on]


def _listener(port: int, certificates: list[CertificateRef]) -> Listener:
    tls = port == 443
    return Listener(
        name=None, port=port, protocol="HTTPS" if tls else "HTTP", tls=tls, hosts=[],
        certificates=certificates if tls else [],
    )  # fmt: skip


def _certificates(ingress: Object) -> list[CertificateRef]:
    namespace, annotations = namespace_of(ingress), ingress["metadata"].get("annotations") or {}
    secrets = [str(t["secretName"]) for t in (ingress.get("spec") or {}).get("tls") or [] if t.get("secretName")]
    named = [("Secret", namespace, name) for name in secrets]
    for kind, place, annotation in (("SslCertificate", "", PRE_SHARED), ("ManagedCertificate", namespace, MANAGED)):
        named += [
            (kind, place, name.strip()) for name in str(annotations.get(annotation) or "").split(",") if name.strip()
        ]
    return [CertificateRef(kind=kind, namespace=place, name=name) for kind, place, name in named]


@edge("waiting_ingresses", "Cluster", reads=("Ingress",), record="KubernetesObject")
def waiting_ingresses_of(graph: Graph, _cluster: Object) -> Facts:
    """The Ingresses that wait for GKE's own controller: for an address, or for their clean-up."""
    doubt = graph.why_incomplete("Ingress")
    if doubt is not None:
        return doubt
    return [ingress for ingress in graph.all("Ingress") if _waits(graph, ingress)]


def _waits(graph: Graph, ingress: Object) -> bool:
    served = ((ingress.get("status") or {}).get("loadBalancer") or {}).get("ingress")
    found = class_of(graph, ingress)
    if ingress["metadata"].get("deletionTimestamp"):
        return bool(ingress["metadata"].get("finalizers"))
    return not served and not isinstance(found, Unknown) and bool(found and found[0]["gke"])
