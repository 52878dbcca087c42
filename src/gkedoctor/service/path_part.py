"""The path of a request from the part of a cluster that it passes: nothing else is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gkedoctor.errors import UsageError
from gkedoctor.graph.core.cidr import is_ip_address
from gkedoctor.graph.frontends.frontend import frontend_kinds
from gkedoctor.graph.request_path.lookup import PATHS
from gkedoctor.report.object_argument import parse_target
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
    first = _first_reads(entry_point, namespace or "")
    if first is None:
        return None
    if not all(_is_answered(result, first) for result in part.read(first)):
        return None
    found: RequestPathAnswer | UsageError = RequestPathAnswer(entry_point, ())
    for _ in range(_MOST_ROUNDS):
        found = _asked(entry_point, part, namespace)
        is_more = bool(part.read(_of_namespaces(found)))
        if not part.read_on() and not is_more:
            break
    if isinstance(found, UsageError):
        raise found
    return replace(found, notes=(*part.notes, *found.notes)) if found.hops else None


def _asked(entry_point: str, part: Part, namespace: str | None) -> RequestPathAnswer | UsageError:
    """What the part answers so far: what it lacks is noted, and may be what was asked for."""
    try:
        return request_path(entry_point, part.snapshot(), namespace)
    except UsageError as error:
        return error


def _first_reads(entry_point: str, namespace: str) -> Sequence[Read] | None:
    """The object, or all front ends of which one may serve the host or have the address."""
    host = host_of_url(entry_point)
    if host is not None or "/" not in entry_point:
        name = host or entry_point
        if not is_entry_point(name):
            return None
        kinds = frontend_kinds(by_host=not is_ip_address(name))
        return [Read(KINDS[kind].collection, namespace) for kind in kinds]
    target = parse_target(entry_point)
    if target.kind.name not in PATHS:
        return None
    return [Read(target.kind.collection, target.namespace or "", target.name)]


def _is_answered(result: ReadResult, asked: Sequence[Read]) -> bool:
    return result.read not in asked or result.state.status in _ANSWERED


def _of_namespaces(found: RequestPathAnswer | UsageError) -> Iterable[Read]:
    if isinstance(found, UsageError):
        return
    names = {hop.ref.namespace for top in found.hops for hop in top.all() if hop.ref.namespace}
    for name in sorted(names):
        yield from (Read(KINDS[kind].collection, name) for kind in _BESIDE)
