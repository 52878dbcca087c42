"""One hop of a request: where it comes by, whether it gets through, and the one fact that decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from gkedoctor.graph.core.ref import Ref
from gkedoctor.graph.core.unknown import Unknown

_NOT_COLLECTED = "not collected:"
YOUNG_LOAD_BALANCER = 600.0
"""Seconds in which a load balancer may still be made (ingress-gce, LIMITATIONS.md: five to ten minutes)."""


class State(StrEnum):
    """How a hop stands, as a word."""

    OK = "OK"
    FAIL = "FAIL"
    UNKNOWN = "unknown"


class Hop(msgspec.Struct, frozen=True):
    """A hop and what comes behind it. `via`: the host and path, or the role, by which one gets here from above."""

    ref: Ref
    state: State
    fact: str
    children: tuple[Hop, ...] = ()
    via: str = ""

    def all(self) -> Iterator[Hop]:
        """This hop and every one behind it."""
        yield self
        for child in self.children:
            yield from child.all()


def overall_state(hops: Iterable[Hop]) -> State:
    """FAIL if one hop fails, unknown if one is not known and none fails."""
    states = {hop.state for top in hops for hop in top.all()}
    return State.FAIL if State.FAIL in states else State.UNKNOWN if State.UNKNOWN in states else State.OK


def not_collected(why: Unknown) -> str:
    """`not collected: compute.urlMaps (forbidden)`."""
    return f"{_NOT_COLLECTED} {why.collection} ({why.reason})"


def lacks_data(hop: Hop) -> bool:
    """Whether a hop is unknown because what it takes to tell was not read."""
    return hop.state is State.UNKNOWN and _NOT_COLLECTED in hop.fact


def unknown_hop(kind: str, name: str, why: Unknown, *children: Hop, namespace: str | None = None, via: str = "") -> Hop:
    """A hop that could not be looked at."""
    return Hop(Ref(kind, name or "(name not known)", namespace), State.UNKNOWN, not_collected(why), children, via)
