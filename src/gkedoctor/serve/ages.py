"""Ages as kubectl writes them: k8s.io/apimachinery/pkg/util/duration, counted from the clock of the recording."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gkedoctor.snapshot.clock import parsed

UNKNOWN = "<unknown>"
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 86400 * 365


def age(moment: Any, now: datetime) -> str:
    """How long ago an RFC 3339 time was."""
    then = parsed(moment) if isinstance(moment, str) else None
    return UNKNOWN if then is None else human((now - then).total_seconds())


def human(seconds: float) -> str:
    """`45s`, `5m30s`, `3h`, `2d4h`, `412d`, `3y12d`."""
    whole = int(seconds)
    if whole < 0:
        return "<invalid>" if whole < -1 else "0s"
    if whole < 2 * _MINUTE:
        return f"{whole}s"
    if whole < 3 * _HOUR:
        return _pair(whole, _MINUTE, "m", 1, "s") if whole < 10 * _MINUTE else f"{whole // _MINUTE}m"
    if whole < 2 * _DAY:
        return _pair(whole, _HOUR, "h", _MINUTE, "m") if whole < 8 * _HOUR else f"{whole // _HOUR}h"
    if whole < 2 * _YEAR:
        return _pair(whole, _DAY, "d", _HOUR, "h") if whole < 8 * _DAY else f"{whole // _DAY}d"
    return _pair(whole, _YEAR, "y", _DAY, "d") if whole < 8 * _YEAR else f"{whole // _YEAR}y"


def _pair(seconds: int, unit: int, sign: str, lesser: int, lesser_sign: str) -> str:
    rest = seconds % unit // lesser
    return f"{seconds // unit}{sign}{rest}{lesser_sign}" if rest else f"{seconds // unit}{sign}"
