"""What somebody asks for with `gkedoctor path`: an object, a host or an address, and the ways that begin there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from gkedoctor.errors import UsageError
from gkedoctor.graph import Graph, Hop, State, nearest, path_of_object, ref_of
from gkedoctor.graph.core.cidr import is_ip_address
from gkedoctor.graph.frontends.forwarding_rules import addresses_of
from gkedoctor.graph.frontends.frontend import is_frontend
from gkedoctor.graph.request_path.hop import overall_state
from gkedoctor.graph.request_path.lookup import PATHS, hosts, paths_to_address, paths_to_host
from gkedoctor.report.object_argument import ObjectArgument, parse_target, target_doubts
from gkedoctor.report.ref_schema import HopEntry, hop_entry
from gkedoctor.snapshot.model import Snapshot

_SOURCES = ("Ingress", "ForwardingRule")


@dataclass(frozen=True)
class RequestPathAnswer:
    """The ways that begin at what was asked for. `notes` say why none could be looked up."""

    asked: str
    hops: tuple[Hop, ...]
    notes: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Whether a request gets through."""
        return overall_state(self.hops) if self.hops else State.UNKNOWN


class PathReport(msgspec.Struct, frozen=True, kw_only=True):
    """The ways of a request, as other tools read them."""

    schema: Literal["gkedoctor/path/v1"]
    asked: str
    state: str
    path: tuple[HopEntry, ...]
    notes: tuple[str, ...]


def to_wire(found: RequestPathAnswer) -> PathReport:
    """The wire form of what was found."""
    return PathReport(
        schema="gkedoctor/path/v1",
        asked=found.asked,
        state=found.state,
        path=tuple(map(hop_entry, found.hops)),
        notes=found.notes,
    )


def way(asked: str, snapshot: Snapshot) -> RequestPathAnswer:
    """The ways of an object, a host, an address or a URL; UsageError where there is none."""
    graph = Graph(snapshot)
    host = host_of_url(asked)
    if host is not None:
        return way(host, snapshot)
    if "/" in asked:
        return _from_object(asked, parse_target(asked), graph)
    if is_ip_address(asked):
        return _from_name(asked, graph, paths_to_address(graph, asked), "has the address", _addresses(graph))
    return _from_name(asked, graph, paths_to_host(graph, asked), "serves the host", hosts(graph))


def ways_into(namespace: str, snapshot: Snapshot) -> RequestPathAnswer:
    """The ways of all front ends of a namespace; UsageError where it has none."""
    graph = Graph(snapshot)
    found = [item for kind in PATHS for item in graph.in_namespace(kind, namespace) if is_frontend(item)]
    doubts = [doubt for kind in PATHS if (doubt := graph.why_incomplete(kind, namespace)) is not None]
    notes = tuple(f"{doubt.collection}: {doubt.reason}" for doubt in doubts)
    if not found and not notes:
        raise UsageError(
            f"namespace {namespace} has no Ingress, no Gateway and no Service of type LoadBalancer",
            hint=f"name a Service of it: svc/NAME -n {namespace}",
        )
    return RequestPathAnswer(f"ns:{namespace}", tuple(path_of_object(graph, item) for item in found), notes)


def _from_object(asked: str, target: ObjectArgument, graph: Graph) -> RequestPathAnswer:
    if target.kind.name not in PATHS:
        return _through(asked, target, graph)
    items = [item for item in graph.all(target.kind.name) if target.is_at(ref_of(item))]
    notes = () if items else tuple(target_doubts(target, (), graph.snapshot))
    return RequestPathAnswer(asked, tuple(path_of_object(graph, item) for item in items), notes)


def _through(asked: str, target: ObjectArgument, graph: Graph) -> RequestPathAnswer:
    """The ways that pass an object: those of the front ends behind which it is, else of the Services before a Pod."""
    notes = tuple(target_doubts(target, (), graph.snapshot))
    ways = [path_of_object(graph, item) for item in _starts(graph)]
    passing = [top for top in ways if any(target.is_at(hop.ref) for hop in top.all())]
    passing = passing or [path_of_object(graph, item) for item in _before(target, graph)]
    if passing or notes:
        return RequestPathAnswer(asked, tuple(passing), notes)
    raise UsageError(
        f"no request passes {target}",
        hint="name an Ingress, a Gateway, a route, a Service, a host, an address or a URL",
    )


def _starts(graph: Graph) -> Iterator[Any]:
    """The objects where a request enters the cluster."""
    yield from (item for kind in PATHS for item in graph.all(kind) if is_frontend(item))


def _before(target: ObjectArgument, graph: Graph) -> Iterator[Any]:
    """The front ends of a route, and the Services that select a Pod or the Pods of a workload."""
    for item in graph.all(target.kind.name):
        if target.is_at(ref_of(item)):
            yield from _gateways_of(item, graph) if "parentRefs" in (item.get("spec") or {}) else ()
            yield from _services_of(item, graph)


def _gateways_of(route: Any, graph: Graph) -> Iterator[Any]:
    own = (route.get("metadata") or {}).get("namespace")
    for parent in route["spec"]["parentRefs"] or ():
        found = graph.find("Gateway", parent.get("namespace") or own, str(parent.get("name")))
        if isinstance(found, dict):
            yield found


def _services_of(item: Any, graph: Graph) -> Iterator[Any]:
    template = (item.get("spec") or {}).get("template") or item
    labels = ((template.get("metadata") or {}).get("labels") or {}).items()
    own = (item.get("metadata") or {}).get("namespace")
    for service in graph.all("Service"):
        selector = (service.get("spec") or {}).get("selector") or {}
        if selector and (service.get("metadata") or {}).get("namespace") == own and selector.items() <= labels:
            yield service


def host_of_url(text: str) -> str | None:
    """The host of a URL as a browser shows it; None for anything else.

    >>> host_of_url("https://shop.example.com:8443/cart?x=1"), host_of_url("svc/cart")
    ('shop.example.com', None)
    """
    scheme, found, rest = text.partition("://")
    if not found or not scheme.isalpha():
        return None
    return urlsplit(f"//{rest}").hostname


def _from_name(asked: str, graph: Graph, hops: list[Hop], what: str, known: list[str]) -> RequestPathAnswer:
    if hops:
        return RequestPathAnswer(asked, tuple(hops))
    doubts = [graph.why_incomplete(kind) for kind in _SOURCES]
    notes = tuple(f"{d.collection}: {d.reason}" for d in doubts if d is not None)
    if notes:
        return RequestPathAnswer(asked, (), (f"no object that could be read {what} {asked}", *notes))
    near = nearest(asked, known)
    listed = ", ".join(known[:5])
    hint = f"did you mean `{near}`?" if near else f"there is: {listed}" if listed else None
    raise UsageError(f"no object {what} {asked}", hint=hint)


def _addresses(graph: Graph) -> list[str]:
    return sorted(set(_all_addresses(graph)))


def _all_addresses(graph: Graph) -> Iterator[Any]:
    for kind in PATHS:
        for item in graph.all(kind):
            yield from addresses_of(item)
    yield from (str(rule["IPAddress"]) for rule in graph.all("ForwardingRule") if rule.get("IPAddress"))
