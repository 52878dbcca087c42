"""How a failure is told: plain lines on standard error, `gkedoctor: error: …`, then `hint: …`. Never a traceback."""

from __future__ import annotations

import os
import tempfile
import traceback

import click

from gkedoctor.errors import ExitCode, FileError, GkedoctorError


def tell(error: BaseException) -> ExitCode:
    """Prints a failure to standard error, and gives the code to exit with."""
    match error:
        case KeyboardInterrupt() | click.Abort():
            return ExitCode.INTERRUPTED
        case FileError():
            click.echo(file_excerpt(error), err=True)
            return error.exit_code
        case GkedoctorError():
            _say(error.message, error.hint)
            return error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.message, err=True)
            return ExitCode.USAGE
        case click.ClickException():
            _say(*_click_words(error))
            return ExitCode.USAGE
        case _:
            _say(f"a fault of gkedoctor itself: {_first_line(error)}", f"the trace is in {_write_trace(error)}")
            return ExitCode.BUG


def file_excerpt(error: FileError) -> str:
    """A file's error as a compiler shows it: message, place, the line, a caret, what was probably meant."""
    hint = error.hint or ""
    head = [f"error[{error.what}]: {error.message}", f"  --> {error.place}"]
    if error.line is None or error.source_line is None:
        return "\n".join([*head, *([f"hint: {hint}"] if hint else [])])
    gutter = " " * len(str(error.line))
    column = error.column or 1
    carets = "^" * max(1, len(_token(error.source_line[column - 1 :])))
    pointer = f"{' ' * (column - 1)}{carets} {hint}".rstrip()
    return "\n".join([*head, f"{gutter} |", f"{error.line} | {error.source_line}", f"{gutter} | {pointer}"])


def _token(text: str) -> str:
    """The word at the start of a text: a key without its colon, else all up to a space."""
    word = text.split(" ", 1)[0]
    return word.removesuffix(":")


def _click_words(error: click.ClickException) -> tuple[str, str | None]:
    """click's message as one line in our manner, and where to read on."""
    message = error.format_message().rstrip(".")
    if isinstance(error, click.NoSuchOption):
        near = f"; did you mean `{error.possibilities[0]}`?" if error.possibilities else ""
        message = f"no option `{error.option_name}`{near}"
    message = message[:1].lower() + message[1:]
    context = getattr(error, "ctx", None)
    return message, f"`{context.command_path} --help` says what there is" if context is not None else None


def _say(message: str, hint: str | None) -> None:
    click.echo(f"gkedoctor: error: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _write_trace(error: BaseException) -> str:
    descriptor, path = tempfile.mkstemp(prefix="gkedoctor-trace-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(traceback.format_exception(error))
    return path
