"""Which causes and rule-outs of a playbook its own cases reach. What no case reaches is not known to work."""

from __future__ import annotations

from collections.abc import Iterable

from gkedoctor.diagnose.cases import Case, LoadRecording, given_snapshot, given_world
from gkedoctor.diagnose.evaluate import UnknownFacts, findings
from gkedoctor.diagnose.spec import lint
from gkedoctor.graph import Graph
from gkedoctor.playbook.compiled import CompiledPlaybook


def untested(playbook: CompiledPlaybook, cases: Iterable[Case], recording: LoadRecording) -> list[str]:
    """What the cases of a playbook do not reach, in words: causes, rule-outs, silence, a denied listing."""
    done = [case for case in cases if not case.todo]
    live = [case for case in done if not case.given.manifests]
    specs = [case for case in done if case.given.manifests]
    return [
        *(_untested_live(playbook, live, recording) if playbook.is_live else []),
        *_untested_specs(playbook, specs, recording),
    ]


def _untested_specs(playbook: CompiledPlaybook, cases: list[Case], recording: LoadRecording) -> Iterable[str]:
    """Of `spec`: the causes that no case confirms, and silence."""
    if playbook.spec_view is None:
        return
    outcomes = [lint(given_world(case.given, recording)[0], [playbook]) for case in cases]
    found = {d.cause for outcome in outcomes for d in outcome.diagnoses}
    for cause in playbook.spec_view.causes:
        if cause.cause not in found:
            yield f"no case of manifests confirms {cause.cause}"
    if not any(not outcome.diagnoses for outcome in outcomes):
        yield "no case of manifests is met with silence"


def _untested_live(playbook: CompiledPlaybook, cases: list[Case], recording: LoadRecording) -> list[str]:
    won: set[int] = set()
    hit: set[tuple[int, int]] = set()
    for case in cases:
        graph = Graph(given_snapshot(case.given, recording))
        for finding in findings(graph, playbook, UnknownFacts()):
            won |= {i for i, cause in enumerate(playbook.causes) if cause is finding.winner}
            hit |= {
                (i, j)
                for i, cause in enumerate(playbook.causes)
                for j, rule in enumerate(cause.ruled_out_if)
                if finding.scope.holds(rule.when) is True
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
