"""Which playbooks explain what another one only sees: the way down from a consequence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.graph import EDGES
from gkedoctor.playbook.compiled import CompiledPlaybook


def related_playbooks(playbook: CompiledPlaybook, library: Sequence[CompiledPlaybook]) -> list[CompiledPlaybook]:
    """The playbooks with causes that look at the kinds which `explained_by` leads to, in that order."""
    found: dict[str, CompiledPlaybook] = {}
    for kind in explaining_kinds(playbook):
        for other in library:
            if other.is_live and other.causes and kind in other.kinds and other.id != playbook.id:
                found.setdefault(other.id, other)
    return list(found.values())


def explaining_kinds(playbook: CompiledPlaybook) -> list[str]:
    """The kinds of object whose own faults may explain the symptom."""
    names = [name for expression in playbook.explained_by for name in sorted(expression.names)]
    return list(dict.fromkeys(kind for name in names for kind in _kinds(playbook, name, frozenset())))


def _kinds(playbook: CompiledPlaybook, name: str, seen: frozenset[str]) -> Iterator[str]:
    """What a name may hold: the kinds that its edge reads, or those of the names that it is made of."""
    if name in seen:
        return
    if name in playbook.relations:
        yield from _read_by(playbook, name)
        return
    each = playbook.each
    expression = playbook.lets.get(name) or (each[1] if each and each[0] == name else None)
    if expression is not None:
        for inner in sorted(expression.names):
            yield from _kinds(playbook, inner, seen | {name})


def _read_by(playbook: CompiledPlaybook, name: str) -> Iterator[str]:
    relation = playbook.relations[name]
    for (kind, edge_name), edge in EDGES.items():
        starts_here = kind == "*" or kind in playbook.kinds or relation.source != "subject"
        if edge_name == relation.edge and starts_here:
            yield from edge.reads
