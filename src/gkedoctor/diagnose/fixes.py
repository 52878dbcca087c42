"""The fix of a diagnosis: the sentences and commands of its cause, with the values of the recording in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gkedoctor.diagnose.evaluate import Finding, root_in
from gkedoctor.diagnose.identity import fingerprint, identity
from gkedoctor.diagnose.model import Recovery, ResolvedAlternative, ResolvedFix, Step
from gkedoctor.diagnose.scope import Scope
from gkedoctor.graph import Graph, Ref
from gkedoctor.graph.core.times import human_duration
from gkedoctor.graph.objects.sources import source_of
from gkedoctor.playbook.compiled import CompiledAlternative, CompiledCause, CompiledCommand
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.model import Safety
from gkedoctor.playbook.retries import Retry
from gkedoctor.playbook.safety import safety_of
from gkedoctor.snapshot.timestamps import parse_timestamp


def resolved_fix(graph: Graph, cause: CompiledCause, scope: Scope, root: Ref) -> ResolvedFix:
    """The fix with its commands: the author's, and those that an expression lists."""
    steps = [*_steps(cause.run, scope), *_listed(cause.run_all, cause.model.fix.placeholders, scope)]
    ways = [way for other in cause.alternatives if (way := _way(other, scope)) is not None]
    return ResolvedFix(
        say=cause.say.render(scope.evaluate),
        commands=_commands(steps),
        described=(*steps, *(step for _, found in ways for step in found)),
        alternatives=tuple(ResolvedAlternative(say, _commands(found)) for say, found in ways),
        only_reads=cause.model.fix.only_reads if all(step.safety is Safety.READS for step in steps) else None,
        managed_by=source_of(graph, root),
    )


def _way(other: CompiledAlternative, scope: Scope) -> tuple[str, list[Step]] | None:
    """An alternative with its commands; None where it does not hold, or has commands and none of them is printed."""
    if not _holds(other.when, scope):
        return None
    steps = [*_steps(other.run, scope), *_listed(other.run_all, other.placeholders, scope)]
    has_commands = bool(other.run) or other.run_all is not None
    return (other.say.render(scope.evaluate), steps) if steps or not has_commands else None


def _commands(steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(step.command for step in steps)


def _listed(run_all: Expression | None, placeholders: Mapping[str, str], scope: Scope) -> list[Step]:
    """The commands that an expression gives, each with the placeholders that stand in it."""
    found = scope.evaluate(run_all) if run_all is not None else None
    commands = [c for c in found if isinstance(c, str)] if isinstance(found, list) else []
    return [Step(c, safety_of(c) or Safety.CHANGES, _open_placeholders(c, placeholders)) for c in commands]


def _steps(run: Sequence[CompiledCommand], scope: Scope) -> list[Step]:
    return [_step(command, scope) for command in run if _holds(command.when, scope)]


def _step(command: CompiledCommand, scope: Scope) -> Step:
    text = command.text.render(scope.evaluate, shell=True)
    return Step(text, command.safety, _open_placeholders(text, command.placeholders))


def _open_placeholders(command: str, placeholders: Mapping[str, str]) -> dict[str, str]:
    """Those that are in the command; one that gave way to a value of the recording needs no word."""
    return {
        name: meaning
        for name, meaning in placeholders.items()
        if re.search(rf"(?<![A-Z0-9_]){re.escape(name)}(?![A-Z0-9_])", command)
    }


def _holds(condition: Expression | None, scope: Scope) -> bool:
    """Whether a condition is certainly true; what is unknown prints no command."""
    return condition is None or scope.holds(condition) is True


def recovery_of(graph: Graph, finding: Finding) -> Recovery | None:
    """Who tries again, and when at the latest, where the cause of a finding is fixed already."""
    if finding.fixed is None:
        return None
    cause, rule = finding.fixed
    assert rule.fixed is not None
    scope, root = finding.scope, root_in(cause, finding.scope) or finding.ref
    last = scope.evaluate(rule.fixed.last) if rule.fixed.last is not None else None
    return Recovery(
        cause=cause.cause,
        fixes=fingerprint(cause.cause, identity(graph, root)),
        say=rule.say.render(scope.evaluate),
        by=rule.fixed.retry.by,
        longest=_remaining(graph, rule.fixed.retry, last),
        commands=tuple(text.render(scope.evaluate, shell=True) for text in rule.fixed.run),
    )


def _remaining(graph: Graph, retry: Retry, last: object) -> int:
    """Seconds until the next try at most: counted from the last one where its time is known."""
    tried = parse_timestamp(last) if isinstance(last, str) else None
    passed = (graph.clock - tried).total_seconds() if tried is not None else 0
    return max(0, round(retry.longest - max(0, passed)))


def recovery_sentence(recovery: Recovery) -> str:
    """`fixed: Secret shop-db now exists; the kubelet retries within 90s`."""
    due = f"retries within {human_duration(recovery.longest)}" if recovery.longest else "is due to retry"
    return f"fixed: {recovery.say}; {recovery.by} {due}"
