"""A playbook with its texts turned into expressions and templates, each parsed when it is first used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from gkedoctor.messages import Messages, messages_beside
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.model import (
    Alternative,
    Cause,
    Command,
    Confidence,
    Fixed,
    Playbook,
    Relate,
    RuledOut,
    Safety,
    Severity,
    Spec,
)
from gkedoctor.playbook.retries import RETRIES, Retry
from gkedoctor.playbook.safety import safety_of
from gkedoctor.playbook.template import Template, template


@dataclass(frozen=True)
class CompiledEvidence:
    """One piece of evidence. `path` stands in for the place where a value is computed and stands nowhere."""

    show: Expression
    of: Expression
    label: str | None
    path: str | None


@dataclass(frozen=True)
class CompiledCommand:
    """One command of a fix."""

    text: Template
    when: Expression | None
    safety: Safety
    placeholders: dict[str, str]


@dataclass(frozen=True)
class CompiledAlternative:
    """Another way to fix a cause."""

    say: Template
    when: Expression | None
    run: tuple[CompiledCommand, ...]
    run_all: Expression | None
    placeholders: dict[str, str]


@dataclass(frozen=True)
class CompiledFixed:
    """Who tries again now that a fault is fixed. `last`: the time of the last try."""

    retry: Retry
    last: Expression | None
    run: tuple[Template, ...]
    run_all: Expression | None


@dataclass(frozen=True)
class CompiledRuledOut:
    """A condition under which a cause is not the one, and why."""

    when: Expression
    say: Template
    fixed: CompiledFixed | None


@dataclass(frozen=True)
class CompiledCause:
    """One rival cause of a playbook."""

    model: Cause
    when: Expression
    certain_if: Expression | None
    ruled_out_if: tuple[CompiledRuledOut, ...]
    root: Expression
    title: Template
    evidence: tuple[CompiledEvidence, ...]
    say: Template
    run: tuple[CompiledCommand, ...]
    run_all: Expression | None
    alternatives: tuple[CompiledAlternative, ...]
    explains: Expression | None
    verify: tuple[Template, ...]

    @property
    def cause(self) -> str:
        """The word of the vocabulary."""
        return self.model.cause

    @property
    def confidence(self) -> Confidence:
        """How sure it is when `when` holds."""
        return self.model.confidence


_OF_TIME = frozenset({"age"})
"""The functions whose value another moment changes."""


@dataclass(frozen=True)
class CompiledPlaybook:
    """A playbook ready to be evaluated. `path` is the file it came from."""

    model: Playbook
    path: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that it looks at."""
        return self.model.kinds

    @property
    def id(self) -> str:
        """Its id, stable for ever."""
        return self.model.id

    def messages(self) -> Messages:
        """The messages that its expressions may name: the shipped ones, and those of a folder beside or above it."""
        return self._messages

    @cached_property
    def _messages(self) -> Messages:
        return messages_beside([self.path])

    @cached_property
    def relations(self) -> dict[str, Relate]:
        """The edges that it follows, by the name they bind."""
        return {r.bind: r for r in self.model.relate}

    @cached_property
    def lets(self) -> dict[str, Expression]:
        """Its named expressions."""
        return {name: Expression(text) for name, text in self.model.let.items()}

    @cached_property
    def each(self) -> tuple[str, Expression] | None:
        """The name and list of its `each`."""
        each = self.model.each
        return (each.bind, Expression(each.source)) if each else None

    @cached_property
    def symptom(self) -> Expression:
        """Whether there is something to explain."""
        return Expression(self.model.symptom.when)

    @cached_property
    def say(self) -> Template:
        """The symptom in words."""
        return template(self.model.symptom.say)

    @cached_property
    def since(self) -> Expression | None:
        """When the symptom began."""
        return Expression(self.model.symptom.since) if self.model.symptom.since else None

    @cached_property
    def passing(self) -> Expression | None:
        """Whether the symptom may well pass by itself."""
        return Expression(self.model.symptom.passing) if self.model.symptom.passing else None

    @cached_property
    def severities(self) -> tuple[tuple[Expression, Severity], ...]:
        """Conditions under which the symptom is graver or milder than the playbook says."""
        return tuple((Expression(case.when), case.severity) for case in self.model.symptom.severity)

    @cached_property
    def explained_by(self) -> tuple[Expression, ...]:
        """Expressions for the objects of which this symptom may be a consequence."""
        return tuple(Expression(text) for text in self.model.explained_by)

    @cached_property
    def causes(self) -> tuple[CompiledCause, ...]:
        """The rivals, in the author's order."""
        return tuple(_compile_cause(cause) for cause in self.model.causes)

    @property
    def is_live(self) -> bool:
        """Whether it says anything of a running cluster."""
        return self.model.spec is None or not self.model.spec.only

    @cached_property
    def spec_view(self) -> CompiledPlaybook | None:
        """The playbook as it is asked of manifests, where nothing runs; None where it says nothing of them."""
        return CompiledPlaybook(_of_specs(self.model, self.model.spec), self.path) if self.model.spec else None

    @cached_property
    def near(self) -> Expression | None:
        """What in the files is most likely meant where something is not in them."""
        spec = self.model.spec
        return Expression(spec.near) if spec is not None and spec.near else None

    @property
    def names(self) -> set[str]:
        """Every name that its expressions may use."""
        bound = {"subject", "clock", "affected", "proved", *self.relations, *self.model.let}
        return bound | ({self.model.each.bind} if self.model.each else set())

    @cached_property
    def conditions_on_subject_alone(self) -> tuple[Expression, ...]:
        """The conditions of the symptom that stand on nothing but the subject's own fields: no other object, no age.

        Where one is false, there is no symptom as long as the subject is the same.
        """
        if self.each is not None:
            return ()
        return tuple(part for part in self.symptom.conjuncts if self._is_of_subject_alone(part))

    def _is_of_subject_alone(self, expression: Expression) -> bool:
        if any(name in _OF_TIME for name, _ in expression.calls):
            return False
        return all(
            name == "subject" or (name in self.lets and self._is_of_subject_alone(self.lets[name]))
            for name in expression.names
        )

    def dependents(self, name: str) -> frozenset[str]:
        """The names whose value depends on `name`, directly or through others."""
        if name not in self._dependents:
            self._dependents[name] = self._depending_on(name)
        return self._dependents[name]

    @cached_property
    def _dependents(self) -> dict[str, frozenset[str]]:
        return {}

    def _depending_on(self, name: str) -> frozenset[str]:
        uses: dict[str, set[str]] = {n: set(e.names) for n, e in self.lets.items()}
        uses |= {bind: {r.source} for bind, r in self.relations.items()}
        found = {name}
        while grown := {n for n, used in uses.items() if used & found} - found:
            found |= grown
        return frozenset(found)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text in which `{{ … }}` may stand, with its place in the file."""
        yield "$.symptom.say", self.model.symptom.say
        for i, cause in enumerate(self.model.causes):
            place = f"$.causes[{i}]"
            yield f"{place}.title", cause.title
            for j, rule in enumerate(cause.ruled_out_if):
                yield f"{place}.ruled_out_if[{j}].say", rule.say
                run = rule.fixed.run if rule.fixed else ()
                yield from ((f"{place}.ruled_out_if[{j}].fixed.run[{k}]", text) for k, text in enumerate(run))
            yield f"{place}.fix.say", cause.fix.say
            yield from ((f"{place}.fix.run[{j}]", command.run) for j, command in enumerate(cause.fix.commands))
            for j, other in enumerate(cause.fix.alternatives):
                way = f"{place}.fix.alternatives[{j}]"
                yield f"{way}.say", other.say
                yield from ((f"{way}.run[{k}]", command.run) for k, command in enumerate(other.commands))
            yield from ((f"{place}.verify[{j}]", text) for j, text in enumerate(cause.verify))

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Every expression with its place in the file, as `$.causes[0].when`."""
        for name, expression in self.lets.items():
            yield f"$.let.{name}", expression
        if self.each:
            yield "$.each.in", self.each[1]
        yield "$.symptom.when", self.symptom
        yield from _holes("$.symptom.say", self.say)
        if self.since:
            yield "$.symptom.since", self.since
        if self.passing:
            yield "$.symptom.passing", self.passing
        for i, (condition, _) in enumerate(self.severities):
            yield f"$.symptom.severity[{i}].when", condition
        for i, expression in enumerate(self.explained_by):
            yield f"$.explained_by[{i}]", expression
        for i, cause in enumerate(self.causes):
            yield from _cause_expressions(f"$.causes[{i}]", cause)


