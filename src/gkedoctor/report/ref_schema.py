"""Objects and the hops of request paths in JSON, as every schema of a report has them."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from gkedoctor.graph import Hop, Ref, State
from gkedoctor.graph.request_path.unknown_hops import UnknownHop


class ObjectRef(msgspec.Struct, frozen=True, kw_only=True):
    """One object: cluster objects have a namespace or none, Google Cloud ones a project and a location."""

    kind: str
    namespace: str | UnsetType = UNSET
    project: str | UnsetType = UNSET
    location: str | UnsetType = UNSET
    name: str


class Symptomatic(ObjectRef, frozen=True, kw_only=True):
    """An object that suffers, and how."""

    symptom: str


class HopEntry(ObjectRef, frozen=True, kw_only=True):
    """One hop of a request. `via`: the host and path by which one gets here from the hop above."""

    state: State
    fact: str
    via: str | UnsetType = UNSET
    children: tuple[HopEntry, ...] = ()


class UnknownHopEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A request path that is not known to work: where it begins, its first hop that was not checked, and why."""

    frontend: ObjectRef
    hop: ObjectRef
    why: str


def hop_entry(hop: Hop) -> HopEntry:
    """The wire form of a hop and what is behind it."""
    return HopEntry(
        **hop.ref.to_json(),
        state=hop.state,
        fact=hop.fact,
        via=hop.via or UNSET,
        children=tuple(map(hop_entry, hop.children)),
    )


def unknown_hop_entry(found: UnknownHop) -> UnknownHopEntry:
    """The wire form of a hop that is not known."""
    return UnknownHopEntry(frontend=object_ref(found.frontend), hop=object_ref(found.hop), why=found.why)


def object_ref(ref: Ref) -> ObjectRef:
    """The wire form of a reference."""
    return ObjectRef(**ref.to_json())
