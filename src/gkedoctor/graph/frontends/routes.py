"""HTTPRoutes: which listeners of a Gateway they attach to, for which hosts, and what they lead to.

Source: ParentReference, Listener, AllowedRoutes and HTTPRouteSpec in https://gateway-api.sigs.k8s.io/reference/spec. A
route is attached where both sides agree: its reference names the Gateway (group, kind, namespace, name) and perhaps one
listener by sectionName or port; the listener allows the route's kind and namespace, and their hostnames intersect.
Whether a backend in another namespace may be used, a ReferenceGrant there decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Graph, once_per_object
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.graph.frontends.frontend import BackendRef, Route
from gkedoctor.graph.frontends.hostnames import hostnames_intersect, route_host_matches
from gkedoctor.graph.objects.namespaces import namespace_labels
from gkedoctor.graph.objects.reference_grants import may_refer
from gkedoctor.snapshot.model import Object

GROUP = "gateway.networking.k8s.io"
_HTTP = ("HTTP", "HTTPS")


class Attachment(NamedTuple):
    """A route with the listeners of one Gateway that take it. `hosts`: what it serves there; empty for any host."""

    route: Object
    listeners: tuple[Object, ...]
    hosts: tuple[str, ...]


@once_per_object
def routes_of(graph: Graph, gateway: Object) -> list[Attachment]:
    """The HTTPRoutes that are attached to a Gateway."""
    found = []
    for route in graph.everywhere("HTTPRoute"):
        taken = [x for x in listeners_of(gateway) if takes(graph, gateway, x, route)]
        if taken:
            found.append(Attachment(route, tuple(taken), tuple(dict.fromkeys(_hosts(taken, route)))))
    return found


def listeners_of(gateway: Object) -> list[Object]:
    """The listeners of a Gateway."""
    return (gateway.get("spec") or {}).get("listeners") or []


def takes(graph: Graph, gateway: Object, listener: Object, route: Object) -> bool:
    """Whether a listener takes a route. Labels of a namespace that are not known refuse nobody."""
    return all(check(graph, gateway, listener, route) for check, _ in _CHECKS)


def refused_routes(graph: Graph, gateway: Object) -> list[tuple[Object, str]]:
    """The HTTPRoutes that name a Gateway of which no listener takes them, and why not."""
    attached = {id(found.route) for found in routes_of(graph, gateway)}
    naming = (r for r in graph.everywhere("HTTPRoute") if any(_names(ref, r, gateway) for ref in parent_refs(r)))
    return [(route, _refusal(graph, gateway, route)) for route in naming if id(route) not in attached]


def _refusal(graph: Graph, gateway: Object, route: Object) -> str:
    """What the listener that came closest to taking a route refuses."""
    passed = max((_passed(graph, gateway, x, route) for x in listeners_of(gateway)), default=0)
    return _CHECKS[min(passed, len(_CHECKS) - 1)][1]


def _passed(graph: Graph, gateway: Object, listener: Object, route: Object) -> int:
    answers = (check(graph, gateway, listener, route) for check, _ in _CHECKS)
    return next((number for number, answer in enumerate(answers) if not answer), len(_CHECKS))


def parent_refs(route: Object) -> list[Object]:
    """The parents of a route that are Gateways."""
    refs = (route.get("spec") or {}).get("parentRefs") or []
    return [r for r in refs if (r.get("kind") or "Gateway") == "Gateway" and (r.get("group") or GROUP) == GROUP]


def _names(ref: Object, route: Object, gateway: Object) -> bool:
    place = (ref.get("namespace") or namespace_of(route), ref.get("name"))
    return place == (namespace_of(gateway), name_of(gateway))


def _is_named(_graph: Graph, gateway: Object, listener: Object, route: Object) -> bool:
    return any(_names(ref, route, gateway) and _picks(ref, listener) for ref in parent_refs(route))


def _picks(ref: Object, listener: Object) -> bool:
    section, port = ref.get("sectionName"), ref.get("port")
    return section in (None, "", listener.get("name")) and port in (None, listener.get("port"))


def _allows_kind(_graph: Graph, _gateway: Object, listener: Object, route: Object) -> bool:
    kinds = (listener.get("allowedRoutes") or {}).get("kinds") or []
    named = not kinds or any((k.get("group") or GROUP, k.get("kind")) == (GROUP, route.get("kind")) for k in kinds)
    return named and listener.get("protocol") in _HTTP


def _allows_namespace(graph: Graph, gateway: Object, listener: Object, route: Object) -> bool:
    allowed = (listener.get("allowedRoutes") or {}).get("namespaces") or {}
    match allowed.get("from") or "Same":
        case "All":
            return True
        case "Selector":
            labels = namespace_labels(graph)(namespace_of(route))
            return labels is None or matches(allowed.get("selector"), labels)
        case "Same":
            return namespace_of(route) == namespace_of(gateway)
    return False


def _shares_hosts(_graph: Graph, _gateway: Object, listener: Object, route: Object) -> bool:
    host, named = listener.get("hostname"), hostnames_of(route)
    return not host or not named or any(hostnames_intersect(str(host), name) for name in named)


_CHECKS: tuple[tuple[Callable[[Graph, Object, Object, Object], bool], str], ...] = (
    (_is_named, "names no listener of the Gateway"),
    (_allows_kind, "no listener that it names takes HTTPRoutes"),
    (_allows_namespace, "no listener takes routes of its namespace"),
    (_shares_hosts, "no listener serves one of its hostnames"),
)
"""What a listener asks of a route, and what to say where the answer is no."""


def hostnames_of(route: Object) -> list[str]:
    """The hostnames of a route, in lower case."""
    return [str(host).lower() for host in (route.get("spec") or {}).get("hostnames") or []]


def _hosts(listeners: list[Object], route: Object) -> Iterator[str]:
    """The hosts that a route serves at some listeners: of each pair that intersects the narrower. Empty for any."""
    named = hostnames_of(route)
    own = [str(listener.get("hostname") or "").lower() for listener in listeners]
    if not named:
        yield from [] if "" in own else own
        return
    for name in named:
        for host in own:
            if not host or route_host_matches(host, name) or name == host or _is_within(name, host):
                yield name
            elif hostnames_intersect(host, name):
                yield host


def _is_within(inner: str, outer: str) -> bool:
    return inner.startswith("*.") and outer.startswith("*.") and inner.endswith(outer[1:])


def routes_behind_gateway(graph: Graph, gateway: Object) -> list[Route]:
    """What the attached routes lead to: one entry for each rule, match and backend."""
    return [entry for attached in routes_of(graph, gateway) for entry in _entries(graph, attached)]


def _entries(graph: Graph, attached: Attachment) -> Iterator[Route]:
    for rule in (attached.route.get("spec") or {}).get("rules") or []:
        refs = [r for r in rule.get("backendRefs") or [] if r.get("name") and is_service(r)]
        for ref in refs or [None]:
            for match in rule.get("matches") or [{}]:
                yield _entry(attached, rule, match, backend_ref(graph, attached.route, ref) if ref else None)


def _entry(attached: Attachment, rule: Object, match: Object, backend: BackendRef | None) -> Route:
    path = match.get("path") or {}
    return Route(
        item=attached.route,
        at=rule,
        hosts=list(attached.hosts),
        path=path.get("value") or "/",
        pathType=path.get("type") or "PathPrefix",
        conditional=any(match.get(field) for field in ("method", "headers", "queryParams")),
        backend=backend,
    )


def is_service(ref: Object) -> bool:
    """Whether a backendRef names a Service."""
    return (ref.get("kind") or "Service") == "Service" and not ref.get("group")


def backend_ref(graph: Graph, route: Object, ref: Object) -> BackendRef:
    """The Service that an entry of `backendRefs` names."""
    namespace, name = str(ref.get("namespace") or namespace_of(route)), str(ref["name"])
    allowed = may_refer(graph, route, "Service", namespace, name)
    return BackendRef(namespace=namespace, name=name, port=ref.get("port"), allowed=allowed)
