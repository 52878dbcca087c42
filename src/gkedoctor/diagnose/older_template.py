"""The fix of what was mended already in the template: the Pod or Job that was made of the older one is deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gkedoctor.diagnose.evaluate import Finding
from gkedoctor.diagnose.model import ResolvedEvidence, ResolvedFix
from gkedoctor.graph import Graph, ref_of
from gkedoctor.graph.workloads.older_template import OlderTemplate, older_template

_IN_CONTAINER = re.compile(r"spec\.(?P<group>initContainers|containers)\[(?P<index>\d+)\]\.(?P<field>\w+)")
_IN_POD = re.compile(r"spec\.(?P<field>\w+)")
_MOST = 5
"""Pods whose deletion is written out."""


def deletion(graph: Graph, group: Sequence[Finding], proofs: Sequence[ResolvedEvidence]) -> ResolvedFix | None:
    """What to delete where the field that fails is another one in the template of now; None where it is not."""
    found = {ref_of(older.made): older for finding in group if (older := _older(graph, finding, proofs)) is not None}
    if not found:
        return None
    first = next(iter(found.values()))
    made, above = ref_of(first.made), ref_of(first.owner)
    commands = [f"kubectl -n {ref.namespace} delete {ref.kind.lower()} {ref.name}" for ref in list(found)[:_MOST]]
    say = (
        f"{above.kind} {above.name} has been corrected ({_difference(first)}); {made.kind} {made.name} was created "
        f"from the older template. Delete {made.kind} {made.name}: {_what_comes(first)}"
    )
    return ResolvedFix(say, tuple(commands))


def _older(graph: Graph, finding: Finding, proofs: Sequence[ResolvedEvidence]) -> OlderTemplate | None:
    if finding.subject.get("kind") not in ("Pod", "Job"):
        return None
    older = older_template(graph, finding.subject)
    if older is None:
        return None
    fields = list(_failing(finding, proofs))
    told = [f for f in fields if f in older.changed] if fields else [f for f in older.changed if "ontainers[" in f]
    return OlderTemplate(older.made, older.owner, {f: older.changed[f] for f in told}) if told else None


def _failing(finding: Finding, proofs: Iterable[ResolvedEvidence]) -> Iterator[str]:
    """The fields of the Pod's spec that the evidence names, as `OlderTemplate.changed` writes them."""
    for proof in proofs:
        if proof.ref != finding.ref or finding.ref.kind != "Pod":
            continue
        inside = _IN_CONTAINER.match(proof.path)
        if inside is not None:
            containers = (finding.subject.get("spec") or {}).get(inside["group"]) or []
            index = int(inside["index"])
            if index < len(containers):
                yield f"{inside['group']}[{containers[index].get('name')}].{inside['field']}"
        elif (plain := _IN_POD.match(proof.path)) is not None:
            yield plain["field"]


def _difference(older: OlderTemplate) -> str:
    field, (then, now) = next(iter(older.changed.items()))
    short = field.rpartition(".")[2]
    return (
        f"{short} {_text(then)} is now {_text(now)}" if _is_short(then) and _is_short(now) else f"{short} was changed"
    )


def _is_short(value: Any) -> bool:
    return isinstance(value, str | int | float) and len(str(value)) <= 120


def _text(value: Any) -> str:
    return str(value)


def _what_comes(older: OlderTemplate) -> str:
    if older.made.get("kind") == "Job":
        return "the next scheduled run uses the corrected template."
    return "it is created again from the corrected template, then the others are replaced."
