"""A report on an object or some namespaces, from the part of a cluster or recording that the answer needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gkedoctor.diagnose.model import Outcome
from gkedoctor.diagnose.part_diagnosis import PartDiagnosis, diagnose_part
from gkedoctor.errors import UsageError
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.required_kinds import needed_kinds
from gkedoctor.report.answer import Answer
from gkedoctor.report.object_argument import HABITUAL, ObjectArgument, namespace_doubts, target_doubts
from gkedoctor.report.part_scope import scope_notes
from gkedoctor.report.selection import Selection
from gkedoctor.service.path import front_end_of, is_entry_point
from gkedoctor.service.path_part import path_in
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.part import PartReader, Read
from gkedoctor.snapshot.partial import Part

_RUNNING = frozenset({"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"})
"""Kinds of which no finding has an object as its cause that does not exist."""

_MOST_HOMES = 3
"""Namespaces with an object of the name up to which they are read one by one."""

ToAnswer = Callable[[Outcome, Snapshot], Answer]
"""Takes what was asked for out of an outcome."""

OnPartialAnswer = Callable[[Answer, Sequence[str]], None]
"""Takes what is proved so far, and the names of the collections that are read next."""


@dataclass(frozen=True)
class PartQuestion:
    """What is asked of a part: these namespaces, or those that have the object.

    `name`: of an object of any kind. `entry_point`: a host, an address or a URL, and what serves it is meant.
    """

    target: ObjectArgument | None
    namespaces: tuple[str, ...]
    name: str | None = None
    entry_point: str | None = None


def part_question(wanted: Selection, name: str | None = None) -> PartQuestion | None:
    """The question that a part can answer; None where it is about the whole cluster.

    `name`: what was written where it is not KIND/NAME.
    """
    if name is not None and is_entry_point(name):
        return PartQuestion(None, tuple(sorted(wanted.namespaces)), entry_point=name)
    target, namespaces = wanted.target, tuple(sorted(wanted.namespaces))
    if target is None:
        return PartQuestion(None, namespaces, name) if namespaces else None
    if target.kind.name == "Namespace" and not namespaces:
        return PartQuestion(target, (target.name,))
    if not target.kind.namespaced:
        return None
    return PartQuestion(target, (target.namespace,) if target.namespace is not None else namespaces)


def answer_of_part(
    question: PartQuestion,
    reader: PartReader,
    playbooks: Sequence[CompiledPlaybook],
    to_answer: ToAnswer,
    on_partial: OnPartialAnswer | None = None,
) -> Answer | None:
    """What the whole would answer; None where the whole is needed. UsageError for what certainly does not exist.

    `on_partial` is called with what is proved already, each time that more is to be read.
    """
    part = Part(reader)
    asked, served = question, _served(question, part)
    if served is None:
        return None
    question = served
    namespaces = _located(question, part)
    if not namespaces:
        return None
    if question.name is not None:
        kinds = [kind for kind in needed_kinds(playbooks) if kind.namespaced]
        part.read(Read(kind.collection, namespace) for kind in kinds for namespace in namespaces)

    def tell(found: PartDiagnosis, waiting: Sequence[str]) -> None:
        if on_partial is not None:
            on_partial(to_answer(found.outcome, found.snapshot), waiting)

    found = diagnose_part(part, playbooks, namespaces, on_partial=tell if on_partial is not None else None)
    answer = to_answer(found.outcome, found.snapshot)
    meant = [f"{asked.entry_point} is served by {question.target}"] if asked.entry_point is not None else []
    return replace(answer, left_out=None, notes=(*answer.notes, *meant, *scope_notes(part, namespaces)))


def _served(question: PartQuestion, part: Part) -> PartQuestion | None:
    """The question about the object that serves a host or an address; None where the whole cluster is needed."""
    if question.entry_point is None:
        return question
    only = question.namespaces[0] if len(question.namespaces) == 1 else None
    found = path_in(question.entry_point, part, only)
    if found is None:
        return None
    target = front_end_of(found)
    return PartQuestion(target, (str(target.namespace),))


def _located(question: PartQuestion, part: Part) -> tuple[str, ...]:
    """The namespaces to read; none where it is in none (a finding may name what does not exist) or in many.

    A wrong name of a namespace or of what runs Pods is refused at once.
    """
    target = question.target
    if target is None or target.kind.name == "Namespace":
        part.read([Read("namespaces")])
        for namespace in question.namespaces:
            _check_namespace(namespace, part)
        return question.namespaces
    collection = target.kind.collection
    places = question.namespaces or ("",)
    part.read([Read("namespaces"), *(Read(collection, place, target.name) for place in places)])
    homes = {str(item["metadata"]["namespace"]) for item in part.snapshot().collection(collection).objects}
    if not homes and target.kind.name in _RUNNING:
        _refuse(target, question.namespaces, part)
    for namespace in () if homes else question.namespaces:
        _check_namespace(namespace, part)
    return question.namespaces or (tuple(sorted(homes)) if len(homes) <= _MOST_HOMES else ())


def _refuse(target: ObjectArgument, namespaces: Sequence[str], part: Part) -> None:
    """UsageError, with the names that may be meant, where the object certainly does not exist."""
    try:
        list(target_doubts(target, namespaces, part.snapshot()))
    except UsageError:
        for namespace in namespaces:
            _check_namespace(namespace, part)
        collection = target.kind.collection
        part.read([Read(collection, "", target.name), *(Read(collection, place) for place in namespaces or ("",))])
        list(target_doubts(target, namespaces, part.snapshot()))
        raise


def _check_namespace(name: str, part: Part) -> None:
    """UsageError where a namespace certainly does not exist: in a recording, what lives in it is proof enough."""
    try:
        list(namespace_doubts(name, part.snapshot()))
    except UsageError:
        part.read(Read(KINDS[kind].collection, name) for kind in HABITUAL)
        list(namespace_doubts(name, part.snapshot()))