def _of_specs(model: Playbook, spec: Spec) -> Playbook:
    """The playbook with what its `spec` changes, and no cause but those that specs can prove."""
    added = {relate.bind for relate in spec.relate}
    kinds = (spec.subject,) if spec.subject else model.kinds
    return replace(
        model,
        subject=kinds,
        also=(),
        suspects=spec.suspects,
        candidates=("planned",) if "Pod" in kinds else (),
        relate=(*(r for r in model.relate if r.bind not in added), *spec.relate),
        let=model.let | spec.let,
        each=spec.each or model.each,
        symptom=spec.symptom or model.symptom,
        explained_by=model.explained_by if spec.explained_by is None else spec.explained_by,
        causes=tuple(_planned(c, model) for c in model.causes if not spec.causes or c.cause in spec.causes),
    )


_SHORT_OF_RUNNING = frozenset(
    ("scheduling", "silent", "starting", "image", "config", "create", "init", "crash", "unready")
)


def _planned(cause: Cause, model: Playbook) -> Cause:
    """The cause, high at least where it keeps Pods from running: their workload would be without a replica.

    Of a running cluster that is said by what follows from it; before the deploy nothing has followed yet.
    """
    steps = frozenset(model.candidates)
    is_refused = model.spec is not None and model.spec.subject == "Pod"
    stops = (
        (is_refused or steps & _SHORT_OF_RUNNING)
        and "fine" not in steps
        and cause.confidence is not Confidence.POSSIBLE
    )
    if not stops or cause.severity is not None or model.severity.rank <= Severity.HIGH.rank:
        return cause
    return replace(cause, severity=Severity.HIGH)


