"""What is known at one moment: a snapshot, its graph, and what was found in it so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import msgspec

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Diagnosis, Outcome, ResolvedEvidence, Unexplained
from gkedoctor.graph import Graph, Ref, ref_of, workload
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.report.answer import Answer
from gkedoctor.snapshot.kinds import KINDS, Kind
from gkedoctor.snapshot.model import Object, Snapshot
from gkedoctor.tui.model.left_findings import deleted, replaced, unread
from gkedoctor.tui.model.session import Found, Session, Step, difference, first_session


@dataclass(frozen=True)
class News:
    """What changed since the scene before: fingerprints that are new or changed, findings that are gone."""

    new: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    gone: tuple[Found, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


@dataclass(frozen=True)
class ViewState:
    """One frozen moment. `diagnosed`: whether the playbooks have run, or only the objects are there."""

    graph: Graph
    answer: Answer
    playbooks: Sequence[CompiledPlaybook]
    diagnosed: bool = True
    partial: str = ""
    news: News = field(default_factory=News)
    verified: Mapping[str, str] = field(default_factory=dict)
    """What is said of findings that are or were verified, by fingerprint."""
    session: Session = field(default_factory=Session)
    """What changed since the screen was opened."""
    scope: str = ""
    """The part of the cluster that was read (`namespace shop`); empty for all of it."""
    known: Outcome | None = None
    """What is found in it, where the source has diagnosed it: of a part, it alone can."""

    @property
    def outcome(self) -> Outcome:
        """What was found, and in what."""
        return self.answer.outcome

    @property
    def snapshot(self) -> Snapshot:
        """The objects."""
        return self.graph.snapshot

    @cached_property
    def found(self) -> tuple[Found, ...]:
        """Diagnoses, the most important first, then symptoms without a cause."""
        return (*self.outcome.diagnoses, *self.outcome.symptoms)

    @cached_property
    def fingerprints(self) -> frozenset[str]:
        """Those of all findings."""
        return frozenset(found.fingerprint for found in self.found)

    @cached_property
    def leftover_ids(self) -> frozenset[str]:
        """The playbooks that look for leftovers."""
        return frozenset(p.id for p in self.playbooks if "leftover" in p.model.tags)

    @cached_property
    def about(self) -> Mapping[Ref, Found]:
        """The finding that an object is the root of or suffers from; the most severe."""
        named: dict[Ref, Found] = {}
        for found in self.found:
            named.setdefault(found.place, found)
        for found in self.outcome.diagnoses:
            for consequence in found.explains:
                named.setdefault(consequence.ref, found)
        return named

    def finding_of(self, ref: Ref) -> Found | None:
        """The finding about an object; about its workload for one that a workload owns."""
        found = self.about.get(ref)
        if found is None and ref.kind in ("Pod", "ReplicaSet", "Job"):
            item = self.find(ref)
            found = self.about.get(ref_of(workload(self.graph, item))) if item is not None else None
        return found

    def find(self, ref: Ref) -> Object | None:
        """The object of a ref, if it is in the snapshot."""
        return find(self.graph, ref)


def proofs_of(scene: ViewState, ref: Ref) -> tuple[ResolvedEvidence, ...]:
    """The evidence of the finding about an object."""
    found = scene.finding_of(ref)
    return tuple(found.evidence) if isinstance(found, Diagnosis) else ()


def find(graph: Graph, ref: Ref) -> Object | None:
    """The object of a ref, if it is in the snapshot. Google Cloud's are told apart by project and location."""
    kind = kind_of(ref)
    if kind is None:
        return None
    if kind.cloud:
        named = (o for o in graph.all(kind.name) if str(o.get("name")).endswith(ref.name))
        return next((o for o in named if ref_of(o)._replace(kind=ref.kind) == ref), None)
    found = graph.find(ref.kind, ref.namespace, ref.name)
    return found if isinstance(found, dict) else None


def kind_of(ref: Ref) -> Kind | None:
    """The kind of a ref. Some kinds of Google Cloud have the name of one of Kubernetes."""
    return (KINDS.get(f"Compute{ref.kind}") if ref.project else None) or KINDS.get(ref.kind)


