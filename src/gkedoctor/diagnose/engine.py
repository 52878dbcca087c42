"""Snapshot and playbooks in, outcome out. Deterministic: the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from gkedoctor.diagnose.affected import affected
from gkedoctor.diagnose.beginning import beginning
from gkedoctor.diagnose.causality import CausalGraph
from gkedoctor.diagnose.evaluate import Finding, UnknownFacts, evidence_scope, findings, unseen
from gkedoctor.diagnose.evidence import proof
from gkedoctor.diagnose.fixes import resolved_fix
from gkedoctor.diagnose.identity import fingerprint, identity, numbered
from gkedoctor.diagnose.model import (
    Consequence,
    Diagnosis,
    NotChecked,
    Outcome,
    ResolvedEvidence,
    RuledOutCause,
    Unexplained,
)
from gkedoctor.diagnose.older_template import deletion
from gkedoctor.diagnose.unexplained import not_known, unexplained
from gkedoctor.graph import Graph, Ref, paths_of, ref_of, workload
from gkedoctor.graph.request_path.unknown_hops import unknown_hops
from gkedoctor.graph.workloads.pods import step_of
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.model import Severity
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.kinds import CHANGE_RECORDS, ESSENTIAL, HISTORY, LOGS, ON_REQUEST
from gkedoctor.snapshot.model import Collection, Object, Snapshot, Status

_PROOFS = 6
"""Pieces of evidence that one diagnosis shows at most: of its surest finding first."""

_PROVED = 50
"""Findings of one diagnosis whose evidence is compared: the others of thousands say the same."""

_ALIKE = 2
"""Of those, how many under one label."""

Found = TypeVar("Found", Diagnosis, Unexplained)


def diagnose(snapshot: Snapshot, playbooks: Sequence[CompiledPlaybook]) -> Outcome:
    """Everything that the playbooks find in a snapshot, the most important first."""
    graph, doubts = Graph(snapshot), UnknownFacts()
    return outcome_of(graph, all_findings(graph, playbooks, doubts), doubts)


def all_findings(graph: Graph, playbooks: Sequence[CompiledPlaybook], doubts: UnknownFacts) -> list[Finding]:
    """Every finding of the playbooks for clusters, in their order; `doubts` takes what could not be seen."""
    live = [playbook for playbook in playbooks if playbook.is_live]
    for playbook in live:
        unseen(graph, playbook, doubts)
    return [f for playbook in live for f in findings(graph, playbook, doubts)]


def outcome_of(
    graph: Graph,
    found: Sequence[Finding],
    doubts: UnknownFacts,
    concerns: Callable[[Object], bool] | None = None,
) -> Outcome:
    """The outcome that some findings come to, in the order of playbooks and subjects.

    `concerns`: which front ends matter for the request paths that are not known; all where it is not given.
    """
    fold = CausalGraph(found)
    diagnoses = diagnoses_of(graph, fold)
    snapshot = graph.snapshot
    open_ = unexplained(graph, (f for f in fold.deepest() if not f.passing))
    not_checked = tuple(_not_checked(snapshot, doubts))
    manifest, hops = snapshot.manifest, tuple(unknown_hops(graph, concerns))
    return Outcome(
        source=manifest.source,
        cluster=manifest.cluster,
        project=manifest.project,
        location=manifest.location,
        recorded_at=manifest.recorded_at,
        live=False,
        complete=not hops and not any(matters(n) for n in not_checked),
        not_checked=not_checked,
        diagnoses=tuple(diagnoses),
        unexplained=tuple(_told_apart(open_)),
        looked_at={name: _size(snapshot.collection(name)) for name in ("pods", "services", "nodes")},
        unknown_hops=hops,
    )


def _size(collection: Collection) -> int:
    """How many objects there are; what lies in a file need not be read for it."""
    return len(collection.objects) if collection.stored is None else collection.stored.count


def diagnoses_of(graph: Graph, fold: CausalGraph) -> list[Diagnosis]:
    """One diagnosis a root, the most important first."""
    found = sorted((_diagnosis(graph, group, fold) for group in _groups(fold.roots)), key=_importance)
    return _told_apart(_with_changes(graph, found) if found else found)


def _with_changes(graph: Graph, found: Sequence[Diagnosis]) -> list[Diagnosis]:
    """Each with the recorded changes that it stands on. What reads them is loaded for the first finding only."""
    from gkedoctor.diagnose.changes import with_changes

    return [with_changes(graph, diagnosis) for diagnosis in found]


def _groups(roots: Iterable[Finding]) -> list[list[Finding]]:
    """Findings with one cause on one root are one diagnosis; the surest first."""
    groups: dict[tuple[str, Ref], list[Finding]] = {}
    for finding in roots:
        assert finding.winner is not None
        groups.setdefault((finding.winner.cause, finding.root or finding.ref), []).append(finding)
    return [sorted(group, key=lambda f: (f.confidence.rank, f.ref.sort_key)) for group in groups.values()]


def _diagnosis(graph: Graph, group: list[Finding], fold: CausalGraph) -> Diagnosis:
    first = group[0]
    assert first.winner is not None
    root = first.root or first.ref
    below = fold.below(group)
    scope = evidence_scope(first, {"affected": affected(graph, group)})
    cause, model = first.winner, first.winner.model
    listed = tuple(_listed(scope.evaluate(cause.explains))) if cause.explains is not None else ()
    told = {one.ref for one in listed}
    more = [c for c in _consequences(graph, below, root) if c.ref not in told]
    proofs = tuple(_proofs(group))
    since, at_latest = beginning(graph, group, proofs, below)
    return Diagnosis(
        fingerprint=fingerprint(cause.cause, identity(graph, root)),
        playbook=first.playbook.id,
        cause=cause.cause,
        confidence=first.confidence,
        severity=_severity(graph, group, below),
        root=root,
        title=cause.title.render(scope.evaluate),
        explains=(*listed, *more),
        evidence=proofs,
        ruled_out=tuple(RuledOutCause(c, why) for c, why in first.ruled_out),
        not_known=not_known(first),
        fix=deletion(graph, group, proofs) or resolved_fix(graph, cause, scope, root),
        verify=tuple(t.render(scope.evaluate, shell=True) for t in cause.verify),
        docs=model.docs,
        since=since,
        since_at_latest=at_latest,
        path=paths_of(graph, [root, *(consequence.ref for consequence in more)]),
        maturity=first.playbook.model.maturity,
        known_false_alarms=first.playbook.model.known_false_alarms,
    )


_CANNOT_START = frozenset({"scheduling", "starting", "image", "config", "create", "init", "crash"})
"""The steps of Pods that do not come up, or do not stay up."""


def _severity(graph: Graph, group: list[Finding], below: list[Finding]) -> Severity:
    """As grave as the gravest of what follows from it, and high where a Pod cannot start; advice stays advice."""
    own = min((f.own_severity for f in group), key=lambda s: s.rank)
    if own is Severity.ADVISORY:
        return own
    if any(_cannot_start(graph, f) for f in (*group, *below)):
        own = min(own, Severity.HIGH, key=lambda s: s.rank)
    members = {id(f) for f in group}
    return min((own, *(f.severity for f in below if id(f) not in members)), key=lambda s: s.rank)


def _cannot_start(graph: Graph, finding: Finding) -> bool:
    return finding.subject.get("kind") == "Pod" and step_of(graph, finding.subject) in _CANNOT_START


def _listed(items: object) -> Iterable[Consequence]:
    """What a cause itself lists as its consequences: `{item, says}`, in the author's order."""
    for entry in items if isinstance(items, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("item"), dict):
            yield Consequence(ref_of(entry["item"]), str(entry.get("says") or ""))


