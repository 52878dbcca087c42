"""The column AGE, counted from the clock of the recording."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gkedoctor.graph.core.times import human_duration
from gkedoctor.snapshot.timestamps import parse_timestamp

UNKNOWN = "<unknown>"


def age(moment: Any, now: datetime) -> str:
    """How long ago an RFC 3339 time was."""
    then = parse_timestamp(moment)
    return UNKNOWN if then is None else human_duration((now - then).total_seconds())
