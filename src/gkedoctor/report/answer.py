"""What a report shows."""

from __future__ import annotations

from dataclasses import dataclass

from gkedoctor.diagnose.model import Outcome


@dataclass(frozen=True)
class Answer:
    """The part of an outcome that was asked for.

    `left_out` counts the findings outside of it, so that a filter never makes a sick cluster read like a
    healthy one. `notes` say what of the question could not be looked up.
    """

    outcome: Outcome
    left_out: int = 0
    notes: tuple[str, ...] = ()