def _told_apart(found: Sequence[Found]) -> list[Found]:
    """The same with fingerprints that differ: of two Nodes of one pool, the second is numbered."""
    prints = numbered(found, lambda f: f.fingerprint, lambda f: f.place.sort_key)
    return [msgspec.structs.replace(f, fingerprint=prints[id(f)]) for f in found]


def _consequences(graph: Graph, below: list[Finding], root: Ref) -> list[Consequence]:
    """Who suffers, by what a user sees first. Pods stand under their workload, which is named once, and Jobs also."""
    told: dict[Ref, str] = {}
    for finding in below:
        if finding.subject.get("kind") not in ("Pod", "ReplicaSet"):
            told.setdefault(finding.ref, finding.symptom)
    for finding in below:
        if finding.subject.get("kind") in ("Pod", "ReplicaSet", "Job"):
            told.setdefault(ref_of(workload(graph, finding.subject)), finding.symptom)
    told.pop(root, None)
    return [Consequence(ref, told[ref]) for ref in sorted(told, key=lambda r: (_seen_first(r), r.sort_key))]


_OUTSIDE_IN = ("Ingress", "Gateway", "HTTPRoute", "Service", "Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job")


def _seen_first(ref: Ref) -> int:
    return _OUTSIDE_IN.index(ref.kind) if ref.kind in _OUTSIDE_IN else len(_OUTSIDE_IN)


