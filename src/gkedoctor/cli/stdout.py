"""Standard output holds the result and nothing else; this writes it so that no text and no reader can break it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from gkedoctor.cli.streams import silence_output
from gkedoctor.errors import UsageError
from gkedoctor.report.escaping import inert_lines
from gkedoctor.report.private_file import write_private_file


def write_result(text: str, file: Path | None = None, *, colour: bool = False) -> bool:
    """Writes a result to standard output or, with mode 0600, to a file. A reader that goes away (`| head`) is no fault.

    `colour`: the text has sequences that set colors. Anything else that does not print is spelt out, should a format
    have let it through. UsageError where it cannot be written.
    False once the reader is gone.
    """
    safe = inert_lines(text, colour=colour)
    if file is not None:
        write_private_file(safe, file)
        return True
    try:
        click.echo(safe, nl=False, color=True)  # colour was decided before; click must not strip it
        sys.stdout.flush()
    except BrokenPipeError:
        silence_output()
        return False
    except OSError as error:
        silence_output()
        raise unwritable_output(error) from None
    return True


def unwritable_output(error: OSError) -> UsageError:
    """What is said of a standard output that is full or closed."""
    return UsageError(f"cannot write to standard output: {error.strerror or error}")


def wants_colour(choice: str, environment: Mapping[str, str]) -> bool:
    """Whether to colour standard output. `auto`: on a terminal that is not dumb, where NO_COLOR is not set."""
    if choice != "auto":
        return choice == "always"
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return not plain and sys.stdout.isatty()


def width(narrow: int, wide: int, narrowest: int = 40) -> int:
    """The columns to wrap at, from `narrowest` to `wide`: COLUMNS or the terminal's; without both, `narrow`."""
    if not sys.stdout.isatty() and not os.environ.get("COLUMNS", "").isdecimal():
        return narrow
    return max(narrowest, min(wide, shutil.get_terminal_size((narrow, 24)).columns))
