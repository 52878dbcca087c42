"""A report on an object or some namespaces, from the part of a cluster or recording that the answer needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gkedoctor.diagnose.model import Outcome
from gkedoctor.diagnose.part_diagnosis import OnPartial, PartDiagnosis, diagnose_part
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.report.answer import Answer
from gkedoctor.report.object_argument import ObjectArgument
from gkedoctor.service.part_location import LocatedPart, PartQuestion, located
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.part import PartReader
from gkedoctor.snapshot.partial import Part

ToAnswer = Callable[[Outcome, Snapshot, ObjectArgument | None], Answer]
"""Takes what was asked for out of an outcome; with the object that is meant, where one is."""

OnPartialAnswer = Callable[[Answer, Sequence[str]], None]
"""Takes what is proved so far, and the names of the collections that are read next."""


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
    place = located(question, Part(reader), playbooks)
    if place is None:
        return None

    def tell(found: PartDiagnosis, waiting: Sequence[str]) -> None:
        if on_partial is not None:
            on_partial(to_answer(found.outcome, found.snapshot, place.target), waiting)

    found = diagnosis_of(place, playbooks, tell if on_partial is not None else None)
    return in_scope(to_answer(found.outcome, found.snapshot, place.target), place.scope_notes())


def diagnosis_of(
    place: LocatedPart, playbooks: Sequence[CompiledPlaybook], on_partial: OnPartial | None = None
) -> PartDiagnosis:
    """What is wrong there: reads what is still lacking. SourceError of the reader."""
    return diagnose_part(place.part, playbooks, place.namespaces, place.objects, on_partial=on_partial)


def in_scope(answer: Answer, notes: Sequence[str]) -> Answer:
    """An answer out of a part of the cluster. `notes`: what is to be said of its scope."""
    return replace(answer, left_out=None, notes=(*answer.notes, *notes))
