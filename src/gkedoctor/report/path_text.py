"""The request path as text: one line a hop, its state in front as a word, branches drawn with ASCII signs.

    OK       ForwardingRule k8s2-fr-…: 203.0.113.9 port 80
    OK       UrlMap k8s2-um-…: 1 rule
    FAIL     |- HealthCheck k8s1-…: GET / expected 200, 0 of 2 endpoints HEALTHY
    OK       `- Service shop/web: port 80 to 8080

What has only one hop behind it stands straight above it; only branches move to the right, so that long names fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.graph import Hop, State, frontend_kinds
from gkedoctor.report.escaping import inert
from gkedoctor.report.phrases import zone
from gkedoctor.report.wrap import wrapped

_STATE = 9


def path_lines(hops: Sequence[Hop], width: int) -> list[str]:
    """The whole path, with every fact."""
    return [line for hop in hops for line in _lines(hop, width, "", "")]


def compact_lines(hops: Sequence[Hop], width: int) -> list[str]:
    """The path as a diagnosis shows it in full: facts only where they decide, branches without a fault left out."""
    return [line for hop in hops for line in _lines(_pruned(hop), width, "", "")]


def path_sentences(hops: Sequence[Hop]) -> list[str]:
    """Where each path stops: `Ingress shop/web: FAIL at HealthCheck k8s1-…: GET / expected 200, …`."""
    return [_sentence(hop) for hop in hops]


def _sentence(top: Hop) -> str:
    """At the hop that fails, else at the first that is unknown."""
    hops = list(top.all())
    for state in (State.FAIL, State.UNKNOWN):
        found = next((hop for hop in reversed(hops) if hop.state is state), None)
        if found is not None and found is not top:
            fact = f": {inert(found.fact)}" if found.fact else ""
            return f"{_name(top)}: {state.value} at {_name(found)}{fact}"
        if found is not None:
            break
    return f"{_name(top)}: {top.state.value}{f', {inert(top.fact)}' if top.fact else ''}"


def _lines(hop: Hop, width: int, first: str, rest: str) -> Iterator[str]:
    told = f": {inert(hop.fact)}" if hop.fact else ""
    label = f"{inert(hop.via)}: " if hop.via else ""
    state = f"{hop.state.value:<{_STATE}}"
    deeper = "|  " if len(hop.children) > 1 else ""
    yield from wrapped(f"{label}{_name(hop)}{told}", width, state + first, " " * _STATE + rest + (deeper or "  "))
    for i, child in enumerate(hop.children):
        if len(hop.children) == 1:
            yield from _lines(child, width, rest, rest)
        else:
            last = i == len(hop.children) - 1
            yield from _lines(child, width, rest + ("`- " if last else "|- "), rest + ("   " if last else "|  "))


def _name(hop: Hop) -> str:
    place = f"{hop.ref.namespace}/" if hop.ref.namespace else ""
    where = f" in {zone(hop.ref)}" if zone(hop.ref) else ""
    return inert(f"{hop.ref.kind} {place}{hop.ref.name}{where}")


def _pruned(hop: Hop) -> Hop:
    """Only what leads to a hop that does not get through, if there is one; facts only where they decide."""
    faulty = [child for child in hop.children if any(h.state is not State.OK for h in child.all())]
    kept = faulty or hop.children[-1:]
    beside = [c for c in hop.children if c not in kept and not c.children and hop.ref.kind == "BackendService"]
    children = [_pruned(c) for c in hop.children if c in kept or c in beside]
    decides = (
        hop.state is not State.OK or hop.ref.kind in (*frontend_kinds(by_host=True), "HealthCheck") or not hop.children
    )
    return Hop(hop.ref, hop.state, hop.fact if decides else "", tuple(children), hop.via)
