"""The path of a request from the part of a cluster that it passes: nothing else is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gkedoctor.errors import UsageError
from gkedoctor.graph.core.cidr import is_ip_address
from gkedoctor.graph.frontends.frontend import frontend_kinds
from gkedoctor.graph.gateways.route_attachment import ROUTES
from gkedoctor.graph.request_path.lookup import PATHS
from gkedoctor.report.object_argument import namespace_term, parse_target
from gkedoctor.report.request_path import RequestPathAnswer, host_of_url
from gkedoctor.service.path import is_entry_point, request_path
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.part import PartReader, Read, ReadResult
from gkedoctor.snapshot.partial import Part

_MOST_ROUNDS = 30
"""A path has about ten hops; each round reads at least the next one."""

_BESIDE = ("Service", "Pod", "EndpointSlice", "ServiceNetworkEndpointGroup")
"""Kinds of which a hop looks through all that its namespace has."""

_ANSWERED = (Status.COMPLETE, Status.DISABLED)


def path_of_part(entry_point: str, reader: PartReader, namespace: str | None = None) -> RequestPathAnswer | None:
    """The paths of an Ingress, Gateway, a Service, a host, an address, a URL; None where the whole cluster is needed.

    `namespace`: only the paths that begin there. UsageError where there is certainly none, SourceError of the reader.
    """
    return path_in(entry_point, Part(reader), namespace)


def path_in(entry_point: str, part: Part, namespace: str | None = None) -> RequestPathAnswer | None:
    """The same from a part that was begun: what it has is not read again."""
    asked, entry_point = entry_point, _placed(entry_point, part)
    first = _first_reads(entry_point, namespace or "")
    if first is None:
        return None
    if not all(_is_answered(result, first) for result in part.read(first)):
        return None
    part.read(_gateways_into(entry_point, part))
    found: RequestPathAnswer | UsageError = RequestPathAnswer(entry_point, ())
    for _ in range(_MOST_ROUNDS):
        found = _asked(entry_point, part, namespace)
        is_more = bool(part.read(_of_namespaces(found)))
        if not part.read_on() and not is_more:
            break
    if isinstance(found, UsageError):
        raise found
    return replace(found, asked=asked, notes=(*part.notes, *found.notes)) if found.hops else None


def _asked(entry_point: str, part: Part, namespace: str | None) -> RequestPathAnswer | UsageError:
    """What the part answers so far: what it lacks is noted, and may be what was asked for."""
    try:
        return request_path(entry_point, part.snapshot(), namespace)
    except UsageError as error:
        return error


def _first_reads(entry_point: str, namespace: str) -> Sequence[Read] | None:
    """The object, or all front ends of which one may serve the host or have the address."""
    for space in namespace_term(entry_point):
        return [Read(KINDS[kind].collection, space) for kind in PATHS]
    host = host_of_url(entry_point)
    if host is not None or "/" not in entry_point:
        name = host or entry_point
        if not is_entry_point(name):
            return None
        kinds = frontend_kinds(by_host=not is_ip_address(name))
        return [Read(KINDS[kind].collection, namespace) for kind in kinds]
    target = parse_target(entry_point)
    own = Read(target.kind.collection, target.namespace or "", target.name)
    if target.kind.name in PATHS:
        return [own]
    if target.kind.cloud or target.namespace is None:
        return None
    beside = (Read(KINDS[kind].collection, target.namespace) for kind in PATHS if kind != "Gateway")
    return [own, *beside, *(Read(KINDS[kind].collection) for kind in ROUTES)]


def _placed(entry_point: str, part: Part) -> str:
    """KIND/NAMESPACE/NAME out of KIND/NAME: that of the context, as for kubectl, or the only one that has it."""
    parts = entry_point.split("/")
    if len(parts) != 2 or part.context_namespace is None:
        return entry_point
    target = parse_target(entry_point)
    if not target.kind.namespaced:
        return entry_point
    collection, name, own = target.kind.collection, target.name, part.context_namespace
    part.read([Read(collection, own, name), Read(collection, "", name)])
    items = (item["metadata"] for item in part.snapshot().collection(collection).objects)
    homes = sorted(str(each["namespace"]) for each in items if each.get("name") == name)
    home = own if own in homes else homes[0] if len(homes) == 1 else None
    return f"{parts[0]}/{home}/{name}" if home is not None else entry_point


def _gateways_into(entry_point: str, part: Part) -> Iterator[Read]:
    """The Gateways whose routes may lead into the namespace of an object: of an entrance itself, none are needed."""
    parts = entry_point.split("/") if host_of_url(entry_point) is None else []
    if len(parts) != 3 or parse_target(entry_point).kind.name in PATHS:
        return
    for kind in ROUTES:
        for route in part.snapshot().collection(KINDS[kind].collection).objects:
            own, spec = route["metadata"].get("namespace"), route.get("spec") or {}
            refs = (ref for rule in spec.get("rules") or () for ref in rule.get("backendRefs") or ())
            if own == parts[1] or any(ref.get("namespace") == parts[1] for ref in refs):
                yield from (_gateway_of(parent, str(own)) for parent in spec.get("parentRefs") or ())


def _gateway_of(parent: Mapping[str, Any], own: str) -> Read:
    """The Gateway that a route names; all where it names a ListenerSet of one."""
    collection = KINDS["Gateway"].collection
    if parent.get("kind", "Gateway") != "Gateway":
        return Read(collection)
    return Read(collection, parent.get("namespace") or own, str(parent.get("name")))


def _is_answered(result: ReadResult, asked: Sequence[Read]) -> bool:
    return result.read not in asked or result.state.status in _ANSWERED


def _of_namespaces(found: RequestPathAnswer | UsageError) -> Iterable[Read]:
    if isinstance(found, UsageError):
        return
    names = {hop.ref.namespace for top in found.hops for hop in top.all() if hop.ref.namespace}
    for name in sorted(names):
        yield from (Read(KINDS[kind].collection, name) for kind in _BESIDE)
