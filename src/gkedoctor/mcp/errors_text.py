"""Errors as an agent reads them: what is wrong, and what to do next."""

from __future__ import annotations

import sys
import traceback

from gkedoctor.errors import FileError, GkedoctorError
from gkedoctor.mcp.data import cut

_LONGEST = 600

_IN_TOOL_ARGUMENTS = (
    ("or --from a recording", "or set source to the path of a recording"),
    (
        "To read Google Cloud only: --project ID. To read a recording: --from FILE",
        "To read a recording: set source to its path",
    ),
    (
        "read less (-n NAMESPACE, --no-logs), or allow more time (--timeout 10m)",
        "set target to ns:NAMESPACE, or start the server with --timeout 10m",
    ),
    ("repeat the command with --max-size SIZE, for example", "run gkedoctor report --from PATH"),
    ("gkedoctor path ", "call trace_request with entry "),
)
"""Hints that name a flag of the command line, and what a caller of tools has in its place."""


def error_text(error: Exception) -> str:
    """Two lines. What is unexpected goes to standard error in full: standard output is the connection."""
    if isinstance(error, GkedoctorError):
        place = f"{error.place}: " if isinstance(error, FileError) else ""
        hint = f"\nNext: {cut(_in_tool_arguments(error.hint), _LONGEST)}" if error.hint else ""
        return f"{cut(place + error.message, _LONGEST)}{hint}"
    if isinstance(error, OSError):
        return cut(f"{error.filename or 'input'} cannot be read: {error.strerror or error}", _LONGEST)
    traceback.print_exception(error, file=sys.stderr)
    return (
        f"internal error of gkedoctor: {type(error).__name__}\nNext: report it; its trace is in the log of the server"
    )


def _in_tool_arguments(hint: str) -> str:
    for flag, argument in _IN_TOOL_ARGUMENTS:
        hint = hint.replace(flag, argument)
    return hint
