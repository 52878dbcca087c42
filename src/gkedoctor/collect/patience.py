"""How long anything is waited for, and when it is tried again. No clock, sleep or die is asked but through here."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

_LONGEST_WAIT = 30.0
"""Seconds: a `Retry-After` beyond it is not worth a doctor's time."""


class Refused(Exception):  # noqa: N818  # an answer, not a fault
    """A request that will not be answered, with the status that its collection gets in the end."""

    def __init__(self, reason: str, *, code: int = 0, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.code, self.retry_after = reason, code, retry_after

    @property
    def transient(self) -> bool:
        """Whether the same request may be answered in a moment; 0 stands for a broken connection or answer."""
        return self.code in (0, 429, 500, 502, 503, 504)


class Stopped(Exception):  # noqa: N818
    """The user or the overall time limit ended the collection."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Patience:
    """The time limits of one collection, shared by all of its threads."""

    request: float = 30.0
    overall: float = 300.0
    attempts: int = 5
    clock: Callable[[], float] = time.monotonic
    die: Callable[[], float] = random.random
    sleep: Callable[[float], None] | None = None
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._ends = self.clock() + self.overall

    @property
    def left(self) -> float:
        """Seconds that are left of the whole."""
        return max(0.0, self._ends - self.clock())

    def check(self) -> None:
        """Raises Stopped where nothing may be asked any more."""
        if self.stopped.is_set():
            raise Stopped("interrupted with Ctrl-C")
        if self.left <= 0:
            raise Stopped(f"not done within {self.overall:g} s")

    def timeout(self) -> float:
        """Seconds that the next request may take."""
        self.check()
        return max(0.05, min(self.request, self.left))

    def insist(self, ask: Callable[[], T], attempts: int | None = None) -> T:
        """The answer, asked for again while the fault may pass: `Retry-After`, else full jitter."""
        most = attempts or self.attempts
        for attempt in range(most):
            self.check()
            try:
                return ask()
            except Refused as refused:
                wait = self._wait(attempt, refused)
                if not refused.transient or attempt + 1 == most or wait > min(self.left, _LONGEST_WAIT):
                    raise
            self._pause(wait)
        raise AssertionError("unreachable: the last attempt answers or raises")

    def _wait(self, attempt: int, refused: Refused) -> float:
        if refused.retry_after is not None:
            return refused.retry_after
        return self.die() * min(10.0, 0.5 * 2.0**attempt)

    def _pause(self, seconds: float) -> None:
        if self.sleep is not None:
            self.sleep(seconds)
        else:
            self.stopped.wait(seconds)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a `Retry-After` header; a date in it is left to the jitter."""
    text = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    return float(text) if text.isascii() and text.isdigit() else None
