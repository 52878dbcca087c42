"""The answer to a question about one object of a large snapshot, without reading all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gkedoctor.diagnose.model import Diagnosis, Unexplained
from gkedoctor.diagnose.namespace_diagnosis import NamespaceDiagnosis, diagnose_namespace
from gkedoctor.errors import UsageError
from gkedoctor.graph import Ref
from gkedoctor.playbook.library import Library
from gkedoctor.report.answer import Answer
from gkedoctor.report.filtering import answer
from gkedoctor.report.selection import Selection, matcher
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.namespace_view import WORTH_IT


def answer_of_part(
    snapshot: Snapshot,
    playbooks: Library,
    wanted: Selection,
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
        found = answer(focused.outcome, focused.snapshot, wanted, playbooks, show_suppressed=show_suppressed)
    except UsageError:  # the whole knows better what was meant
        return None
    return replace(found, left_out=None) if _is_whole(found, focused, wanted) else None


def _is_whole(found: Answer, focused: NamespaceDiagnosis, wanted: Selection) -> bool:
    """Whether all that is shown, and all that it follows from, lies within the namespace."""
    shown = [*found.outcome.diagnoses, *found.outcome.unexplained, *(s.finding for s in found.suppressed)]
    refs = {ref for finding in shown for ref in _refs(finding)}
    meant = any(map(matcher(focused.snapshot, wanted), focused.open))
    numbered = focused.open and any("-" in finding.fingerprint for finding in shown)
    inside = all(ref.namespace == _namespace(wanted) for ref in refs)
    return inside and not meant and not numbered and not refs & focused.open


def _namespace(wanted: Selection) -> str | None:
    """The namespace of the one object that is asked for."""
    target = wanted.target
    if target is None or not target.kind.namespaced:
        return None
    if target.namespace is not None:
        return target.namespace
    return next(iter(wanted.namespaces)) if len(wanted.namespaces) == 1 else None


def _refs(finding: Diagnosis | Unexplained) -> Iterable[Ref]:
    if isinstance(finding, Unexplained):
        return [finding.ref]
    return [finding.root, *(consequence.ref for consequence in finding.explains)]
