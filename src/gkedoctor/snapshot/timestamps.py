"""RFC 3339 times, the only place that reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any


def parse_timestamp(text: Any) -> datetime | None:
    """The time in UTC that an RFC 3339 text stands for; None for anything else. Without a zone it is taken as UTC.

    None as well for a time that is not plausible, so that spans can be counted from every other.
    """
    return _parse(text) if isinstance(text, str) else None


@lru_cache(maxsize=65536)
def _parse(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
        time = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # a zone may carry the years 1 and 9999 out of range
        return None
    return time if is_plausible(time) else None


def is_plausible(time: datetime) -> bool:
    """Whether a time can be meant: Go writes year 1 for no time, and the year 9999 has no day after it."""
    return 1900 <= time.year <= 9000
