"""The standard streams of the process, so that no text, no closed descriptor and no reader can break them."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress

from gkedoctor.errors import UsageError


def prepare_streams() -> None:
    """Makes the standard streams usable: open, UTF-8, and what even that cannot say as an escape.

    A program may be started without any of them (`>&-`). Closed input reads as empty, messages for a closed standard
    error are dropped, and a result for a closed standard output is an error.
    """
    _occupy_descriptors()
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  # for the whole run
    if sys.stdout is None:
        sys.stdout = _ClosedOutput()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def silence_output() -> None:
    """Points standard output at nothing, so that the interpreter's last flush does not complain."""
    with suppress(OSError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123  # a descriptor is wanted
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _occupy_descriptors() -> None:
    """Opens the null device as whichever of 0, 1 and 2 is closed: the next file to be opened would get that number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the system gives the lowest free number


class _ClosedOutput(io.TextIOBase):
    """Standard output of a process that was started without one."""

    def write(self, text: str, /) -> int:
        """Refuses any text."""
        raise UsageError("cannot write to standard output: it is closed")

    def fileno(self) -> int:
        """The number that is occupied by the null device."""
        return 1
