"""What of an outcome was asked for: one object, some namespaces, labels, the grave ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from gkedoctor.diagnose.engine import matters
from gkedoctor.diagnose.model import Diagnosis, Outcome, Unexplained
from gkedoctor.errors import UsageError
from gkedoctor.graph import Graph, Ref, ref_of, workload
from gkedoctor.graph.core.selector_syntax import Requirements, selects
from gkedoctor.graph.request_path.unknown_hops import UnknownHop
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.object_argument import ObjectArgument, namespace_doubts, target_doubts
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object, Snapshot


@dataclass(frozen=True)
class Selection:
    """What is asked for. Empty: everything. One object has to meet all of it."""

    target: ObjectArgument | None = None
    namespaces: frozenset[str] = frozenset()
    labels: Requirements = ()
    min_severity: Severity = Severity.ADVISORY

    @property
    def some_objects(self) -> bool:
        """Whether it says which objects are asked for."""
        return bool(self.target or self.namespaces or self.labels)


def select(outcome: Outcome, snapshot: Snapshot, wanted: Selection) -> Answer:
    """The diagnoses and open symptoms of which the root or anything that suffers is asked for.

    UsageError where the object or namespace that is asked for does certainly not exist.
    """
    matches = matcher(snapshot, wanted)
    diagnoses = [d for d in outcome.diagnoses if _grave(d, wanted) and any(map(matches, _refs(d)))]
    unexplained = [u for u in outcome.unexplained if any(map(matches, u.refs))]
    notes = tuple(_doubts(outcome, snapshot, wanted))
    hops = tuple(one for one in outcome.unknown_hops if matches(one.frontend))
    everything = len(outcome.diagnoses) + len(outcome.unexplained)
    selected = msgspec.structs.replace(
        outcome,
        diagnoses=tuple(diagnoses),
        unexplained=tuple(unexplained),
        complete=_is_complete(outcome, hops) and not notes,
        unknown_hops=hops,
    )
    left_out = everything - len(diagnoses) - len(unexplained)
    return Answer(selected, left_out, notes, advice_in_full=wanted.target is not None)


def _is_complete(outcome: Outcome, hops: Sequence[UnknownHop]) -> bool:
    """Whether all was checked that the question needs: a request path elsewhere is no gap in its answer."""
    if outcome.complete or hops or not outcome.unknown_hops:
        return outcome.complete
    return not any(map(matters, outcome.not_checked))


def _grave(diagnosis: Diagnosis, wanted: Selection) -> bool:
    return diagnosis.severity.rank <= wanted.min_severity.rank


def _refs(finding: Diagnosis | Unexplained) -> Iterable[Ref]:
    if isinstance(finding, Unexplained):
        return finding.refs
    return [finding.root, *(consequence.ref for consequence in finding.explains)]


def matcher(snapshot: Snapshot, wanted: Selection) -> Callable[[Ref], bool]:
    """Whether an object is asked for: itself or, as findings name workloads, one of its Pods."""
    if not wanted.some_objects:
        return lambda _: True
    graph = Graph(snapshot)
    of_pods = {
        ref_of(workload(graph, item))
        for kind in ("Pod", "ReplicaSet")
        for item in graph.all(kind)
        if _meets(ref_of(item), item, wanted)
    }
    return lambda ref: ref in of_pods or _meets(ref, _object(graph, ref), wanted)


def _object(graph: Graph, ref: Ref) -> Object | None:
    if ref.kind not in KINDS or ref.project is not None:
        return None
    found = graph.find(ref.kind, ref.namespace, ref.name)
    return found if isinstance(found, dict) else None


def _meets(ref: Ref, item: Object | None, wanted: Selection) -> bool:
    if wanted.target and not wanted.target.is_at(ref):
        return False
    if wanted.namespaces and _home(ref) not in wanted.namespaces:
        return False
    return not wanted.labels or (item is not None and selects(wanted.labels, item["metadata"].get("labels")))


def _home(ref: Ref) -> str | None:
    return ref.name if ref.kind == "Namespace" else ref.namespace


def _doubts(outcome: Outcome, snapshot: Snapshot, wanted: Selection) -> Iterator[str]:
    """What was asked for and could not be looked up. What a finding names need not exist: that may be the fault."""
    findings: list[Diagnosis | Unexplained] = [*outcome.diagnoses, *outcome.unexplained]
    named = [ref for finding in findings for ref in _refs(finding)]
    for namespace in sorted(wanted.namespaces - {_home(ref) for ref in named}):
        yield from namespace_doubts(namespace, snapshot)
    target = wanted.target
    if target is None:
        return
    if target.namespace and wanted.namespaces and target.namespace not in wanted.namespaces:
        raise UsageError(f"{target} is not in namespace {', '.join(sorted(wanted.namespaces))}")
    if not any(target.is_at(ref) for ref in named):
        yield from target_doubts(target, wanted.namespaces, snapshot)
