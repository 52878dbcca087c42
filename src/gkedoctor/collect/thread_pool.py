"""A few threads that work off tasks. They are daemons, so that Ctrl-C never waits for a slow server."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

Task = Callable[[], None]


_POLL_SECONDS = 0.2


def run_all(tasks: Sequence[Task], size: int, name: str) -> None:
    """Does all of the tasks, at most `size` at a time, and raises the first error of one."""
    pool, done = ThreadPool(min(size, len(tasks)), name), queue.SimpleQueue[None]()

    def run(task: Task) -> None:
        task()
        done.put(None)

    for task in tasks:
        pool.submit(run, task)
    left = len(tasks)
    try:
        while left:
            with suppress(queue.Empty):
                done.get(timeout=_POLL_SECONDS)
                left -= 1
            if not pool.errors.empty():
                raise pool.errors.get()
    finally:
        pool.close()


class ThreadPool:
    """At most `size` tasks at a time; a task that raises hands its error to whoever waits."""

    def __init__(self, size: int, name: str) -> None:
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{i}", daemon=True) for i in range(size)]
        self.errors: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
        for thread in self._threads:
            thread.start()

    def submit(self, task: Callable[..., None], *arguments: Any) -> None:
        """Puts a task at the end of the queue."""
        self._tasks.put(lambda: task(*arguments))

    def close(self) -> None:
        """Lets the threads end when they are done."""
        for _ in self._threads:
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except BaseException as error:  # noqa: BLE001  # raised again in the thread that waits
                self.errors.put(error)
