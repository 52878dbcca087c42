"""Times as words, counted from the snapshot's clock."""

from __future__ import annotations

from datetime import datetime

from gkedoctor.graph.core.times import human_duration
from gkedoctor.snapshot.timestamps import parse_timestamp


def age(text: object, clock: datetime) -> str:
    """How long before the clock a time is; nothing where it is none."""
    then = parse_timestamp(text)
    return human_duration(max(0.0, (clock - then).total_seconds())) if then is not None else ""


def before(text: str, clock: datetime) -> str:
    """` (12m before)`."""
    told = age(text, clock)
    return f" ({told} before)" if told else ""