def _compile_cause(cause: Cause) -> CompiledCause:
    return CompiledCause(
        model=cause,
        when=Expression(cause.when),
        certain_if=Expression(cause.certain_if) if cause.certain_if else None,
        ruled_out_if=tuple(map(_compile_ruled_out, cause.ruled_out_if)),
        root=Expression(cause.root),
        title=template(cause.title),
        evidence=tuple(CompiledEvidence(Expression(e.show), Expression(e.of), e.label, e.path) for e in cause.evidence),
        say=template(cause.fix.say),
        run=tuple(_compile_command(command) for command in cause.fix.commands),
        run_all=Expression(cause.fix.run_all) if cause.fix.run_all else None,
        alternatives=tuple(map(_compile_alternative, cause.fix.alternatives)),
        explains=Expression(cause.explains) if cause.explains else None,
        verify=tuple(template(text) for text in cause.verify),
    )


def _compile_ruled_out(rule: RuledOut) -> CompiledRuledOut:
    return CompiledRuledOut(Expression(rule.when), template(rule.say), _compile_fixed(rule.fixed))


def _compile_fixed(fixed: Fixed | None) -> CompiledFixed | None:
    if fixed is None:
        return None
    last = Expression(fixed.last) if fixed.last else None
    run_all = Expression(fixed.run_all) if fixed.run_all else None
    return CompiledFixed(RETRIES[fixed.retry], last, tuple(map(template, fixed.run)), run_all)


def _compile_command(command: Command) -> CompiledCommand:
    safety = command.safety or safety_of(command.run) or Safety.INTERRUPTS  # lint refuses what nobody can tell
    when = Expression(command.when) if command.when else None
    return CompiledCommand(template(command.run), when, safety, command.placeholders)


def _compile_alternative(other: Alternative) -> CompiledAlternative:
    return CompiledAlternative(
        say=template(other.say),
        when=Expression(other.when) if other.when else None,
        run=tuple(_compile_command(command) for command in other.commands),
        run_all=Expression(other.run_all) if other.run_all else None,
        placeholders=other.placeholders,
    )


def _cause_expressions(place: str, cause: CompiledCause) -> Iterator[tuple[str, Expression]]:
    yield f"{place}.when", cause.when
    yield f"{place}.root", cause.root
    if cause.certain_if:
        yield f"{place}.certain_if", cause.certain_if
    if cause.explains:
        yield f"{place}.explains", cause.explains
    if cause.run_all:
        yield f"{place}.fix.run_all", cause.run_all
    for i, rule in enumerate(cause.ruled_out_if):
        yield from _ruled_out_expressions(f"{place}.ruled_out_if[{i}]", rule)
    for i, evidence in enumerate(cause.evidence):
        yield f"{place}.evidence[{i}].show", evidence.show
        yield f"{place}.evidence[{i}].of", evidence.of
    yield from _holes(f"{place}.title", cause.title)
    yield from _holes(f"{place}.fix.say", cause.say)
    yield from _run_expressions(f"{place}.fix", cause.run, cause.model.fix.run)
    for i, (other, written) in enumerate(zip(cause.alternatives, cause.model.fix.alternatives, strict=True)):
        way = f"{place}.fix.alternatives[{i}]"
        if other.when:
            yield f"{way}.when", other.when
        yield from _holes(f"{way}.say", other.say)
        yield from _run_expressions(way, other.run, written.run)
        if other.run_all:
            yield f"{way}.run_all", other.run_all
    for i, text in enumerate(cause.verify):
        yield from _holes(f"{place}.verify[{i}]", text)


def _ruled_out_expressions(place: str, rule: CompiledRuledOut) -> Iterator[tuple[str, Expression]]:
    yield f"{place}.when", rule.when
    yield from _holes(f"{place}.say", rule.say)
    if rule.fixed is not None:
        if rule.fixed.last is not None:
            yield f"{place}.fixed.last", rule.fixed.last
        for i, text in enumerate(rule.fixed.run):
            yield from _holes(f"{place}.fixed.run[{i}]", text)
        if rule.fixed.run_all is not None:
            yield f"{place}.fixed.run_all", rule.fixed.run_all


def _run_expressions(
    place: str, run: Sequence[CompiledCommand], written: Sequence[str | Command]
) -> Iterator[tuple[str, Expression]]:
    for i, (command, model) in enumerate(zip(run, written, strict=True)):
        if command.when:
            yield f"{place}.run[{i}].when", command.when
        yield from _holes(f"{place}.run[{i}]{'' if isinstance(model, str) else '.run'}", command.text)


def _holes(place: str, text: Template) -> Iterator[tuple[str, Expression]]:
    for expression in text.expressions:
        yield place, expression
