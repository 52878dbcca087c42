"""A question about one namespace of a large snapshot, answered from the part that concerns it.

What the part says is what the whole would say, or nothing is said: where anything was asked beyond the part, or a
symptom may follow from what stands outside of the namespace, the whole has to be diagnosed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from gkedoctor.diagnose.causality import CausalGraph
from gkedoctor.diagnose.engine import matters, outcome_of
from gkedoctor.diagnose.evaluate import Finding, UnknownFacts, candidates, findings_of, unseen
from gkedoctor.diagnose.model import NotChecked, Outcome
from gkedoctor.graph import Graph, Ref, namespace_of, ref_of, workload
from gkedoctor.graph.passthrough.unwatched import has_unwatched_load_balancer
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS
from gkedoctor.snapshot.model import Object, Snapshot
from gkedoctor.snapshot.namespace_view import WORTH_IT, Bounds, part_of, stored_size

_COMMON = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""Namespaces that all others mention, or that all others lean on."""


class NamespaceDiagnosis(NamedTuple):
    """What is wrong in one namespace, and the part of the snapshot that says so.

    Of the objects that `open` names, only the whole can tell from what their symptoms follow.
    """

    outcome: Outcome
    snapshot: Snapshot
    open: frozenset[Ref]


def diagnose_namespace(
    snapshot: Snapshot, playbooks: Sequence[CompiledPlaybook], namespace: str, *, least: int = WORTH_IT
) -> NamespaceDiagnosis | None:
    """What the diagnosis of the whole says of one namespace; None where only the whole can tell.

    Diagnoses that reach beyond the namespace are in it too, and may lack what they reach. `least`: bytes of a snapshot
    from which on a part is read; 0 for tests.
    """
    live = [playbook for playbook in playbooks if playbook.is_live]
    if namespace in _COMMON or stored_size(snapshot) < max(least, 1) or any(_may_name_any(p, snapshot) for p in live):
        return None
    bounds = Bounds(namespace)
    part = part_of(snapshot, bounds) if least else part_of(snapshot, bounds, small=0)
    focus = _NamespaceEvaluation(part, bounds, live)
    found = focus.findings()
    if bounds.crossed:
        return None
    whole = Graph(snapshot)
    for playbook in live:
        unseen(whole, playbook, focus.doubts)
    outcome = outcome_of(focus.graph, found, focus.doubts)
    hides_a_hole = outcome.complete and (_may_lack_more(snapshot, outcome) or has_unwatched_load_balancer(whole))
    open_ = frozenset(_refs_of_open(focus, found))
    return None if bounds.crossed or hides_a_hole else NamespaceDiagnosis(outcome, part, open_)


def _refs_of_open(focus: _NamespaceEvaluation, found: Sequence[Finding]) -> Iterator[Ref]:
    """What is named by the findings that follow from outside of the namespace, at once or by way of others."""
    open_ = {id(finding) for finding in found if focus.follows_from_outside(finding)}
    fold = CausalGraph(found)
    for finding in found:
        if id(finding) in open_ or any(id(deeper) in open_ for deeper in fold.reached_from(finding)):
            yield from (finding.ref, finding.root or finding.ref, ref_of(workload(focus.graph, finding.subject)))


def _may_name_any(playbook: CompiledPlaybook, snapshot: Snapshot) -> bool:
    """Whether causes of a playbook list consequences themselves, which could be anywhere in the cluster."""
    if not _lists(playbook) or _is_about_leftovers(playbook):
        return False
    return any(snapshot.collection(KINDS[kind].collection).objects for kind in playbook.kinds)


def _is_about_leftovers(playbook: CompiledPlaybook) -> bool:
    """Of Google Cloud objects which nobody uses any more, so that nothing in a namespace follows from them."""
    return _lists(playbook) and all(KINDS[kind].cloud for kind in playbook.kinds)


def _lists(playbook: CompiledPlaybook) -> bool:
    return any(cause.explains is not None for cause in playbook.causes)


def _may_lack_more(snapshot: Snapshot, outcome: Outcome) -> bool:
    """Whether a hole that makes a report incomplete could have been met elsewhere."""
    told = {entry.collection for entry in outcome.not_checked}
    states = ((name, snapshot.collection(name).state) for name in {*COLLECTIONS, *snapshot.collections} - told)
    return any(matters(NotChecked(name, str(state.status), state.needs)) for name, state in states)


class _NamespaceEvaluation:
    """The subjects that concern a namespace, and what the playbooks say of them."""

    def __init__(self, part: Snapshot, bounds: Bounds, playbooks: Sequence[CompiledPlaybook]) -> None:
        self.graph, self.doubts = Graph(part, apart=bounds.aside), UnknownFacts()
        self._outside, self._bounds, self._ailing = Graph(part, apart=bounds.aside), bounds, dict[Ref, bool]()
        self._playbooks, self._namespace = playbooks, bounds.namespace
        name = re.escape(self._namespace.encode())
        self._word = re.compile(rb"(?<![a-z0-9-])%s(?![a-z0-9-])" % name)
        self._named = re.compile(rb'amespace":"%s"|[.]%s(?![a-z0-9-])|(?<![a-z0-9-])%s/|[\[,]"%s"' % ((name,) * 4))
        self._known: dict[int, bool] = {}

    def findings(self) -> list[Finding]:
        """All findings on what concerns the namespace, in the order of playbooks and subjects."""
        return [found for playbook in self._playbooks for found in self._of(playbook)]

    def follows_from_outside(self, finding: Finding) -> bool:
        """Whether something is wrong with an object that a finding may follow from, and that is no subject here."""
        return any(self._ails(ref) for ref in finding.may_follow if ref.namespace != self._namespace)

    def _of(self, playbook: CompiledPlaybook) -> Iterator[Finding]:
        for kind in playbook.kinds:
            # Nothing follows on an object without a namespace, or all that can is asked for by `follows_from_outside`.
            if not KINDS[kind].namespaced and not playbook.explained_by:
                continue
            for item in candidates(self.graph, playbook, kind):
                if self._concerns(item):
                    yield from findings_of(self.graph, playbook, _typed(item, kind), self.doubts)

    def _concerns(self, item: Object) -> bool:
        """Whether an object is in the namespace, or refers to something there."""
        namespace = namespace_of(item)
        if namespace == self._namespace:
            return True
        if id(item) not in self._known:
            pattern = self._named if namespace else self._word
            self._known[id(item)] = pattern.search(msgspec.json.encode(item)) is not None
        return self._known[id(item)]

    def _ails(self, ref: Ref) -> bool:
        """Whether something is wrong with an object outside, or may be."""
        if ref not in self._ailing:
            with self._bounds.aside() as crossed:
                found = any(self._of_one(playbook, ref) for playbook in self._playbooks if ref.kind in playbook.kinds)
                self._ailing[ref] = found or bool(crossed)
        return self._ailing[ref]

    def _of_one(self, playbook: CompiledPlaybook, ref: Ref) -> bool:
        if _is_about_leftovers(playbook):
            return False
        items = [item for item in candidates(self._outside, playbook, ref.kind) if ref_of(item) == ref]
        return any(
            any(findings_of(self._outside, playbook, _typed(item, ref.kind), UnknownFacts()))
            for item in items
            if not self._known.get(id(item))
        )


def _typed(item: Object, kind: str) -> Object:
    return item if "kind" in item else {"kind": kind, **item}
