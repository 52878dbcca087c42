"""One line a finding, three words each, for grep and awk: `critical missing-secret Secret/shop/shop-db`.

A symptom without a cause reads `unknown no-cause-found Pod/shop/cart-1`, one whose cause is fixed and that stays until
a controller retries `fixed not-retried-yet Pod/shop/cart-1`. Where not everything was checked,
`unknown not-checked COLLECTION` lines list what, so that no output always means health.
"""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import Page


def render(answer: Answer, page: Page) -> str:
    """The lines; nothing at all for a healthy cluster."""
    return "".join(f"{' '.join(map(_word, line))}\n" for line in _lines(answer))


def _lines(answer: Answer) -> Iterator[tuple[str, str, str]]:
    outcome = answer.outcome
    for found in outcome.diagnoses:
        yield found.severity, found.cause, str(found.root)
    for item in outcome.recovering:
        yield "fixed", "not-retried-yet", str(item.ref)
    for item in outcome.open:
        yield "unknown", "no-cause-found", str(item.ref)
    if not outcome.complete:
        for entry in outcome.not_checked:
            yield "unknown", "not-checked", entry.collection


def _word(text: str) -> str:
    """One word, whatever is in it."""
    return inert(text).replace(" ", r"\x20") or "-"
