"""Request paths that are not known to work: those with a hop that could not be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.ref import Ref, ref_of
from gkedoctor.graph.frontends.forwarding_rules import addresses_of
from gkedoctor.graph.frontends.frontend import frontend_kinds, is_frontend
from gkedoctor.graph.passthrough.standalone import with_standalone_groups
from gkedoctor.graph.request_path.hop import Hop, State, lacks_data
from gkedoctor.graph.request_path.lookup import path_of_object
from gkedoctor.snapshot.model import Object

_HOPS = (
    "ForwardingRule", "TargetHttpProxy", "TargetHttpsProxy", "UrlMap", "BackendService", "HealthCheck",
    "NetworkEndpointGroup", "BackendServiceHealth",
)  # fmt: skip
"""Kinds of Google Cloud that a request passes: where all of them were read, only new load balancers are not known."""


class UnknownHop(msgspec.Struct, frozen=True):
    """The first hop behind a front end that is not known, and why not."""

    frontend: Ref
    hop: Ref
    why: str


def unknown_hops(graph: Graph, concerns: Callable[[Object], bool] | None = None) -> Iterator[UnknownHop]:
    """One for each front end whose request path is not known. All are followed only where Google Cloud was not read
    in full; else those without an address, whose load balancer may not exist yet.

    `concerns`: whether a front end matters; all do where it is not given. Of those that do, the paths themselves show
    what was not read, so that no other load balancer is.
    """
    if concerns is not None:
        for item in filter(concerns, _frontends(graph)):
            hops = list(path_of_object(graph, item).all())
            if _is_new(item) or any(map(lacks_data, hops)):
                yield from _first(item, hops)
        return
    unread = any(graph.why_incomplete(kind) is not None for kind in _HOPS)
    for item in _frontends(graph):
        if unread or _is_new(item):
            yield from _first(item, list(path_of_object(graph, item).all()))


def _is_new(item: Object) -> bool:
    """Whether the load balancer may not exist yet."""
    return not (addresses_of(item) or _is_own(item))


def _frontends(graph: Graph) -> Iterator[Object]:
    for kind in frontend_kinds():
        yield from (item for item in graph.all(kind) if is_frontend(item))
    yield from (item for item in with_standalone_groups(graph) if not is_frontend(item))


def _is_own(item: Object) -> bool:
    """Whether the load balancer is somebody's own, which gives the Service no address."""
    return item.get("kind") == "Service" and not is_frontend(item)


def _first(item: Object, hops: Sequence[Hop]) -> Iterator[UnknownHop]:
    """Behind a hop that fails, others are unknown by consequence: there only missing data counts."""
    fails = any(hop.state is State.FAIL for hop in hops)
    found = next((hop for hop in hops if (lacks_data(hop) if fails else hop.state is State.UNKNOWN)), None)
    if found is not None:
        yield UnknownHop(ref_of(item), found.ref, found.fact)