def _proofs(group: list[Finding]) -> list[ResolvedEvidence]:
    """The evidence of the surest finding; of the others only what says something else."""
    proofs: list[ResolvedEvidence] = []
    for finding in group[:_PROVED]:
        for evidence in finding.winner.evidence if finding.winner else ():
            found = proof(evidence, finding.scope, finding.ref)
            if found is not None and _is_news(found, proofs):
                proofs.append(found)
        if len(proofs) >= _PROOFS:
            break
    return proofs[:_PROOFS]


def _is_news(found: ResolvedEvidence, proofs: list[ResolvedEvidence]) -> bool:
    alike = [p for p in proofs if p.label == found.label]
    return len(alike) < _ALIKE and all(p.value != found.value and p.path != found.path for p in alike)


def _importance(diagnosis: Diagnosis) -> tuple[object, ...]:
    outermost = min((_seen_first(c.ref) for c in diagnosis.explains), default=len(_OUTSIDE_IN))
    return (
        diagnosis.severity.rank, diagnosis.confidence.rank, outermost, -len(diagnosis.explains),
        diagnosis.root.sort_key, diagnosis.cause,
    )  # fmt: skip


def _not_checked(snapshot: Snapshot, doubts: UnknownFacts) -> Iterable[NotChecked]:
    """One entry per collection that something needed and could not see, or that lacks objects it should have.

    What is read on request only is missed by nobody who did not ask, and by those who did whatever needs it.
    """
    reasons: dict[str, set[str]] = {}
    for unknown in doubts.seen:
        reasons.setdefault(unknown.collection, set()).add(unknown.reason)
    for collection in snapshot.collections.values():
        if collection.state.malformed:
            reasons.setdefault(collection.name, set()).add(_unread(collection.state.malformed))
    for name in ON_REQUEST:
        state = snapshot.collection(name).state
        if state.status is Status.NOT_ASKED:
            reasons.pop(name, None)
        elif state.status is not Status.COMPLETE:
            reasons.setdefault(name, set()).add(state.reason)
    for name in sorted(reasons):
        state = snapshot.collection(name).state
        reason = "malformed" if state.malformed and not state.reason else str(state.status)
        yield NotChecked(name, reason, state.needs, min(reasons[name]))


def _unread(malformed: Mapping[str, str]) -> str:
    name, why = min(malformed.items())
    more = f", and {len(malformed) - 1} more" if len(malformed) > 1 else ""
    return f"{name} could not be read: {why}{more}"


def matters(entry: NotChecked) -> bool:
    """Whether this hole makes the outcome incomplete: what was refused always, what nobody asked for if essential."""
    if entry.reason in (Status.COMPLETE, Status.DISABLED):
        return False
    beside = entry.collection in (LOGS, HISTORY, *CHANGE_RECORDS) or is_custom(entry.collection)
    return (entry.reason != Status.NOT_ASKED and not beside) or entry.collection in ESSENTIAL
