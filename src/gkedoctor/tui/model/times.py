"""Times as words, counted from the snapshot's clock."""

from __future__ import annotations

from datetime import datetime

from gkedoctor.graph.core.times import human_duration
from gkedoctor.snapshot.timestamps import parse_timestamp


def age(text: object, clock: datetime) -> str:
    """How long before the clock a time is; nothing where it is none."""
    then = parse_timestamp(text)
    return human_duration(max(0.0, (clock - then).total_seconds())) if then is not None else ""


def ago(text: str, clock: datetime, *, live: bool) -> str:
    """` (12m ago)`; of a recording, counted from the moment at which it was made: ` (12m before)`."""
    told = age(text, clock)
    return f" ({told} {'ago' if live else 'before'})" if told else ""
