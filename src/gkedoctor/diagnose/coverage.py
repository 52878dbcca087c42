"""Which causes and rule-outs of a playbook its own cases reach. What no case reaches is not known to work."""

from __future__ import annotations

from collections.abc import Iterable

from gkedoctor.diagnose.cases import Case, LoadRecording, given_snapshot
from gkedoctor.diagnose.evaluate import Doubts, findings
from gkedoctor.graph import Graph
from gkedoctor.playbook.compiled import CompiledPlaybook


def untested(playbook: CompiledPlaybook, cases: Iterable[Case], recording: LoadRecording) -> list[str]:
    """What the cases of a playbook do not reach, in words: causes, rule-outs, silence, a denied listing."""
    cases = [case for case in cases if not case.todo]
    won: set[int] = set()
    hit: set[tuple[int, int]] = set()
    for case in cases:
        graph = Graph(given_snapshot(case.given, recording))
        for finding in findings(graph, playbook, Doubts()):
            won |= {i for i, cause in enumerate(playbook.causes) if cause is finding.winner}
            hit |= {
                (i, j)
                for i, cause in enumerate(playbook.causes)
                for j, (condition, _) in enumerate(cause.ruled_out_if)
                if finding.scope.holds(condition) is True
            }
    return [*_unreached(playbook, won, hit), *_unasked(playbook, cases)]


def _unreached(playbook: CompiledPlaybook, won: set[int], hit: set[tuple[int, int]]) -> Iterable[str]:
    for i, cause in enumerate(playbook.causes):
        if i not in won:
            yield f"no case confirms {cause.cause} (causes[{i}])"
        for j in range(len(cause.ruled_out_if)):
            if (i, j) not in hit:
                yield f"no case hits rule-out {j} of {cause.cause} (causes[{i}])"


def _unasked(playbook: CompiledPlaybook, cases: list[Case]) -> Iterable[str]:
    if not any(not case.expect and not case.unexplained for case in cases):
        yield "no case is met with silence"
    if playbook.causes and not any(case.given.deny for case in cases):
        yield "no case denies a listing"
