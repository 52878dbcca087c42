"""Times and lengths of time as Kubernetes writes them, counted from the snapshot's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gkedoctor.snapshot.timestamps import parse_timestamp

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 86400 * 365


def stamp(when: datetime) -> str:
    """The time as Kubernetes writes it."""
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def age(clock: datetime, text: Any) -> float | None:
    """Seconds from the time in `text` to the clock; None where there is no time."""
    then = parse_timestamp(text)
    return (clock - then).total_seconds() if then is not None else None


def human_duration(seconds: float) -> str:
    """A length of time as kubectl prints ages: `45s`, `5m30s`, `3h`, `2d4h`, `412d`, `3y12d`.

    Source: HumanDuration of k8s.io/apimachinery, pkg/util/duration/duration.go. A moment ahead of the clock counts as
    now, more than that is `<invalid>`.
    """
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
