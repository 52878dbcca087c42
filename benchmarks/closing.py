"""Whether the screen of `diagnose` ends within two seconds when its terminal is closed, and when a signal ends it.

    python -m benchmarks.closing [TRIES]     (default 100)

Each try is a process on a pseudo-terminal of its own, forked from one that has loaded the program. A try ends it after
another part of its first second: while it starts, while it draws, while it rests. The ways: the terminal is closed; the
same where SIGHUP is ignored, as under nohup; SIGTERM and SIGHUP while the terminal shows what is written; SIGTERM while
the terminal takes nothing, as over a dead connection.
"""

from __future__ import annotations

import fcntl
import os
import pty
import selectors
import signal
import struct
import sys
import termios
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.measuring import ROOT, Measured, tell

RECORDING = ROOT / "recorded_clusters" / "two-problems"
WAYS = ("close", "close, SIGHUP ignored", "SIGTERM", "SIGHUP", "SIGTERM, terminal stopped")
LIMIT = 2.0
FIRST_OUTPUT_SECONDS = 60.0


class End(NamedTuple):
    """How a try ended. `seconds`: from the end of the terminal to that of the process; None where it was killed."""

    way: str
    seconds: float | None
    code: int


@dataclass
class _Try:
    way: str
    delay: float
    pid: int
    master: int
    began: float
    shown: float | None = None
    ended: float | None = None


def measure(tries: int = 100) -> Iterator[Measured]:
    """For each way, how many of the tries did not end in time, and the longest time that one took."""
    load()
    for way in WAYS:
        ends = run(way, tries)
        late = sum(end.seconds is None or end.seconds > LIMIT for end in ends)
        told = {"tries": len(ends), "longest s": max(2 * LIMIT if end.seconds is None else end.seconds for end in ends)}
        told |= {f"exit {code}": count for code, count in sorted(Counter(end.code for end in ends).items())}
        yield Measured(f"{way}: not ended in {LIMIT:g} s", late, 0, unit="processes", told=told)


def run(way: str, tries: int, at_once: int = 10, within: float = 1.0) -> list[End]:
    """Each try ends a process at another moment of the first `within` seconds since its first output."""
    waiting = deque(within * i / tries for i in range(tries))
    running: list[_Try] = []
    ends: list[End] = []
    with selectors.DefaultSelector() as selector:
        while waiting or running:
            while waiting and len(running) < at_once:
                one = _start(way, waiting.popleft())
                selector.register(one.master, selectors.EVENT_READ, one)
                running.append(one)
            for key, _ in selector.select(0.01):
                _read(selector, key.data)
            for one in list(running):
                end = _step(selector, one)
                if end is not None:
                    running.remove(one)
                    ends.append(end)
    return ends


def _start(way: str, delay: float) -> _Try:
    pid, master = pty.fork()
    if pid == 0:
        _diagnose(ignore=way.endswith("ignored"))
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    return _Try(way, delay, pid, master, time.monotonic())


def _diagnose(*, ignore: bool) -> None:
    """The child: ends as the console script does. The terminals of the others are not kept open by it."""
    os.closerange(3, 1024)
    sys.stdin = sys.__stdin__ = os.fdopen(0, closefd=False)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", closefd=False)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", closefd=False)  # type: ignore[misc]
    if ignore:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.environ["TERM"] = "xterm-256color"
    from gkedoctor.cli.app import run

    sys.exit(run(["diagnose", "--from", str(RECORDING)]))


def _read(selector: selectors.BaseSelector, one: _Try) -> None:
    """Takes what was written, as a terminal does; one that is stopped takes nothing after the first."""
    try:
        os.read(one.master, 65536)
    except OSError:
        selector.unregister(one.master)
    if one.shown is None:
        one.shown = time.monotonic()
        if one.way.endswith("stopped"):
            selector.unregister(one.master)


def _step(selector: selectors.BaseSelector, one: _Try) -> End | None:
    """Ends the process when it is time, and waits for it."""
    now = time.monotonic()
    if one.ended is None:
        since = now - (one.shown or now)
        if one.shown is not None and since >= one.delay:
            one.ended = now
            _end(selector, one)
        elif one.shown is None and now - one.began > FIRST_OUTPUT_SECONDS:
            raise SystemExit(f"nothing was written in {FIRST_OUTPUT_SECONDS:g} s")
    pid, status = os.waitpid(one.pid, os.WNOHANG)
    if pid:
        _close(selector, one)
        return End(one.way, now - (one.ended or now), os.waitstatus_to_exitcode(status))
    if one.ended is not None and now - one.ended > 2 * LIMIT:
        os.kill(one.pid, signal.SIGKILL)
        _, status = os.waitpid(one.pid, 0)
        _close(selector, one)
        return End(one.way, None, os.waitstatus_to_exitcode(status))
    return None


def _end(selector: selectors.BaseSelector, one: _Try) -> None:
    if one.way.startswith("close"):
        _close(selector, one)
    else:
        os.kill(one.pid, signal.SIGHUP if one.way == "SIGHUP" else signal.SIGTERM)


def _close(selector: selectors.BaseSelector, one: _Try) -> None:
    with suppress(KeyError, ValueError):  # not registered any more
        selector.unregister(one.master)
    if one.master >= 0:
        os.close(one.master)
        one.master = -1  # the number is soon another's


def load() -> None:
    """What every child needs, once."""
    import gkedoctor.cli.app
    import gkedoctor.cli.screen_sources
    import gkedoctor.tui.run  # noqa: F401


def main(arguments: Sequence[str]) -> None:
    """All ways, one line each."""
    tell(measure(int(arguments[0]) if arguments else 100))


if __name__ == "__main__":
    main(sys.argv[1:])
