"""The fix of a diagnosis: the sentences and commands of its cause, with the values of the recording in them."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.diagnose.evaluate import Finding, root_in
from gkedoctor.diagnose.identity import fingerprint, identity
from gkedoctor.diagnose.model import Recovery, ResolvedAlternative, ResolvedFix, Step
from gkedoctor.diagnose.scope import Scope
from gkedoctor.graph import Graph, Ref
from gkedoctor.graph.objects.sources import source_of
from gkedoctor.playbook.compiled import CompiledCause, CompiledCommand
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.retries import Retry
from gkedoctor.snapshot.timestamps import parse_timestamp


def resolved_fix(graph: Graph, cause: CompiledCause, scope: Scope, root: Ref) -> ResolvedFix:
    """The fix with its commands: the author's, and those that an expression lists."""
    written = _steps(cause.run, scope)
    others = [other for other in cause.alternatives if _holds(other.when, scope)]
    ways = [(other.say.render(scope.evaluate), _steps(other.run, scope)) for other in others]
    more = scope.evaluate(cause.run_all) if cause.run_all is not None else None
    listed = [command for command in (more if isinstance(more, list) else []) if isinstance(command, str)]
    commands = (*(step.command for step in written), *listed)
    return ResolvedFix(
        say=cause.say.render(scope.evaluate),
        commands=commands,
        described=(*written, *(step for _, steps in ways for step in steps)),
        alternatives=tuple(ResolvedAlternative(say, tuple(step.command for step in steps)) for say, steps in ways),
        only_reads=cause.model.fix.only_reads,
        managed_by=source_of(graph, root),
    )


def _steps(run: Sequence[CompiledCommand], scope: Scope) -> list[Step]:
    return [_step(command, scope) for command in run if _holds(command.when, scope)]


def _step(command: CompiledCommand, scope: Scope) -> Step:
    """A command with its values; a placeholder whose value the recording has needs no words."""
    text = command.text.render(scope.evaluate, shell=True)
    return Step(text, command.safety, {name: what for name, what in command.placeholders.items() if name in text})


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
    due = f"retries within {_age(recovery.longest)}" if recovery.longest else "is due to retry"
    return f"fixed: {recovery.say}; {recovery.by} {due}"


def _age(seconds: int) -> str:
    """Seconds as kubectl prints ages: `90s`, `5m`, `16m`."""
    return f"{seconds}s" if seconds < 120 else f"{seconds // 60}m"
