"""RFC 3339 times, the only place that reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any


def parse_timestamp(text: Any) -> datetime | None:
    """The time in UTC that an RFC 3339 text stands for; None for anything else. Without a zone it is taken as UTC."""
    return _parse(text) if isinstance(text, str) else None


@lru_cache(maxsize=65536)
def _parse(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # a zone may carry the years 1 and 9999 out of range
        return None
