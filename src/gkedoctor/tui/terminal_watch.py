"""Ends the program when its terminal is closed or a signal ends it, also where the UI's thread is blocked.

Textual writes to the terminal in a thread, behind a queue of 30 texts. Where the terminal is closed, that thread ends
with EIO, and the UI's thread blocks for ever once the queue is full: in `WriterThread.write`, or in `WriterThread.stop`
when the app ends (textual/drivers/_writer_thread.py, Textual 8.2.8). Handlers of asyncio's loop are not called then. So
a thread of its own checks the terminal and takes the signals.
"""

from __future__ import annotations

import atexit
import errno
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

POLL_SECONDS = 0.2
"""Between two checks of the terminal: one system call."""

GRACE_SECONDS = 1.0
"""What the app has, after a signal, to restore the terminal and to end by itself."""

_CLEANUP_SECONDS = 0.4
"""What functions of `atexit` have: they end programs that give credentials, and remove temporary files."""

_HANGUP = 128 + 1
"""The exit code that shells give a process which SIGHUP ended."""

_GONE = (errno.EIO, errno.ENXIO, errno.ENODEV, errno.EBADF)
_RESTORE = (
    b"\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""What Textual's Linux driver writes when it stops: paste, wrap, resize, mouse, keyboard, screen, cursor, focus."""


class TerminalWatch:
    """While it is entered, SIGTERM, SIGHUP and a closed terminal end the program within two seconds.

    After a signal, `leave` is called with the exit code, in a thread of its own: it makes the app end. Where the app
    does not within `GRACE_SECONDS`, and at once where the terminal is gone, the process ends without it. A signal that
    is ignored, as by nohup, stays so. Exit codes are those of shells, 128 and the number of the signal.
    """

    def __init__(self, leave: Callable[[int], None], descriptor: int = 0) -> None:
        self._leave, self._descriptor = leave, descriptor
        self._settings = _read_settings(descriptor)[0]
        self._handlers: dict[int, Any] = {}
        self._code: int | None = None
        self._left = False

    def __enter__(self) -> TerminalWatch:
        if is_gone(self._descriptor):  # closed while the program started
            end_process(_HANGUP)
        if self._settings is not None:
            self._reader, self._writer = os.pipe()
            os.set_blocking(self._writer, False)
            # Handlers in Python run in the main thread, and not while it is blocked; this pipe is written at once.
            self._wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
            for number in (signal.SIGTERM, signal.SIGHUP):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._handlers[number] = signal.signal(number, _caught)
            threading.Thread(target=self._watch, name="gkedoctor-terminal", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._left = True
        if self._settings is None:
            return
        if is_gone(self._descriptor):
            end_process(self._code or _HANGUP)
        if self._code is not None:
            end_process(self._code)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)

    def _watch(self) -> None:
        end: float | None = None
        while not self._left:
            if is_gone(self._descriptor):
                end_process(self._code or _HANGUP)
            if end is not None and time.monotonic() >= end:
                restore(self._descriptor, self._settings)
                end_process(self._code or _HANGUP)
            for number in self._signals():
                end = time.monotonic() + (GRACE_SECONDS if end is None else 0)
                self._code = self._code or 128 + number
                with suppress(RuntimeError):  # the loop is closed: the app is ending
                    self._leave(self._code)

    def _signals(self) -> list[int]:
        """The signals that came meanwhile, of those that end the program."""
        ready, _, _ = select.select([self._reader], [], [], POLL_SECONDS)
        return [number for number in os.read(self._reader, 100) if number in self._handlers] if ready else []


def _caught(number: int, _: FrameType | None) -> None:
    """Keeps the signal from ending the process at once; the pipe has its number."""


def is_gone(descriptor: int) -> bool:
    """Whether a terminal that was there is closed: its other end, or the descriptor."""
    return _read_settings(descriptor)[1] in _GONE


def restore(descriptor: int, settings: Any) -> None:
    """Gives the terminal back as it was, without waiting for one that takes no output."""
    import termios

    with suppress(OSError, termios.error):
        termios.tcsetattr(descriptor, termios.TCSANOW, settings)
        terminal = os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        os.write(terminal, _RESTORE)


def end_process(code: int) -> None:
    """Ends the process, whatever its threads are doing."""
    try:
        cleanup = threading.Thread(target=atexit._run_exitfuncs, daemon=True)
        cleanup.start()
        cleanup.join(_CLEANUP_SECONDS)
    finally:
        os._exit(code)


def _read_settings(descriptor: int) -> tuple[Any, int]:
    """The terminal's settings, None where it is none; and the number of the error, 0 where there was none."""
    try:
        import termios
    except ImportError:  # Windows
        return None, 0
    try:
        return termios.tcgetattr(descriptor), 0
    except termios.error as problem:
        return None, int(problem.args[0])
