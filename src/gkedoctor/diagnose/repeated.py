"""The diagnosis of one cluster again and again: what a change cannot touch is not worked out again.

A playbook that found nothing finds nothing as long as none of the kinds changes that it reads, as it declares them
itself (`required_kinds`). One that found something is always asked again, and all are from time to time: ages
count too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gkedoctor.diagnose.engine import outcome_of
from gkedoctor.diagnose.evaluate import Finding, UnknownFacts, findings, unseen
from gkedoctor.diagnose.model import Outcome
from gkedoctor.graph import CANDIDATE_INDEXES, Graph
from gkedoctor.graph.core.successive import SuccessiveGraph, changed_collections
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.required_kinds import kinds_of
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.kinds import COLLECTIONS, CUSTOM, LOGS
from gkedoctor.snapshot.model import Collection, Snapshot

_WHOLE_SECONDS = 30.0
"""By the snapshots' clock, after which everything is asked again."""

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
        self._seen: Mapping[str, Collection] = {}
        self._graph: SuccessiveGraph | None = None
        self._whole_at = float("-inf")

    def diagnose(self, snapshot: Snapshot) -> Diagnosed:
        """What `engine.diagnose` finds in the snapshot."""
        now = snapshot.clock.timestamp()
        changed = changed_collections(self._seen, snapshot.collections)
        if not 0 <= now - self._whole_at < _WHOLE_SECONDS:
            self._quiet.clear()
            self._graph, self._whole_at = None, now
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
            found = list(findings(graph, playbook, known))
        for unknown in known.seen:
            doubts.note(unknown, playbook.id)
        if not found:
            self._quiet[playbook.id] = known
        return found


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
