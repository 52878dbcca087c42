"""`trace_request`: the way of a request through load balancer and cluster, and the hop where it stops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from gkedoctor.graph import Hop, State
from gkedoctor.mcp.call import Call
from gkedoctor.mcp.data import cut, fenced, name
from gkedoctor.mcp.sources import Cluster, live_parts
from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.tools.answer import ToolAnswer
from gkedoctor.report.request_path import RequestPathAnswer
from gkedoctor.service.path import request_path
from gkedoctor.service.path_part import path_of_part

_MOST_HOPS = 40
_SAYS = {
    "OK": "Every hop is OK.",
    "FAIL": "The request fails at {at}.",
    "unknown": "No hop fails, but {at} could not be checked: this is no all-clear.",
}


class TraceInput(msgspec.Struct, forbid_unknown_fields=True):
    """What `trace_request` takes."""

    entry: Annotated[str, Meta(description="host, IP, URL, or KIND/NAMESPACE/NAME (Ingress, Gateway, Service, Pod)")]
    source: Annotated[str, Meta(description="as in diagnose")] = ""


class HopEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A hop; `depth` is how many are before it."""

    object: str
    state: str
    fact: str = ""
    via: str = ""
    depth: int = 0


class TraceOutput(msgspec.Struct, omit_defaults=True):
    """What `trace_request` gives."""

    state: str
    says: str
    broken_at: tuple[str, ...] = ()
    unknown_at: tuple[str, ...] = ()
    hops: tuple[HopEntry, ...] = ()
    notes: tuple[str, ...] = ()


def trace_request(state: ServerState, call: Call, asked: TraceInput) -> ToolAnswer:
    """The hops. UsageError where no request enters there, SourceError where the source cannot be read."""
    found = _found(state, call, asked)
    hops = [entry for top in found.hops for entry in _entries(top, 0)]
    broken = tuple(dict.fromkeys(one.object for one in hops if one.state == State.FAIL))
    unknown = tuple(dict.fromkeys(one.object for one in hops if one.state == State.UNKNOWN))
    at = ", ".join((broken if found.state == State.FAIL else unknown)[:3]) or "the path"
    made = TraceOutput(
        state=str(found.state),
        says=_SAYS[str(found.state)].format(at=at),
        broken_at=broken,
        unknown_at=unknown,
        hops=tuple(_kept(hops)),
        notes=tuple(cut(note) for note in (*found.notes, *_left_out(hops))),
    )
    return ToolAnswer(made, _text(made))


def _found(state: ServerState, call: Call, asked: TraceInput) -> RequestPathAnswer:
    subject = state.sources.subject(asked.source)
    if isinstance(subject, Cluster) and state.sources.kept(subject) is None:
        found = _of_live_part(subject, call, asked.entry)
        if found is not None:
            return found
    return request_path(asked.entry, state.sources.reading(subject, call, state.library).snapshot)


def _of_live_part(subject: Cluster, call: Call, entry: str) -> RequestPathAnswer | None:
    found = path_of_part(entry, live_parts(subject.options._replace(logs=False), call))
    call.check()
    return found


def _entries(hop: Hop, depth: int) -> Iterator[HopEntry]:
    yield HopEntry(name(hop.ref), str(hop.state), cut(hop.fact), cut(hop.via, 80), depth)
    for child in hop.children:
        yield from _entries(child, depth + 1)


def _kept(hops: list[HopEntry]) -> list[HopEntry]:
    """All, or of many those that are not OK and what leads to the first."""
    if len(hops) <= _MOST_HOPS:
        return hops
    return sorted(hops[:_MOST_HOPS], key=lambda one: one.state == State.OK)


def _left_out(hops: list[HopEntry]) -> list[str]:
    return [f"{len(hops) - _MOST_HOPS} hops left out"] if len(hops) > _MOST_HOPS else []


def _text(made: TraceOutput) -> str:
    lines = [f"{'  ' * hop.depth}{hop.state} {hop.via and hop.via + ': '}{hop.object}: {hop.fact}" for hop in made.hops]
    return "\n".join([made.says, *fenced(lines), *(f"Note: {note}" for note in made.notes)])
