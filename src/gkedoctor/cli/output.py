"""Standard output holds the result and nothing else; this writes it so that no text and no reader can break it."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from gkedoctor.errors import UsageError


def write_result(text: str, file: Path | None = None) -> None:
    """Writes a result to standard output or a file. A reader that has gone away (`| head`) is no fault."""
    if file is not None:
        _write_file(text, file)
        return
    try:
        click.echo(text, nl=False, color=True)  # colour was decided before; click must not strip it
        sys.stdout.flush()
    except BrokenPipeError:
        silence_output()


def make_output_safe() -> None:
    """Lets the standard streams take any text: UTF-8, and what even that cannot say as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def silence_output() -> None:
    """Points standard output at nothing, so that the interpreter's last flush does not complain."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  # a descriptor is wanted
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def wants_colour(choice: str, environment: Mapping[str, str]) -> bool:
    """Whether to colour standard output. `auto`: on a terminal that is not dumb, where NO_COLOR is not set."""
    if choice != "auto":
        return choice == "always"
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return not plain and sys.stdout.isatty()


def width(narrow: int, wide: int) -> int:
    """The columns to wrap at: the terminal's between `narrow` and `wide`, `narrow` where there is no terminal."""
    if not sys.stdout.isatty():
        return narrow
    return max(narrow, min(wide, shutil.get_terminal_size().columns))


def _write_file(text: str, file: Path) -> None:
    """All of it or nothing: a reader never meets half a report. A pipe or a device is written as it is."""
    try:
        if file.exists() and not file.is_file():
            _put(text, file)
            return
        target = file.resolve()  # a link stays a link
        unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            _put(text, unfinished)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}") from None


def _put(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
