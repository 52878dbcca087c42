"""Keeps the search for cycles away from the objects of a large cluster: it takes seconds, in which no key is heard."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Quiet:
    """Stops the search while work is done in any thread; what was made meanwhile is never looked at again.

    Objects without cycles, as those of a snapshot, go all the same when nobody holds them, so `--watch` may go on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._works = 0

    @contextmanager
    def work(self) -> Iterator[None]:
        """Around a piece of work."""
        with self._lock:
            self._works += 1
            gc.disable()
        try:
            yield
        finally:
            with self._lock:
                self._works -= 1
                if not self._works:
                    gc.freeze()
                    gc.enable()
