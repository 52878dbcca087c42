"""Work off the UI's thread.

Threads of our own and not Textual's thread workers: those live in asyncio's pool, which is waited for at the end, so
that `q` during a long diagnosis would hang until it is done. These are daemons and die with the program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from textual.app import App
from textual.message import Message

from gkedoctor.snapshot.garbage import GarbageCollectorPause

T = TypeVar("T")


class Done(Message):
    """A piece of work came to its end; the app calls `tell` on its own thread."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self.tell = tell


class Background:
    """Runs functions in threads, of each group one at a time; only the latest counts."""

    def __init__(self, app: App[int]) -> None:
        self._app = app
        self._paused_garbage_collector = GarbageCollectorPause(freeze=True)
        self._latest: dict[str, int] = {}
        self._running: set[str] = set()
        self._next: dict[str, Callable[[], None]] = {}
        self.busy = 0
        """Works whose answer has not been told yet."""

    def run(
        self, group: str, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Begins the work; `then` or `failed` is called on the UI's thread, unless the group has a newer work."""
        number = self._latest.get(group, 0) + 1
        self._latest[group] = number

        def run() -> None:
            try:
                with self._paused_garbage_collector():
                    result = work()
            except Exception as error:  # noqa: BLE001  # handed over whole: the app tells it or fails with it
                fault = error
                self._app.post_message(Done(lambda: self._tell(group, number, lambda: failed(fault))))
            else:
                self._app.post_message(Done(lambda: self._tell(group, number, lambda: then(result))))

        def start() -> None:
            self._running.add(group)
            threading.Thread(target=run, name=f"gkedoctor-{group}", daemon=True).start()

        if group in self._running:
            self.busy -= group in self._next
            self._next[group] = start
        else:
            start()
        self.busy += 1

    def drop(self, group: str) -> None:
        """Whatever the group is at, its answer is not wanted any more."""
        self._latest[group] = self._latest.get(group, 0) + 1

    def _tell(self, group: str, number: int, call: Callable[[], None]) -> None:
        self.busy -= 1
        self._running.discard(group)
        following = self._next.pop(group, None)
        if following is not None:
            following()
        if self._latest.get(group) == number:
            call()
