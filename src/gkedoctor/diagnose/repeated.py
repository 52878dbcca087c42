"""The diagnosis of one cluster again and again: what a change cannot touch is not worked out again.

A playbook that found nothing finds nothing as long as none of the kinds changes that it reads, as it declares them
itself (`required_kinds`), and so does one all of whose subjects fail a condition on themselves alone. One that found
something is always asked again, and all are from time to time, each at a moment of its own: ages count too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gkedoctor.diagnose.engine import outcome_of
from gkedoctor.diagnose.evaluate import Finding, UnknownFacts, findings, functions_of, unseen
from gkedoctor.diagnose.model import Outcome
from gkedoctor.diagnose.scope import Scope
from gkedoctor.graph import CANDIDATE_INDEXES, Graph
from gkedoctor.graph.core.successive import SuccessiveGraph, changed_collections
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.required_kinds import kinds_of
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.kinds import COLLECTIONS, CUSTOM, LOGS
from gkedoctor.snapshot.model import Collection, Object, Snapshot

_LONGEST_SECONDS = 30.0
"""By the snapshots' clock, after which a playbook is asked again; the first of them after half as many."""

_ALWAYS = frozenset({"Namespace"})
"""Whether its namespace is being deleted matters for each subject."""


class Diagnosed(NamedTuple):
    """An outcome, and the graph that it was found in."""

    graph: Graph
    outcome: Outcome


class RepeatedDiagnosis:
    """Diagnoses snapshots of one cluster, one after another. For one thread."""

    def __init__(self, playbooks: Sequence[CompiledPlaybook]) -> None:
        self._playbooks = [playbook for playbook in playbooks if playbook.is_live]
        self._kinds = {playbook.id: _kinds(playbook) for playbook in self._playbooks}
        self._quiet: dict[str, UnknownFacts] = {}
        self._false = {playbook.id: FalseConditions(playbook) for playbook in self._playbooks}
        self._seen: Mapping[str, Collection] = {}
        self._graph: SuccessiveGraph | None = None
        self._periods = {
            p.id: _LONGEST_SECONDS * (1 + i / len(self._playbooks)) / 2 for i, p in enumerate(self._playbooks)
        }
        self._asked_at: dict[str, float] = {}

    def diagnose(self, snapshot: Snapshot) -> Diagnosed:
        """What `engine.diagnose` finds in the snapshot."""
        now = snapshot.clock.timestamp()
        changed = changed_collections(self._seen, snapshot.collections)
        for playbook_id, asked in self._asked_at.items():
            if not 0 <= now - asked < self._periods[playbook_id]:
                self._quiet.pop(playbook_id, None)
        self._seen = snapshot.collections
        graph, doubts = SuccessiveGraph(snapshot, self._graph), UnknownFacts()
        self._graph = graph
        for playbook in self._playbooks:
            unseen(graph, playbook, doubts)
        kinds = _kinds_of(changed)
        found = [f for playbook in self._playbooks for f in self._findings(graph, playbook, kinds, doubts)]
        return Diagnosed(graph, outcome_of(graph, found, doubts))

    def _findings(
        self, graph: Graph, playbook: CompiledPlaybook, changed: frozenset[str], doubts: UnknownFacts
    ) -> list[Finding]:
        known = self._quiet.pop(playbook.id, None)
        found: list[Finding] = []
        if known is None or self._kinds[playbook.id] & changed:
            known = UnknownFacts()
            self._asked_at[playbook.id] = graph.clock.timestamp()
            found = list(findings(graph, playbook, known, self._false[playbook.id].concerns(graph)))
        for unknown in known.seen:
            doubts.note(unknown, playbook.id)
        if not found:
            self._quiet[playbook.id] = known
        return found


class FalseConditions:
    """The subjects of which a condition on the subject alone is false: as long as they are the same, it stays so.

    One that is not asked about in one diagnosis is forgotten in the next.
    """

    def __init__(self, playbook: CompiledPlaybook) -> None:
        self._playbook, self._conditions = playbook, playbook.conditions_on_subject_alone
        self._now: dict[int, Object] = {}
        self._before: dict[int, Object] = {}

    def concerns(self, graph: Graph) -> Callable[[Object], bool]:
        """Whether the playbook may have anything to say of an object of the next graph."""
        self._before, self._now = self._now, {}
        functions = functions_of(graph, self._playbook)

        def may_be(item: Object) -> bool:
            if id(item) not in self._before:
                scope = Scope(self._playbook, graph, functions, {"subject": item})
                if not any(scope.holds(condition) is False for condition in self._conditions):
                    return True
            self._now[id(item)] = item  # the object too, or another one may get its id
            return False

        return may_be if self._conditions else lambda _: True


def _kinds(playbook: CompiledPlaybook) -> frozenset[str]:
    """All kinds of which a change may make a playbook find something."""
    suspects = [index for (_, name), index in CANDIDATE_INDEXES.items() if name == playbook.model.suspects]
    return kinds_of(playbook) | _ALWAYS | {kind for index in suspects for kind in (index.source, *index.reads)}


def _kinds_of(collections: frozenset[str]) -> frozenset[str]:
    """The kinds of some collections. Logs are facts about Pods, and reached through these alone."""
    known = {COLLECTIONS[name].name for name in collections if name in COLLECTIONS}
    if LOGS in collections:
        known.add("Pod")
    return frozenset(known | {CUSTOM for name in collections if is_custom(name)})
