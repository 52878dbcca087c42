"""How new what is shown of a live cluster is, and what is wrong with reading it."""

from __future__ import annotations

from typing import NamedTuple

from gkedoctor.collect.watch.reflector import Scope, ScopeStatus

SERVER, CLOUD = Scope("API server", "/version"), Scope("Google Cloud", "")
"""What is no list of the API server and can fail like one."""


_MANY = 30
"""Kinds from which on it is most of them."""

_REPORTED_SECONDS = 1.0
"""Seconds without new data that are reported afterwards."""


class Freshness(NamedTuple):
    """All times are seconds on the clock of the session (`time.monotonic`).

    `newest`: of the last answer. `failed_at`: since when something cannot be read, and `reason` says what and why.
    `polled`: how many lists are read at an interval, for they cannot be watched. `polled_reason` says why.
    """

    newest: float
    failed_at: float | None = None
    reason: str = ""
    retry_at: float | None = None
    polled: int = 0
    polled_reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether something of what is shown may be out of date."""
        return self.failed_at is not None


class Statuses:
    """How each list is followed. For one thread."""

    def __init__(self) -> None:
        self._failing: dict[Scope, tuple[float, ScopeStatus]] = {}
        self._polled: dict[Scope, str] = {}
        self._longest = 0.0
        self._reason = ""

    def take(self, status: ScopeStatus) -> str:
        """Takes note of how a list is followed now. Gives what is to be said when all can be read again."""
        if status.retry_at is not None:
            since, _ = self._failing.get(status.scope, (status.since, None))
            self._failing[status.scope] = (since, status)
            self._reason = self._reason_now()
            return ""
        if status.polled:
            self._polled[status.scope] = status.reason
        else:
            self._polled.pop(status.scope, None)
        failed = self._failing.pop(status.scope, None)
        if failed is None:
            return ""
        if not status.refused:  # what is refused for good is not read again
            self._longest = max(self._longest, status.since - failed[0])
        if self._failing:
            return ""
        seconds, self._longest = self._longest, 0.0
        return f"reading again after {seconds:.0f} s: {self._reason}" if seconds >= _REPORTED_SECONDS else ""

    def freshness(self, newest: float) -> Freshness:
        """All of it together."""
        reasons = sorted(set(self._polled.values()))
        polled = len(self._polled), reasons[0] if reasons else ""
        if not self._failing:
            return Freshness(newest, polled=polled[0], polled_reason=polled[1])
        failed_at = min(since for since, _ in self._failing.values())
        retries = [status.retry_at for _, status in self._failing.values() if status.retry_at is not None]
        return Freshness(newest, failed_at, self._reason_now(), min(retries), *polled)

    def _reason_now(self) -> str:
        """Why reading fails: the server's own failure counts for all lists."""
        if SERVER in self._failing:
            return self._failing[SERVER][1].reason
        first = min(self._failing.values(), key=lambda entry: (entry[0], entry[1].scope))[1]
        kinds = {scope.collection for scope in self._failing}
        where = first.scope.collection if len(kinds) == 1 else "some kinds" if len(kinds) < _MANY else "most kinds"
        return f"{where}: {first.reason}"