Sift = Callable[[Outcome, Snapshot], Answer]
"""Takes out of an outcome what was not asked for or is suppressed."""


def opened(
    snapshot: Snapshot,
    playbooks: Sequence[CompiledPlaybook],
    *,
    live: bool = False,
    partial: str = "",
    scope: str = "",
    known: Outcome | None = None,
) -> ViewState:
    """The objects alone, to be shown while the playbooks run. `partial`: why it is not all of it."""
    outcome = msgspec.structs.replace(diagnose(snapshot, ()), live=live)
    return ViewState(
        Graph(snapshot), Answer(outcome), playbooks, diagnosed=False, partial=partial, scope=scope, known=known
    )


def diagnosed(scene: ViewState, sift: Sift) -> ViewState:
    """The same moment with all that was found."""
    return answered(scene, scene.known or diagnose(scene.snapshot, scene.playbooks), sift)


def answered(scene: ViewState, outcome: Outcome, sift: Sift) -> ViewState:
    """The same moment with an outcome that was found in its graph."""
    answer = sift(msgspec.structs.replace(outcome, live=scene.outcome.live), scene.snapshot)
    titles = {playbook.id: playbook.model.title for playbook in scene.playbooks}
    return replace(scene, answer=replace(answer, playbooks=titles), diagnosed=True)


def surely(scene: ViewState) -> ViewState:
    """Of a moment that is still being read, only what has a cause: what has none may get one yet."""
    outcome = msgspec.structs.replace(scene.outcome, unexplained=(), complete=False)
    return replace(scene, answer=replace(scene.answer, outcome=outcome))


def compared(scene: ViewState, before: ViewState) -> ViewState:
    """The scene with what is new, gone and changed since an earlier one, and the session that goes on."""
    from gkedoctor.compare.inputs import diagnosed as side
    from gkedoctor.compare.match import match_findings

    sides = [side(s.outcome.source, s.outcome) for s in (before, scene)]
    matched = match_findings(*sides)
    old = {found.fingerprint: found for found in before.found}
    same = [(old[f.fingerprint], f) for f in scene.found if f.fingerprint in matched.known and f.fingerprint in old]
    new = frozenset(found.fingerprint for found in matched.new)
    fixed = {found.fingerprint for found in matched.fixed}
    left = tuple(found for found in before.found if found.fingerprint in fixed)
    step = Step(
        [f for f in scene.found if f.fingerprint in new], same, left,
        unread(left, before.outcome.not_checked, scene.outcome.not_checked),
        replaced(left, scene.about, scene.graph), deleted(left, scene.graph),
    )  # fmt: skip
    session = before.session
    if session.began is None:
        session = first_session(before.found, before.outcome.recorded_at)
    changed = frozenset(f.fingerprint for one, f in same if difference(one, f))
    return replace(
        scene, news=News(new, changed, left), session=session.followed(step, scene.outcome.recorded_at)
    )  # fmt: skip


def carried(scene: ViewState, shown: ViewState | None) -> ViewState:
    """A new scene with what the user did to the one that was shown while it was made."""
    if scene.session.began is None and scene.diagnosed and not scene.partial:
        scene = replace(scene, session=first_session(scene.found, scene.outcome.recorded_at))
    if shown is None:
        return scene
    return replace(scene, verified=shown.verified, session=scene.session.acknowledge(shown.session))


def alone(scene: ViewState, found: Iterable[Found]) -> Answer:
    """The answer with some of its findings only: what is copied or saved of it."""
    shown = list(found)
    wanted = {id(one) for one in shown}
    symptoms = [one for one in shown if isinstance(one, Unexplained)]
    prints = {each for one in symptoms for each in one.fingerprints or (one.fingerprint,)}
    outcome = msgspec.structs.replace(
        scene.outcome,
        diagnoses=tuple(d for d in scene.outcome.diagnoses if id(d) in wanted),
        unexplained=tuple(u for u in scene.outcome.unexplained if u.fingerprint in prints),
    )
    return replace(scene.answer, outcome=outcome)
