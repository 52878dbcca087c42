"""What somebody asks for with `gkedoctor path`: an object, a host or an address, and the ways that begin there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from gkedoctor.errors import UsageError
from gkedoctor.graph import Graph, Hop, State, nearest, path_of_object, ref_of
from gkedoctor.graph.core.cidr import is_ip_address
from gkedoctor.graph.frontends.forwarding_rules import addresses_of
from gkedoctor.graph.request_path.hop import overall_state
from gkedoctor.graph.request_path.lookup import PATHS, hosts, paths_to_address, paths_to_host
from gkedoctor.report.json_schema import HopEntry, hop_entry
from gkedoctor.report.object_argument import ObjectArgument, parse_target, target_doubts
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
    """The ways that begin at KIND/NAME, KIND/NAMESPACE/NAME, a host or an address; UsageError where there is none."""
    graph = Graph(snapshot)
    if "/" in asked:
        return _from_object(asked, parse_target(asked), graph)
    if is_ip_address(asked):
        return _from_name(asked, graph, paths_to_address(graph, asked), "has the address", _addresses(graph))
    return _from_name(asked, graph, paths_to_host(graph, asked), "serves the host", hosts(graph))


def _from_object(asked: str, target: ObjectArgument, graph: Graph) -> RequestPathAnswer:
    if target.kind.name not in PATHS:
        raise UsageError(
            f"no request begins at a {target.kind.name}",
            hint="ask for an Ingress, a Gateway, a Service, a host or an IP",
        )
    items = [item for item in graph.all(target.kind.name) if target.is_at(ref_of(item))]
    notes = () if items else tuple(target_doubts(target, (), graph.snapshot))
    return RequestPathAnswer(asked, tuple(path_of_object(graph, item) for item in items), notes)


def _from_name(asked: str, graph: Graph, hops: list[Hop], what: str, known: list[str]) -> RequestPathAnswer:
    if hops:
        return RequestPathAnswer(asked, tuple(hops))
    doubts = [graph.why_incomplete(kind) for kind in _SOURCES]
    notes = tuple(f"{d.collection}: {d.reason}" for d in doubts if d is not None)
    if notes:
        return RequestPathAnswer(asked, (), (f"nothing that is seen {what} {asked}", *notes))
    near = nearest(asked, known)
    listed = ", ".join(known[:5])
    hint = f"did you mean `{near}`?" if near else f"there is: {listed}" if listed else None
    raise UsageError(f"nothing in the recording {what} {asked}", hint=hint)


def _addresses(graph: Graph) -> list[str]:
    return sorted(set(_all_addresses(graph)))


def _all_addresses(graph: Graph) -> Iterator[Any]:
    for kind in PATHS:
        for item in graph.all(kind):
            yield from addresses_of(item)
    yield from (str(rule["IPAddress"]) for rule in graph.all("ForwardingRule") if rule.get("IPAddress"))
