"""Times on the wire, and ages counted from the snapshot's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from gkedoctor.snapshot.model import Object


@lru_cache(maxsize=65536)
def _parse(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def moment(text: Any) -> datetime | None:
    """The time of an RFC 3339 text; None for anything else."""
    return _parse(text) if isinstance(text, str) else None


def stamp(when: datetime) -> str:
    """The time as Kubernetes writes it."""
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def age(clock: datetime, text: Any) -> float | None:
    """Seconds from the time in `text` to the clock; None where there is no time."""
    then = moment(text)
    return (clock - then).total_seconds() if then is not None else None


def condition(item: Object, kind: str) -> dict[str, Any] | None:
    """The entry of `status.conditions` with that type."""
    for state in (item.get("status") or {}).get("conditions") or ():  # a generator takes twice as long
        if state.get("type") == kind:
            found: dict[str, Any] = state
            return found
    return None
