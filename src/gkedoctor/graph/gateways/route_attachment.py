"""Which listeners of a Gateway take a route, and why the others do not.

Source: ParentReference, Listener, AllowedRoutes and HTTPRouteSpec in https://gateway-api.sigs.k8s.io/reference/spec. A
route is attached where both sides agree: its reference names the Gateway or a ListenerSet of it (group, kind,
namespace, name) and perhaps one listener by sectionName or port; the listener allows the route's kind and namespace,
and their hostnames intersect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.conditions import condition, is_good
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge, once_per_object
from gkedoctor.graph.core.hostnames import hostnames_intersect, route_host_matches
from gkedoctor.graph.core.label_selectors import differing, matches
from gkedoctor.graph.core.reference import resolve_reference
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.namespaces import namespace_labels
from gkedoctor.snapshot.model import Object

GROUP = "gateway.networking.k8s.io"
ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute")
_PARENTS = ("Gateway", "ListenerSet")
_PROTOCOLS = {"HTTPRoute": ("HTTP", "HTTPS"), "GRPCRoute": ("HTTP", "HTTPS"), "TLSRoute": ("TLS",)}


class Attachment(NamedTuple):
    """A route with the listeners of one Gateway that take it. `hosts`: what it serves there; empty for any host."""

    route: Object
    listeners: tuple[Object, ...]
    hosts: tuple[str, ...]


@once_per_object
def routes_of(graph: Graph, gateway: Object) -> list[Attachment]:
    """The routes that are attached to a Gateway."""
    found = []
    for route in _naming_someone(graph):
        taken = [x for owner, x in owned_listeners(graph, gateway) if takes(graph, owner, x, route)]
        if taken:
            found.append(Attachment(route, tuple(taken), tuple(dict.fromkeys(_hosts(taken, route)))))
    return found


def _naming_someone(graph: Graph) -> Iterator[Object]:
    for kind in ROUTES:
        yield from graph.everywhere(kind)


def listeners_of(gateway: Object) -> list[Object]:
    """The listeners in the spec of a Gateway or a ListenerSet."""
    return (gateway.get("spec") or {}).get("listeners") or []


def owned_listeners(graph: Graph, gateway: Object) -> list[tuple[Object, Object]]:
    """Each listener of a Gateway with the object that holds it: the Gateway itself, or a ListenerSet for it."""
    owners = [gateway, *graph.index(_listener_sets).get((namespace_of(gateway), name_of(gateway)), [])]
    return [(owner, listener) for owner in owners for listener in listeners_of(owner)]


def _listener_sets(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    found: dict[tuple[str, str], list[Object]] = {}
    for item in graph.everywhere("ListenerSet"):
        ref = (item.get("spec") or {}).get("parentRef") or {}
        found.setdefault((str(ref.get("namespace") or namespace_of(item)), str(ref.get("name"))), []).append(item)
    return found


def takes(graph: Graph, owner: Object, listener: Object, route: Object) -> bool:
    """Whether a listener takes a route. Labels of a namespace that are not known refuse nobody."""
    return all(check(graph, owner, listener, route) for _, check, _ in _CHECKS)


def refused_routes(graph: Graph, gateway: Object) -> list[tuple[Object, str]]:
    """The routes that name a Gateway of which no listener takes them, and why not."""
    attached = {id(found.route) for found in routes_of(graph, gateway)}
    naming = (r for r in _naming_someone(graph) if any(_names(ref, r, gateway) for ref in parent_refs(r)))
    return [(route, _refusal(graph, gateway, route)) for route in naming if id(route) not in attached]


def _refusal(graph: Graph, gateway: Object, route: Object) -> str:
    """What the listener that came closest to taking a route refuses."""
    passed = max((_passed(graph, gateway, x, route) for x in listeners_of(gateway)), default=0)
    return _CHECKS[min(passed, len(_CHECKS) - 1)][2]


def _passed(graph: Graph, owner: Object, listener: Object, route: Object) -> int:
    answers = (check(graph, owner, listener, route) for _, check, _ in _CHECKS)
    return next((number for number, answer in enumerate(answers) if not answer), len(_CHECKS))


def parent_refs(route: Object) -> list[Object]:
    """The parents of a route that are Gateways or ListenerSets."""
    refs = (route.get("spec") or {}).get("parentRefs") or []
    return [r for r in refs if (r.get("kind") or "Gateway") in _PARENTS and (r.get("group") or GROUP) == GROUP]


def parents_named(graph: Graph, route: Object) -> list[Object]:
    """The Gateways in the snapshot that a route names, also through a ListenerSet."""
    found = []
    for ref in parent_refs(route):
        item = graph.find(str(ref.get("kind") or "Gateway"), _namespace(ref, route), str(ref.get("name")))
        if isinstance(item, dict) and item.get("kind") == "ListenerSet":
            above = (item.get("spec") or {}).get("parentRef") or {}
            item = graph.find("Gateway", str(above.get("namespace") or namespace_of(item)), str(above.get("name")))
        if isinstance(item, dict):
            found.append(item)
    return list({id(item): item for item in found}.values())


def _namespace(ref: Object, route: Object) -> str:
    return str(ref.get("namespace") or namespace_of(route))


def _names(ref: Object, route: Object, owner: Object) -> bool:
    place = (ref.get("kind") or "Gateway", _namespace(ref, route), ref.get("name"))
    return place == (str(owner.get("kind")), namespace_of(owner), name_of(owner))


def _is_named(_graph: Graph, owner: Object, listener: Object, route: Object) -> bool:
    return any(_names(ref, route, owner) and _picks(ref, listener) for ref in parent_refs(route))


def _picks(ref: Object, listener: Object) -> bool:
    section, port = ref.get("sectionName"), ref.get("port")
    return section in (None, "", listener.get("name")) and port in (None, listener.get("port"))


def _allows_kind(_graph: Graph, _owner: Object, listener: Object, route: Object) -> bool:
    kinds = (listener.get("allowedRoutes") or {}).get("kinds") or []
    named = not kinds or any((k.get("group") or GROUP, k.get("kind")) == (GROUP, route.get("kind")) for k in kinds)
    return named and listener.get("protocol") in _PROTOCOLS[str(route["kind"])]


def _allows_namespace(graph: Graph, owner: Object, listener: Object, route: Object) -> bool:
    allowed = (listener.get("allowedRoutes") or {}).get("namespaces") or {}
    match allowed.get("from") or "Same":
        case "All":
            return True
        case "Selector":
            labels = namespace_labels(graph)(namespace_of(route))
            return labels is None or matches(allowed.get("selector"), labels)
        case "Same":
            return namespace_of(route) == namespace_of(owner)
    return False


def _shares_hosts(_graph: Graph, _owner: Object, listener: Object, route: Object) -> bool:
    host, named = listener.get("hostname"), hostnames_of(route)
    return not host or not named or any(hostnames_intersect(str(host), name) for name in named)


_Check = Callable[[Graph, Object, Object, Object], bool]
_CHECKS: tuple[tuple[str, _Check, str], ...] = (
    ("listener", _is_named, "references no listener of the Gateway"),
    ("kind", _allows_kind, "no listener that it references allows routes of its kind"),
    ("namespace", _allows_namespace, "no listener allows routes of its namespace"),
    ("hostname", _shares_hosts, "no listener serves one of its hostnames"),
)
"""What a listener asks of a route: a word for it, the question, and what to say where the answer is no."""


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


@edge(
    "parents",
    *ROUTES,
    reads=("Gateway", "ListenerSet", "Namespace"),
    cached=True,
    record="ParentRecord",
)
def parents_of(graph: Graph, route: Object) -> Facts:
    """The Gateways that the route names: one record for each reference {name, namespace, found, target, fault, …}.

    `fault` says what the listener that came closest refuses: `listener` (sectionName or port), `kind`, `namespace`,
    `hostname`; null where one takes the route, or nobody knows. `accepted`: what its controller says.
    """
    refs = (route.get("spec") or {}).get("parentRefs") or []
    mine = [(number, ref) for number, ref in enumerate(refs) if ref in parent_refs(route) and ref.get("name")]
    return [_parent(graph, route, ref, number) for number, ref in mine]


def _parent(graph: Graph, route: Object, ref: Object, number: int) -> Record:
    kind, namespace = str(ref.get("kind") or "Gateway"), _namespace(ref, route)
    record = resolve_reference(graph, kind, namespace, str(ref["name"]))
    if record["found"] is False and namespace != namespace_of(route) and not graph.in_namespace(kind, namespace):
        record["found"] = Unknown("gateways", f"namespace {namespace} was not recorded")
    target = record["target"]
    accepted = _accepted(route, ref)
    closest = _closest(graph, target, route, ref) if isinstance(target, dict) else dict.fromkeys(_FACTS)
    facts = dict.fromkeys(_FACTS) if accepted else closest  # its controller knows better than a reader of its spec
    return {**record, "namespace": namespace, "at": ref, "number": number, "accepted": accepted, **facts}


def _accepted(route: Object, ref: Object) -> bool | None:
    """What the controller says of one reference: whether it is accepted; None where it says nothing."""
    for entry in (route.get("status") or {}).get("parents") or []:
        told = entry.get("parentRef") or {}
        same = all(told.get(field) == ref.get(field) for field in ("name", "sectionName", "port"))
        if same and _namespace(told, route) == _namespace(ref, route):
            state = condition({"status": entry}, "Accepted")
            return None if state is None else is_good(str(route["kind"]), state)
    return None


_FACTS = ("fault", "listener", "listenerNumber", "names", "nearestListener", "allows", "lacking", "hostname")


def _closest(graph: Graph, owner: Object, route: Object, ref: Object) -> Record:
    """The listener that came closest to taking a route by one of its references, and what it refuses."""
    alone = {**route, "spec": {**route["spec"], "parentRefs": [ref]}}
    listeners = listeners_of(owner)
    passed = [_passed(graph, owner, x, alone) for x in listeners]
    # of two that come equally close, the one that serves the route's hosts is meant
    meant = [_shares_hosts(graph, owner, x, alone) for x in listeners]
    best = max(range(len(listeners)), key=lambda n: (passed[n], meant[n]), default=None)
    facts: Record = dict.fromkeys(_FACTS)
    names = [str(x.get("name")) for x in listeners]
    facts |= {"names": names, "nearestListener": nearest(str(ref.get("sectionName") or ""), names)}
    if best is None or passed[best] == len(_CHECKS):
        return facts
    fault, listener = _CHECKS[passed[best]][0], listeners[best]
    allowed = (listener.get("allowedRoutes") or {}).get("namespaces") or {}
    return facts | {
        "fault": fault,
        "listener": None if fault == "listener" else listener,
        "listenerNumber": best,
        "allows": allowed.get("from") or "Same",
        "lacking": _lacking(graph, allowed, route),
        "hostname": listener.get("hostname"),
    }


def _lacking(graph: Graph, allowed: Any, route: Object) -> list[str]:
    """The labels `key=value` that the namespace of a route lacks for a listener to allow it."""
    wanted = (allowed.get("selector") or {}).get("matchLabels") or {}
    labels = namespace_labels(graph)(namespace_of(route))
    return [f"{key}={wanted[key]}" for key in differing(wanted, labels)] if labels is not None else []
