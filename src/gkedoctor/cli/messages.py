"""The one way to standard error: progress, notes and errors, with everything that does not print spelt out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

import click

from gkedoctor.report.escaping import inert, inert_lines

_CLEAR = "\r\033[K"


def print_message(text: str = "", *, newline: bool = True) -> None:
    """Writes one or more lines."""
    _write(inert_lines(text) + ("\n" if newline else ""))


def print_note(text: str) -> None:
    """Writes what a reader of the result has to know besides."""
    print_message(f"gkedoctor: note: {inert(text)}")


def print_notes(texts: Iterable[str]) -> None:
    """Writes several notes."""
    for text in texts:
        print_note(text)


def clear_line(text: str = "") -> None:
    """Replaces the terminal's present line."""
    _write(_CLEAR + inert(text))


def redraw(above: Sequence[str], rows: Sequence[str], shown: int) -> None:
    """Draws rows over the last `shown` lines of a terminal. `above`: lines that stay, put before them."""
    up, below = f"\033[{shown}A" if shown else "", "\033[J" if shown > len(above) + len(rows) else ""
    _write(up + "".join(f"{_CLEAR}{inert(row)}\n" for row in (*above, *rows)) + below)


def _write(text: str) -> None:
    with suppress(OSError):  # a full or broken standard error: there is no other place to say so
        click.echo(text, err=True, nl=False, color=True)
