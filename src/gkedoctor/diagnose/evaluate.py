"""One playbook against one subject: is there a symptom, and what do its rival causes come to?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gkedoctor.diagnose.scope import Scope
from gkedoctor.graph import Graph, Ref, Unknown, pods_at, ref_of
from gkedoctor.graph.core.ref import is_object
from gkedoctor.graph.objects.exports import without_status
from gkedoctor.graph.objects.namespaces import not_being_deleted
from gkedoctor.graph.workloads.pods import STEPS
from gkedoctor.playbook.compiled import CompiledCause, CompiledPlaybook, CompiledRuledOut
from gkedoctor.playbook.functions import Functions
from gkedoctor.playbook.model import Confidence, Severity
from gkedoctor.snapshot.kinds import BESIDE
from gkedoctor.snapshot.model import Object


@dataclass(frozen=True, eq=False)
class Finding:
    """A symptom of one subject under one playbook, and what its causes came to. `winner` is None where none holds.

    `fixed`: the cause that it had, where that is fixed and nobody has tried again.
    """

    playbook: CompiledPlaybook
    subject: Object
    ref: Ref
    scope: Scope
    winner: CompiledCause | None
    confidence: Confidence
    root: Ref | None
    ruled_out: tuple[tuple[str, str], ...]
    unknown: tuple[tuple[str, Unknown], ...]
    may_follow: frozenset[Ref]
    fixed: tuple[CompiledCause, CompiledRuledOut] | None = None

    @property
    def symptom(self) -> str:
        """The symptom in words."""
        return self.playbook.say.render(self.scope.evaluate)

    @property
    def advisory(self) -> bool:
        """Whether it is worth saying and breaks nothing: then it is the reason of nothing either."""
        return self.own_severity is Severity.ADVISORY

    @property
    def own_severity(self) -> Severity:
        """How grave it is when nobody else suffers: by its cause where that says so, else by its symptom."""
        own = self.winner.model.severity if self.winner is not None else None
        return own or self.severity

    @property
    def passing(self) -> bool:
        """Whether the symptom may well pass by itself, so that it is no news without a cause."""
        return self.playbook.passing is not None and self.scope.holds(self.playbook.passing) is True

    @property
    def severity(self) -> Severity:
        """How grave the symptom is for those who suffer from it."""
        for condition, severity in self.playbook.severities:
            if self.scope.holds(condition) is True:
                return severity
        return self.playbook.model.severity


@dataclass
class UnknownFacts:
    """What was unknown when it was needed: collected while playbooks are evaluated."""

    seen: dict[Unknown, set[str]] = field(default_factory=dict)

    def note(self, unknown: Unknown, playbook: str) -> None:
        """Remembers that a playbook needed something that could not be seen."""
        self.seen.setdefault(unknown, set()).add(playbook)


def candidates(graph: Graph, playbook: CompiledPlaybook, kind: str) -> Sequence[Object]:
    """The subjects of a kind that a playbook looks at: all of them, the Pods on the named steps, or its suspects.

    What is about to be deleted with its namespace ails nobody any more, and how something does that was exported
    without its status nobody knows.
    """
    if without_status(graph, kind):
        return []
    suspected = graph.candidates(playbook.model.suspects, kind) if playbook.model.suspects else None
    if suspected is not None and not suspected:
        return []
    found: Sequence[Object] = pods_at(graph, playbook.model.candidates or STEPS) if kind == "Pod" else graph.seen(kind)
    if suspected is not None:
        found = [item for item in found if id(item) in suspected]
    return not_being_deleted(graph, found)


def findings(
    graph: Graph,
    playbook: CompiledPlaybook,
    doubts: UnknownFacts,
    concerns: Callable[[Object], bool] = lambda _: True,
) -> Iterator[Finding]:
    """Every finding of one playbook, in the order of the subjects.

    `concerns`: false of a subject that certainly has not its symptom.
    """
    functions = functions_of(graph, playbook)
    for kind in playbook.kinds:
        for item in candidates(graph, playbook, kind):
            if not concerns(item):
                continue
            subject = item if "kind" in item else {"kind": kind, **item}
            for scope in scopes(graph, playbook, functions, subject, doubts):
                found = finding_in(playbook, subject, scope, doubts)
                if found is not None:
                    yield found


def findings_of(graph: Graph, playbook: CompiledPlaybook, subject: Object, doubts: UnknownFacts) -> Iterator[Finding]:
    """The findings of one playbook on one subject."""
    functions = functions_of(graph, playbook)
    for scope in scopes(graph, playbook, functions, subject, doubts):
        found = finding_in(playbook, subject, scope, doubts)
        if found is not None:
            yield found


def functions_of(graph: Graph, playbook: CompiledPlaybook) -> Functions:
    """What the expressions of a playbook may call, made once for all its subjects."""
    known = graph.memo(functions_of)
    entry: tuple[CompiledPlaybook, Functions] | None = known.get(id(playbook))
    if entry is None:  # with the playbook, or another one may get its id
        entry = known[id(playbook)] = (playbook, Functions(graph.clock, playbook.messages))
    return entry[1]


def unseen(graph: Graph, playbook: CompiledPlaybook, doubts: UnknownFacts) -> None:
    """Notes the kinds of a playbook of which not all subjects may be there."""
    for kind in playbook.kinds:
        doubt = graph.why_incomplete(kind)
        needed = kind not in BESIDE or bool(graph.all(BESIDE[kind]))
        if doubt is not None and needed:
            doubts.note(doubt, playbook.id)


def scopes(
    graph: Graph, playbook: CompiledPlaybook, functions: Functions, subject: Object, doubts: UnknownFacts
) -> list[Scope]:
    """The scopes in which a playbook is asked about one subject: one, or one for each element of `each`."""
    whole = Scope(playbook, graph, functions, {"subject": subject})
    if playbook.each is None:
        return [whole]
    name, expression = playbook.each
    elements = whole.evaluate(expression)
    if isinstance(elements, Unknown):
        doubts.note(elements, playbook.id)
    return [whole.within(name, element) for element in elements] if isinstance(elements, list) else []


def finding_in(playbook: CompiledPlaybook, subject: Object, scope: Scope, doubts: UnknownFacts) -> Finding | None:
    """The finding of a playbook in one scope; None where its symptom is not the case, or unknown."""
    holds = scope.holds(playbook.symptom)
    if isinstance(holds, Unknown):
        doubts.note(holds, playbook.id)
        return None
    if not holds:
        return None
    verdicts = [_judge(cause, scope) for cause in playbook.causes]
    for why in (v.unproved for v in verdicts if v.unproved is not None):
        doubts.note(why, playbook.id)
    unknown = tuple((v.cause.cause, v.unknown) for v in verdicts if v.unknown is not None)
    for _, why in unknown:
        doubts.note(why, playbook.id)
    holding = [v for v in verdicts if v.confidence is not None]
    best = min(holding, key=lambda v: v.confidence.rank if v.confidence else 9, default=None)
    return Finding(
        playbook=playbook,
        subject=subject,
        ref=ref_of(subject),
        scope=scope,
        winner=best.cause if best else None,
        confidence=best.confidence if best and best.confidence else Confidence.POSSIBLE,
        root=root_in(best.cause, scope) if best else None,
        ruled_out=tuple((v.cause.cause, v.ruled_out) for v in verdicts if v.ruled_out is not None),
        unknown=unknown,
        may_follow=frozenset(_may_follow(playbook, _with_proved(scope, best), doubts)),
        fixed=None if best else next((v.fixed for v in verdicts if v.fixed is not None), None),
    )


@dataclass(frozen=True)
class _Verdict:
    """What one cause came to: it holds with a confidence, is ruled out, is unknown, or (all None) is not the case.

    `unproved`: it holds, and what would make it certain could not be seen.
    """

    cause: CompiledCause
    confidence: Confidence | None = None
    ruled_out: str | None = None
    unknown: Unknown | None = None
    unproved: Unknown | None = None
    fixed: tuple[CompiledCause, CompiledRuledOut] | None = None


def _judge(cause: CompiledCause, scope: Scope) -> _Verdict:
    for rule in cause.ruled_out_if:
        if scope.holds(rule.when) is True:
            is_fixed = rule.fixed is not None and scope.holds(cause.when) is True
            return _Verdict(cause, ruled_out=rule.say.render(scope.evaluate), fixed=(cause, rule) if is_fixed else None)
    holds = scope.holds(cause.when)
    if isinstance(holds, Unknown):
        return _Verdict(cause, unknown=holds)
    if not holds:
        return _Verdict(cause)
    certain = scope.holds(cause.certain_if) if cause.certain_if is not None else False
    if isinstance(certain, Unknown):
        return _Verdict(cause, confidence=cause.confidence, unproved=certain)
    return _Verdict(cause, confidence=Confidence.CERTAIN if certain else cause.confidence)


def root_in(cause: CompiledCause, scope: Scope) -> Ref | None:
    """The object that a cause names as its root."""
    value = scope.evaluate(cause.root)
    if isinstance(value, list):
        value = value[0] if value else None
    return ref_of(value) if isinstance(value, dict) else None


def _with_proved(scope: Scope, best: _Verdict | None) -> Scope:
    """The scope in which `explained_by` is asked: `proved` is the word of a cause that is certain, else null.

    What a listing or a registry proves stays true though the node that reported its symptom is silent.
    """
    is_certain = best is not None and best.confidence is Confidence.CERTAIN
    return scope.within("proved", best.cause.cause) if best is not None and is_certain else scope


def _may_follow(playbook: CompiledPlaybook, scope: Scope, doubts: UnknownFacts) -> Iterator[Ref]:
    """The objects whose own faults would explain this symptom."""
    for expression in playbook.explained_by:
        value = scope.evaluate(expression)
        if isinstance(value, Unknown):
            doubts.note(value, playbook.id)
            continue
        for item in value if isinstance(value, list) else [value]:
            if is_object(item):
                yield ref_of(item)


def evidence_scope(finding: Finding, names: dict[str, Any]) -> Scope:
    """The scope of a finding with a few more names, as titles and fixes need them."""
    scope = finding.scope
    for name, value in names.items():
        scope = scope.within(name, value)
    return scope
