"""Pauses Python's garbage collector where millions of objects are made and none becomes garbage.

A snapshot is millions of small dicts without cycles that live until the end; the collector walks all of them again and
again. 20,000 faulty Pods (74 MB of JSON) take 7 s instead of 10.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class GarbageCollectorPause:
    """A pause that any number of threads and nested calls may ask for; the last one to end it ends it.

    `freeze`: what was made meanwhile is never looked at again. A screen needs that, for a full collection of a large
    cluster takes seconds in which no key is heard, and a command that ends after it, which would wait for two of them.
    """

    def __init__(self, *, freeze: bool = False) -> None:
        self._lock = threading.Lock()
        self._freeze, self._holders, self._was_enabled = freeze, 0, False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Around the work."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._lock:
            if not self._holders:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._holders += 1

    def _leave(self) -> None:
        with self._lock:
            self._holders -= 1
            if self._holders or not self._was_enabled:
                return
            if self._freeze:
                gc.freeze()
            gc.enable()


@contextmanager
def paused_garbage_collector(*, freeze: bool = False) -> Iterator[None]:
    """A pause for one piece of work in one thread; nothing changes where the collector is paused already."""
    with GarbageCollectorPause(freeze=freeze)():
        yield


def keep_until_exit(value: object) -> None:
    """Leaves a value to the end of the process: to free millions of objects one by one takes a second for nothing.

    A ring is freed by the collector alone. To be called while that is paused by `freeze`, after which it never is.
    """
    ring = [value]
    ring.append(ring)
