"""What the controller of a Gateway reports against it, its routes and policies: conditions and Warning Events.

GKE writes the reason into `Programmed` (reason `Invalid`) and `networking.gke.io/GatewayHealthy`, and an Event of
reason `SYNC` for every attempt. Where a Gateway was programmed before, its conditions may stay True: then the Event
alone tells. One refused route stops its whole Gateway, and the text names it (`GWCER104: HTTPRoute "ns/r" …`).
GKE also writes on Gateways of other controllers, which says nothing about them
(https://github.com/nginx/nginx-gateway-fabric/issues/4645).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.backends.policies import POLICIES
from gkedoctor.graph.core.conditions import is_bad
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge, once_per_object
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.gateways.gateway_class import is_foreign
from gkedoctor.graph.gateways.route_attachment import ROUTES, parents_named
from gkedoctor.graph.objects.events import last_seen, recent
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

_REASONS = ("SYNC", "ADD", "UPDATE")
_SUCCESS = "was a success"
_EMPTY = ("Pending", "NotReconciled", "ListenersNotValid")
"""Reasons of conditions that only say that something else is not ready yet."""
_ORDER = ("Programmed", "networking.gke.io/GatewayHealthy", "Accepted", "ResolvedRefs", "Attached")


@edge("gateway_errors", "Gateway", reads=("Event", "GatewayClass", *ROUTES), cached=True, record="GatewayErrorRecord")
def errors_of_gateway(graph: Graph, gateway: Object) -> Facts:
    """What its controller reports against a Gateway, the most telling first: {text, reason, type, at, part, event, …}.

    `text` without the words in front of its code; `code`: GWCER104 or the like; `at`: the listener; `route`: the route
    that the text says is misconfigured.
    """
    found = [_error(graph, gateway, c, at) for at, c in _conditions(gateway) if is_bad("Gateway", c)]
    found = [error for error in found if not _is_of_another(graph, gateway, error)]
    return _with_events(graph, gateway, sorted(found, key=_rank))


@edge(
    "gateway_errors",
    *ROUTES,
    reads=("Gateway", "ListenerSet", "GatewayClass", "Event", *ROUTES),
    cached=True,
    record="GatewayErrorRecord",
)
def errors_of_route(graph: Graph, route: Object) -> Facts:
    """What is reported against a route, by itself or by a Gateway that it breaks. `foreign`: another one is meant."""
    kind = str(route["kind"])
    own = [_error(graph, route, c, at) for at, c in _conditions(route) if is_bad(kind, c)]
    own += [{**e, "foreign": False} for e in _told_by_gateways(graph, route)]
    return _with_events(graph, route, sorted(own, key=_rank))


@edge("gateway_errors", *POLICIES, reads=("Event",), cached=True, record="GatewayErrorRecord")
def errors_of_policy(graph: Graph, policy: Object) -> Facts:
    """What is reported against a policy of GKE, by its conditions and Events."""
    kind = str(policy["kind"])
    found = [_error(graph, policy, c, at) for at, c in _conditions(policy) if is_bad(kind, c)]
    return _with_events(graph, policy, sorted(found, key=_rank))


def _conditions(item: Object) -> Iterator[tuple[Any, Object]]:
    status = item.get("status") or {}
    yield from ((None, c) for c in status.get("conditions") or [])
    for listener in status.get("listeners") or []:
        yield from ((listener.get("name"), c) for c in listener.get("conditions") or [])
    for ancestor in status.get("ancestors") or []:
        yield from (((ancestor.get("ancestorRef") or {}).get("name"), c) for c in ancestor.get("conditions") or [])
    for parent in status.get("parents") or []:
        yield from (((parent.get("parentRef") or {}).get("name"), c) for c in parent.get("conditions") or [])


def _error(graph: Graph, item: Object, condition: Object, at: Any) -> Record:
    record = _told(graph, str(condition.get("message") or ""))
    kind, type_ = str(item.get("kind")), condition.get("type")
    named = record["route"] or record["routeName"]
    return record | {
        "reason": condition.get("reason"),
        "type": type_,
        "at": at,
        "part": condition,
        "event": None,
        # that a route is not reconciled says something about the route only where the text names it
        "foreign": kind in ROUTES and (record["route"] is not item if named else type_ == "Reconciled"),
    }


def _told(graph: Graph, text: str) -> Record:
    """What a message says: its text without what every message begins with, its code, and the route that it names."""
    wrapped = message("gateway/wrapped").search(text)
    plain = (text[wrapped.end() :] if wrapped is not None else text).strip()
    named = message("gateway/route-misconfigured").search(text)
    code = message("gateway/code").search(text)
    route = None
    if named is not None:
        namespace, _, name = named["route"].partition("/")
        found = graph.find(named["kind"], namespace, name)
        route = found if isinstance(found, dict) else None
    return {
        "text": (plain[:-1] if plain.endswith("..") else plain) or None,
        "code": code["code"] if code else None,
        "route": route,
        "routeName": named["route"] if named else None,
    }


def _rank(error: Record) -> tuple[Any, ...]:
    empty = not error["text"] or error["reason"] in _EMPTY
    place = _ORDER.index(error["type"]) if error["type"] in _ORDER else len(_ORDER)
    return (empty, error.get("foreign", False), error["event"] is not None, place)


def _is_of_another(graph: Graph, gateway: Object, error: Record) -> bool:
    """Whether GKE's controller wrote a condition on a Gateway that another controller serves."""
    if error["text"] and message("gateway/class-not-implemented").search(error["text"]):
        return True
    return str(error["type"]).startswith("networking.gke.io/") and is_foreign(graph, gateway)


def _with_events(graph: Graph, item: Object, found: list[Record]) -> Facts:
    events = graph.follow("all_events", item)
    if isinstance(events, Unknown):
        return found or events
    return [*found, *(_of_event(graph, item, e) for e in _current(graph, events))]


def _current(graph: Graph, events: Any) -> list[Object]:
    """The last Warning of the controller, if no success came after it."""
    mine = [e for e in events if e.get("reason") in _REASONS]
    failed = recent(graph, [e for e in mine if e.get("type") == "Warning"])
    well = [e for e in mine if e.get("type") == "Normal" and _SUCCESS in str(e.get("message"))]
    if failed and well and last_seen(well[-1]) > last_seen(failed[-1]):
        return []
    return failed[-1:]


def _of_event(graph: Graph, item: Object, event: Object) -> Record:
    record = _told(graph, str(event.get("message") or ""))
    named = record["route"] or record["routeName"]
    foreign = bool(named) and record["route"] is not item and str(item.get("kind")) in ROUTES
    told = {"reason": event.get("reason"), "type": None, "at": None, "part": event, "event": event}
    return record | told | {"foreign": foreign}


@once_per_object
def _told_by_gateways(graph: Graph, route: Object) -> list[Record]:
    """What the Gateways that a route names report against it."""
    found = []
    for gateway in parents_named(graph, route):
        errors = errors_of_gateway(graph, gateway)
        found += [] if isinstance(errors, Unknown) else [e for e in errors if e["route"] is route]
    return found
