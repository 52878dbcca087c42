"""What the routes of a Gateway lead to: one entry for each rule, match and backend.

Sources: HTTPRouteRule, GRPCRouteRule in https://gateway-api.sigs.k8s.io/reference/spec. Whether a backend in another
namespace may be used, a ReferenceGrant there decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.core.accessors import namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.frontends.frontend import BackendRef, Route
from gkedoctor.graph.gateways.route_attachment import Attachment, routes_of
from gkedoctor.graph.objects.reference_grants import may_refer
from gkedoctor.snapshot.model import Object


def routes_behind_gateway(graph: Graph, gateway: Object) -> list[Route]:
    """What the attached routes lead to: one entry for each rule, match and backend."""
    return [entry for attached in routes_of(graph, gateway) for entry in _entries(graph, attached)]


def _entries(graph: Graph, attached: Attachment) -> Iterator[Route]:
    for rule in (attached.route.get("spec") or {}).get("rules") or []:
        refs = [r for r in rule.get("backendRefs") or [] if r.get("name") and is_service(r) and r.get("weight") != 0]
        for ref in refs or [None]:
            for match in rule.get("matches") or [{}]:
                yield _entry(attached, rule, match, backend_ref(graph, attached.route, ref) if ref else None)


def _entry(attached: Attachment, rule: Object, match: Object, backend: BackendRef | None) -> Route:
    path, kind = _path(str(attached.route["kind"]), match)
    return Route(
        item=attached.route,
        at=rule,
        hosts=list(attached.hosts),
        path=path,
        pathType=kind,
        conditional=any(match.get(field) for field in ("headers", "queryParams"))
        or isinstance(match.get("method"), str),
        backend=backend,
    )


def _path(kind: str, match: Object) -> tuple[str | None, str | None]:
    """The path that a match takes, and how it is read. A method of gRPC is the path `/SERVICE/METHOD`."""
    if kind == "TLSRoute":
        return None, None
    if kind == "HTTPRoute":
        path = match.get("path") or {}
        return path.get("value") or "/", path.get("type") or "PathPrefix"
    method = match.get("method") or {}
    if method.get("type") == "RegularExpression":
        return f"/{method.get('service') or '.*'}/{method.get('method') or '.*'}", "RegularExpression"
    if not method.get("service"):
        return "/", "PathPrefix"
    if not method.get("method"):
        return f"/{method['service']}/", "PathPrefix"
    return f"/{method['service']}/{method['method']}", "Exact"


def is_service(ref: Object) -> bool:
    """Whether a backendRef names a Service."""
    return (ref.get("kind") or "Service") == "Service" and not ref.get("group")


def backend_ref(graph: Graph, route: Object, ref: Object) -> BackendRef:
    """The Service that an entry of `backendRefs` names."""
    namespace, name = str(ref.get("namespace") or namespace_of(route)), str(ref["name"])
    allowed = may_refer(graph, route, "Service", namespace, name)
    return BackendRef(namespace=namespace, name=name, port=ref.get("port"), allowed=allowed)
