"""Errors as an agent reads them: what is wrong, and what to do next."""

from __future__ import annotations

import sys
import traceback

from gkedoctor.errors import FileError, GkedoctorError
from gkedoctor.mcp.data import cut

_LONGEST = 600


def error_text(error: Exception) -> str:
    """Two lines. What is unexpected goes to standard error in full: standard output is the connection."""
    if isinstance(error, GkedoctorError):
        place = f"{error.place}: " if isinstance(error, FileError) else ""
        hint = f"\nNext: {cut(error.hint, _LONGEST)}" if error.hint else ""
        return f"{cut(place + error.message, _LONGEST)}{hint}"
    if isinstance(error, OSError):
        return cut(f"{error.filename or 'input'} cannot be read: {error.strerror or error}", _LONGEST)
    traceback.print_exception(error, file=sys.stderr)
    return (
        f"internal error of gkedoctor: {type(error).__name__}\nNext: report it; its trace is in the log of the server"
    )
