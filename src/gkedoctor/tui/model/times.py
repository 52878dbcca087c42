"""Times as words, counted from the snapshot's clock."""

from __future__ import annotations

from datetime import UTC, datetime

from gkedoctor.graph.core.times import moment


def span(seconds: float) -> str:
    """A length of time as kubectl writes it: `45s`, `12m`, `3h20m`, `5d`."""
    minutes, days = int(seconds) // 60, int(seconds) // 86400
    if seconds < 120:
        return f"{int(seconds)}s"
    if minutes < 120:
        return f"{minutes}m"
    if days < 2:
        return f"{minutes // 60}h{minutes % 60}m" if minutes % 60 else f"{minutes // 60}h"
    return f"{days}d"


def age(text: object, clock: datetime) -> str:
    """How long before the clock a time is; nothing where it is none."""
    then = moment(text)
    return span(max(0.0, (clock - then).total_seconds())) if then is not None else ""


def before(text: str, clock: datetime) -> str:
    """` (12m before)`."""
    told = age(text, clock)
    return f" ({told} before)" if told else ""


def clock_time(time: datetime) -> str:
    """A time to the second, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
