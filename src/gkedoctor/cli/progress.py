"""Progress of long work on standard error, on a terminal or line by line."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from gkedoctor.cli.messages import clear_line, print_message

_PATIENCE_SECONDS = 1.0
_FRAME_SECONDS = 0.1


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Says what is going on if it takes over a second, on a terminal only, and wipes the line afterwards."""
    if not sys.stderr.isatty():
        yield
        return
    shown = threading.Event()
    timer = threading.Timer(_PATIENCE_SECONDS, _show, (text, shown))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if shown.is_set():
            clear_line()


@contextmanager
def at_once(text: str) -> Iterator[None]:
    """Shows a line from the first moment on, on a terminal only, and wipes it afterwards."""
    here = sys.stderr.isatty()
    if here:
        clear_line(text)
    try:
        yield
    finally:
        if here:
            clear_line()


def _show(text: str, shown: threading.Event) -> None:
    shown.set()
    print_message(text, newline=False)


class Tally:
    """Tells how far work of a known length is: in place on a terminal, elsewhere a line for each tenth of it.

    Nothing in the first second, and then never more lines than one a second.
    """

    def __init__(self, total: int, done: str, failed: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._total, self._done, self._failed = total, done, failed
        self._in_place, self._clock = sys.stderr.isatty(), clock
        self._told_at, self._tenth, self._shown = clock(), 0, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown and self._in_place:
            clear_line()

    def tell(self, done: int, failed: int) -> None:
        """Takes note of how much is done, and of how much of that went wrong."""
        now, tenth = self._clock(), 10 * done // self._total
        rest = _FRAME_SECONDS if self._in_place and self._shown else _PATIENCE_SECONDS
        if now - self._told_at < rest or (tenth == self._tenth and not self._in_place):
            return
        self._told_at, self._tenth, self._shown = now, tenth, True
        said = f"{done:,} of {self._total:,} {self._done}{f', {failed:,} {self._failed}' if failed else ''}"
        if self._in_place:
            clear_line(said)
        else:
            print_message(f"gkedoctor: {said}")
