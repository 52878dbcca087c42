"""Deadlines and retries of a collection. The only place that reads the clock, sleeps, or draws random jitter."""

from __future__ import annotations

import math
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from gkedoctor.collect.trace import OnRequest

T = TypeVar("T")

_MAX_RETRY_AFTER_SECONDS = 30.0
"""Gives up if the server asks for a longer pause."""

CLEANUP_SECONDS = 1.0
"""How long a thread gets, after the end of the whole, to end what it started and to say why."""

_POLL_SECONDS = 0.1


class RequestFailed(Exception):  # noqa: N818  # an answer, not a fault
    """A request that will not be answered, with the status that its collection gets in the end."""

    def __init__(
        self, reason: str, *, code: int = 0, retry_after: float | None = None, timed_out: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason, self.code, self.retry_after, self.timed_out = reason, code, retry_after, timed_out

    @property
    def transient(self) -> bool:
        """Whether the same request may be answered in a moment; 0 stands for a broken connection or answer."""
        return self.code in (0, 429, 500, 502, 503, 504)


class CollectionStopped(Exception):  # noqa: N818
    """The user or the overall time limit ended the collection."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RequestLimits(NamedTuple):
    """How much is spent on one answer. `seconds`: a request's limit where it is stricter than the user's."""

    attempts: int | None = None
    seconds: float = math.inf
    after_timeout: bool = True
    """Whether a request that timed out is sent again."""


NO_LIMITS = RequestLimits()


@dataclass
class Deadline:
    """The time limits of one collection, shared by all of its threads. `trace`: called as each request ends."""

    request: float = 30.0
    overall: float = 300.0
    attempts: int = 5
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], None] | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    trace: OnRequest | None = None

    def __post_init__(self) -> None:
        self._ends = self.clock() + self.overall

    @property
    def remaining(self) -> float:
        """Seconds that are left of the whole."""
        return max(0.0, self._ends - self.clock())

    def check(self) -> None:
        """Raises CollectionStopped where no further request may be sent."""
        if self.stopped.is_set():
            raise CollectionStopped("interrupted with Ctrl-C")
        if self.remaining <= 0:
            raise CollectionStopped(f"not done within {self.overall:g} s")

    def timeout(self, limit: float = math.inf) -> float:
        """Seconds that the next request may take, `limit` at most."""
        self.check()
        return max(0.05, min(self.request, self.remaining, limit))

    def retry(self, ask: Callable[[], T], limits: RequestLimits = NO_LIMITS) -> T:
        """The answer, asked for again while the fault may pass: `Retry-After`, else full jitter."""
        most = limits.attempts or self.attempts
        for attempt in range(most):
            self.check()
            try:
                return ask()
            except RequestFailed as refused:
                wait = self._wait(attempt, refused)
                again = refused.transient and (limits.after_timeout or not refused.timed_out)
                if not again or attempt + 1 == most or wait > min(self.remaining, _MAX_RETRY_AFTER_SECONDS):
                    raise
            self.pause(wait)
        raise AssertionError("unreachable: the last attempt answers or raises")

    def within(self, work: Callable[[], T], name: str) -> T:
        """What `work` returns, done by a thread that is left behind where it does not end in time.

        A thread may wait for what has no time-out of its own: a look-up in DNS, a file that is a pipe. Raises
        CollectionStopped then, and what `work` raises; on Ctrl-C, `stopped` is set for `work` to see.
        """
        done: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

        def run() -> None:
            try:
                done.put((True, work()))
            except BaseException as error:  # noqa: BLE001  # raised again by who waits
                done.put((False, error))

        threading.Thread(target=run, name=name, daemon=True).start()
        try:
            fine, result = self._awaited(done)
        except (KeyboardInterrupt, SystemExit):
            self.stopped.set()
            raise
        if fine:
            answer: T = result
            return answer
        raise result

    def _awaited(self, done: queue.SimpleQueue[tuple[bool, Any]]) -> tuple[bool, Any]:
        ends = time.monotonic() + self.remaining + CLEANUP_SECONDS
        while not self.stopped.is_set() and time.monotonic() < ends:
            with suppress(queue.Empty):
                return done.get(timeout=_POLL_SECONDS)
        self.check()
        raise CollectionStopped(f"not done within {self.overall:g} s")

    def _wait(self, attempt: int, refused: RequestFailed) -> float:
        if refused.retry_after is not None:
            return refused.retry_after
        return self.jitter() * min(10.0, 0.5 * 2.0**attempt)

    def pause(self, seconds: float) -> None:
        """Waits, and no longer than until the collection is stopped."""
        if self.sleep is not None:
            self.sleep(seconds)
        else:
            self.stopped.wait(seconds)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a `Retry-After` header; a date in it is left to the jitter."""
    text = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    return float(text) if text.isascii() and text.isdigit() else None
