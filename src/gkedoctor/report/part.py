"""The answer to a question about one object of a large snapshot, without reading all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gkedoctor.diagnose.focus import diagnose_namespace
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.errors import UsageError
from gkedoctor.graph import Ref
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.report.answer import Answer
from gkedoctor.report.selection import Wanted
from gkedoctor.report.sift import answer
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.part import WORTH_IT


def answer_of_part(
    snapshot: Snapshot,
    playbooks: Sequence[CompiledPlaybook],
    wanted: Wanted,
    *,
    show_suppressed: bool = False,
    least: int = WORTH_IT,
) -> Answer | None:
    """What the whole would answer; None where only the whole can tell. `least` as in `diagnose_namespace`.

    In `not_checked` stands what this question needed. What others need is left out where it is no gap in the answer.
    """
    namespace = _namespace(wanted)
    focused = diagnose_namespace(snapshot, playbooks, namespace, least=least) if namespace is not None else None
    if focused is None:
        return None
    try:
        found = answer(focused.outcome, focused.snapshot, wanted, show_suppressed=show_suppressed)
    except UsageError:  # the whole knows better what was meant
        return None
    shown = [*found.outcome.diagnoses, *(s.finding for s in found.suppressed if isinstance(s.finding, Diagnosis))]
    inside = all(ref.namespace == namespace for diagnosis in shown for ref in _refs(diagnosis))
    return replace(found, left_out=None) if inside else None


def _namespace(wanted: Wanted) -> str | None:
    """The namespace of the one object that is asked for."""
    target = wanted.target
    if target is None or not target.kind.namespaced:
        return None
    if target.namespace is not None:
        return target.namespace
    return next(iter(wanted.namespaces)) if len(wanted.namespaces) == 1 else None


def _refs(diagnosis: Diagnosis) -> Iterable[Ref]:
    return [diagnosis.root, *(consequence.ref for consequence in diagnosis.explains)]
