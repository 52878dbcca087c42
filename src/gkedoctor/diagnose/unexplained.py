"""Symptoms without a known cause: one entry for all Pods of a workload (Nodes of a pool) that have one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from gkedoctor.diagnose.evaluate import Finding
from gkedoctor.diagnose.fixes import recovery_of, recovery_sentence
from gkedoctor.diagnose.identity import fingerprint, identity
from gkedoctor.diagnose.model import UnconfirmedCause, Unexplained
from gkedoctor.graph import Graph, Ref, ref_of, workload

_PUNCTUATION = ",.:;()[]{}'\"`"


def unexplained(graph: Graph, findings: Iterable[Finding]) -> list[Unexplained]:
    """The entries of some findings that nothing explains, in the order of their objects."""
    first: dict[Ref, Finding] = {}
    for finding in findings:
        first.setdefault(finding.ref, finding)
    groups: dict[tuple[object, ...], list[Unexplained]] = {}
    for ref in sorted(first, key=lambda r: r.sort_key):
        item = _symptom(graph, first[ref])
        groups.setdefault((item.fingerprint, item.likeness, item.recovery is None), []).append(item)
    return [_one_of(group) for group in groups.values()]


def _symptom(graph: Graph, finding: Finding) -> Unexplained:
    recovery = recovery_of(graph, finding)
    text = finding.symptom if recovery is None else recovery_sentence(recovery)
    top = ref_of(workload(graph, finding.subject))
    node = (finding.subject.get("spec") or {}).get("nodeName")
    return Unexplained(
        finding.ref,
        text,
        not_known(finding),
        fingerprint(finding.playbook.id, identity(graph, finding.ref)),
        recovery=recovery,
        affected=(top,),
        nodes=frozenset([str(node)] if node else ()),
        likeness=f"{finding.playbook.id} {finding.ref.kind} {_sentence(finding, top, text)}",
    )


def not_known(finding: Finding) -> tuple[UnconfirmedCause, ...]:
    """The causes that could neither be proved nor ruled out, each with what could not be read."""
    return tuple(UnconfirmedCause(cause, f"{why.collection}: {why.reason}") for cause, why in finding.unknown)


def _sentence(finding: Finding, top: Ref, text: str) -> str:
    """The sentence without what is different for each object: its names, its node, its containers, numbers."""
    spec = finding.subject.get("spec") or {}
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    names = {finding.ref.name, finding.ref.namespace, top.name, spec.get("nodeName")}
    names |= {one.get("name") for one in containers if isinstance(one, dict)}
    words = (word.strip(_PUNCTUATION) for word in text.split())
    return " ".join("*" if word in names or word.isdecimal() else word for word in words)


def _one_of(group: Sequence[Unexplained]) -> Unexplained:
    """All that Pods of one workload say, as one entry."""
    first, others = group[0], tuple(item.ref for item in group[1:])
    if not others:
        return first
    nodes = frozenset(node for item in group for node in item.nodes)
    return msgspec.structs.replace(first, alike=others, nodes=nodes)
