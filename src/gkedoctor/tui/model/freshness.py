"""How new what is on the screen is, in the header's words."""

from __future__ import annotations

from typing import NamedTuple

from gkedoctor.report.escaping import inert


class Freshness(NamedTuple):
    """Times are seconds on `time.monotonic`. `newest`: of the last answer; None where a moment was read once.

    `failed_at`: since when reading fails, with the reason; `retry_at`: when it is tried again.
    `polled`: lists that are read every `interval` seconds, for they cannot be watched. `once`: it was read once, and
    gets older until it is read again.
    """

    newest: float | None = None
    failed_at: float | None = None
    reason: str = ""
    retry_at: float | None = None
    polled: int = 0
    interval: float = 0.0
    once: bool = False

    @property
    def stale(self) -> bool:
        """Whether what is shown may be out of date."""
        return self.failed_at is not None


NOT_FOLLOWED = Freshness()


def age(seconds: float) -> str:
    """An age in one unit, which keeps the header still: `3s`, `5m`, `2h`."""
    whole = max(0, int(seconds))
    if whole < 120:
        return f"{whole}s"
    return f"{whole // 60}m" if whole < 7200 else f"{whole // 3600}h"


def live_word(fresh: Freshness, now: float) -> str:
    """`LIVE 3s`: the age of the newest answer; `READ 12m ago` of a cluster that was read once. Empty of a recording."""
    if fresh.newest is None:
        return ""
    if fresh.once and not fresh.stale:
        return f"READ {age(now - fresh.newest)} ago"
    polled = f", {fresh.polled} kinds every {age(fresh.interval)}" if fresh.polled else ""
    return f"{'STALE' if fresh.stale else 'LIVE'} {age(now - fresh.newest)}{polled}"


def failure_words(fresh: Freshness, now: float) -> list[str]:
    """What is said of a reading that fails, the longest first; nothing where it does not."""
    if fresh.failed_at is None:
        return []
    ago, reason = age(now - fresh.failed_at), inert(fresh.reason)
    wait = fresh.retry_at - now if fresh.retry_at is not None else None
    retry = "" if wait is None else "; retrying now" if wait < 1 else f"; retrying in {age(wait)}"
    return [f"last read failed {ago} ago: {reason}{retry}", f"failed {ago} ago: {reason}{retry}", f"failed: {reason}"]
