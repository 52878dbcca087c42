"""The answer to a question, without what is suppressed, and with what a baseline knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from gkedoctor.compare.inputs import ComparisonInput
from gkedoctor.compare.match import known
from gkedoctor.config.model import SuppressionRule
from gkedoctor.config.suppress import suppress
from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.library import Library
from gkedoctor.report.answer import Answer
from gkedoctor.report.selection import Selection, select
from gkedoctor.snapshot.model import Snapshot


def answer(
    outcome: Outcome,
    snapshot: Snapshot,
    wanted: Selection,
    library: Library,
    *,
    rules: Sequence[SuppressionRule] = (),
    baseline: ComparisonInput | None = None,
    show_suppressed: bool = False,
) -> Answer:
    """What was asked for, sifted. An object that only a suppressed finding names can be asked for as well.

    `library`: whose causes annotations may name.
    """
    sifted = suppress(outcome, snapshot, rules, library)
    asked = select(outcome, snapshot, wanted)
    hidden = {id(one.finding) for one in sifted.suppressed}
    shown = {id(finding) for finding in (*asked.outcome.diagnoses, *asked.outcome.unexplained)}
    suppressed = tuple(one for one in sifted.suppressed if id(one.finding) in shown)
    left = msgspec.structs.replace(
        asked.outcome,
        diagnoses=tuple(d for d in asked.outcome.diagnoses if id(d) not in hidden),
        unexplained=tuple(u for u in asked.outcome.unexplained if id(u) not in hidden),
    )
    return replace(
        asked,
        outcome=left,
        left_out=(asked.left_out or 0) - (len(sifted.suppressed) - len(suppressed)),
        notes=(*asked.notes, *sifted.notes, *(sifted.idle if show_suppressed else ())),
        suppressed=suppressed,
        show_suppressed=show_suppressed,
        known=known(baseline, outcome) if baseline is not None else None,
    )
