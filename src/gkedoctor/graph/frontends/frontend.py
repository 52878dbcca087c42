"""Front ends: where requests from outside come in. The registry of their kinds, and one record for all of them.

A kind of front end is a module with a function under `@frontend`; `FRONTENDS` is what the rest of the program asks in
place of naming kinds. Whatever leads to a Service is a `Route`, and the backend behind it a `Backend`
(`backends/backend.py`), the same whatever the front end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypedDict

from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object


class CertificateRef(TypedDict):
    """A certificate that a listener presents: a Secret, ManagedCertificate or SslCertificate."""

    kind: str
    namespace: str
    name: str


class Listener(TypedDict):
    """A port on which a front end listens. `tls`: whether TLS is spoken there, None where that is not known."""

    name: str | None
    port: int
    protocol: str
    tls: bool | None
    hosts: list[str]
    """The only hosts that it takes; empty for any."""
    certificates: list[CertificateRef]


class BackendRef(TypedDict):
    """The Service and port that a route leads to. `allowed`: whether a reference there is, by its ReferenceGrants."""

    namespace: str
    name: str
    port: Any
    """Number or name of the Service's port; None where the route names none."""
    allowed: bool | Unknown


class Route(TypedDict):
    """One host and path, and what they lead to. `item` holds the rule `at`: an Ingress, an HTTPRoute, a Service."""

    item: Object
    at: Object
    hosts: list[str]
    """Patterns, read by the front end's `hostRule`; empty for any host that no other route names."""
    path: str | None
    """`""` for any path that no other route names, None where paths say nothing (TCP, UDP)."""
    pathType: str | None
    conditional: bool
    """Whether it asks for more than host and path: a method, headers, a query."""
    backend: BackendRef | None
    """None for a redirect, or a backend that is no Service."""


class Frontend(TypedDict):
    """A front end with all that it takes and leads to."""

    item: Object
    hostRule: str
    """Which of `HOST_RULES` (hostnames.py) reads its patterns."""
    listeners: list[Listener] | None
    """None where its controller decides."""
    addresses: list[str]
    hosts: list[str]
    """Every host pattern that a route, listener or certificate names, in lower case."""
    anyHost: bool
    """Whether it answers to hosts that nothing names."""
    routes: list[Route]


class FrontendKind(NamedTuple):
    """How front ends of one kind are read."""

    kind: str
    order: int
    build: Callable[[Graph, Object], Frontend]
    routes: Callable[[Graph, Object], list[Route]]
    accepts: Callable[[Object], bool]
    """Whether an object of the kind is a front end."""
    by_host: bool
    """Whether hosts and paths decide what it leads to (an Application Load Balancer), or only the address."""


FRONTENDS: dict[str, FrontendKind] = {}
"""Every kind of front end by its name; filled while the package is imported, read-only afterwards."""

Build = Callable[[Graph, Object], Frontend]


def frontend(
    kind: str,
    *,
    order: int,
    routes: Callable[[Graph, Object], list[Route]],
    accepts: Callable[[Object], bool] = lambda _: True,
    by_host: bool = True,
) -> Callable[[Build], Build]:
    """Registers a function `(graph, object) -> Frontend` for a kind. `order`: which kinds are looked through first."""

    def register(build: Build) -> Build:
        FRONTENDS[kind] = FrontendKind(kind, order, build, routes, accepts, by_host)
        return build

    return register


def frontend_kinds(*, by_host: bool = False) -> tuple[str, ...]:
    """The kinds of front ends in their order: Ingress, Gateway, Service. `by_host`: only those that routes decide."""
    kinds = sorted(FRONTENDS.values(), key=lambda k: k.order)
    return tuple(k.kind for k in kinds if k.by_host or not by_host)


def is_frontend(item: Object) -> bool:
    """Whether an object is a front end: of a Service, whether it is of type LoadBalancer."""
    found = FRONTENDS.get(str(item.get("kind")))
    return found is not None and found.accepts(item)


def frontend_of(graph: Graph, item: Object) -> Frontend | None:
    """An object as a front end; None for one that is none."""
    return FRONTENDS[str(item["kind"])].build(graph, item) if is_frontend(item) else None


def routes_behind(graph: Graph, item: Object) -> list[Route]:
    """The routes of a front end, without its listeners and addresses; none for an object that is none."""
    return FRONTENDS[str(item["kind"])].routes(graph, item) if is_frontend(item) else []


def frontends(graph: Graph) -> tuple[Frontend, ...]:
    """Every front end in the snapshot that is not being deleted, once."""
    return graph.index(_all)


def _all(graph: Graph) -> tuple[Frontend, ...]:
    items = [item for kind in frontend_kinds() for item in graph.everywhere(kind)]
    lasting = [item for item in items if not item["metadata"].get("deletionTimestamp")]
    return tuple(found for item in lasting if (found := frontend_of(graph, item)) is not None)
