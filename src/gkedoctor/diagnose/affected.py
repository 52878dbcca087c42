"""Whom a fault hits, as it reads in a title: `2 pods of Deployment cart`."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.diagnose.evaluate import Finding
from gkedoctor.graph import Graph, Ref, ref_of, workload
from gkedoctor.graph.workloads.pods import is_planned

_NAMED = 3


def affected(graph: Graph, group: Sequence[Finding]) -> str:
    """The subjects of the findings, Pods counted under their workload; more than three workloads as numbers."""
    counts: dict[Ref, set[Ref]] = {}
    for finding in group:
        top = ref_of(workload(graph, finding.subject)) if finding.ref.kind == "Pod" else finding.ref
        stands_in_a_file = finding.ref.kind == "Pod" and is_planned(finding.subject)
        counts.setdefault(top, set()).add(top if stands_in_a_file else finding.ref)
    if len(counts) > _NAMED and all(finding.ref.kind == "Pod" for finding in group):
        return _counted(counts)
    phrases = [_phrase(top, members) for top, members in sorted(counts.items(), key=lambda c: c[0].sort_key)]
    more = len(phrases) - _NAMED
    named = phrases[:_NAMED] + ([f"{more} more"] if more > 0 else [])
    return named[0] if len(named) == 1 else ", ".join(named[:-1]) + " and " + named[-1]


def _counted(counts: dict[Ref, set[Ref]]) -> str:
    """`24 pods of 12 Deployments`; files show no number of Pods."""
    kinds = {top.kind for top in counts}
    tops = f"{len(counts)} {kinds.pop() + 's' if len(kinds) == 1 else 'workloads'}"
    if any(members == {top} for top, members in counts.items()):
        return tops
    return f"{sum(map(len, counts.values()))} pods of {tops}"


def _phrase(top: Ref, members: set[Ref]) -> str:
    name = f"{top.kind} {top.name}"
    if members == {top}:
        return name
    return f"{len(members)} pod{'s' * (len(members) != 1)} of {name}"
