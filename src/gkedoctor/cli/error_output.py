"""Errors as plain lines on standard error: `gkedoctor: error: …`, then `hint: …`. Never a traceback."""

from __future__ import annotations

import os
import tempfile
import traceback

import click

from gkedoctor.cli.messages import print_message
from gkedoctor.cli.stdout import unwritable_output
from gkedoctor.cli.streams import silence_output
from gkedoctor.errors import ExitCode, FileError, GkedoctorError, SourceError
from gkedoctor.report.escaping import inert
from gkedoctor.report.wrap import columns


def print_failure(error: BaseException) -> ExitCode:
    """Prints a failure to standard error, and gives the code to exit with."""
    match error:
        case KeyboardInterrupt() | click.Abort():
            return ExitCode.INTERRUPTED
        case FileError():
            print_message(file_excerpt(error))
            return error.exit_code
        case GkedoctorError():
            _say(error.message, error.hint)
            return error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            print_message(error.message)
            return ExitCode.USAGE
        case click.ClickException():
            _say(*_click_words(error))
            return ExitCode.USAGE
        case OSError():
            return _print_system_error(error)
        case _:
            _say(f"internal error of gkedoctor: {_first_line(error)}", _written_trace(error))
            return ExitCode.BUG


def file_excerpt(error: FileError) -> str:
    """A file's error as a compiler shows it: message, place, the line, a caret, what was probably meant."""
    hint = inert(error.hint or "")
    head = [f"error[{error.what}]: {inert(error.message)}", f"  --> {inert(error.place)}"]
    if error.line is None or error.source_line is None:
        return "\n".join([*head, *([f"hint: {hint}"] if hint else [])])
    gutter = " " * len(str(error.line))
    start = (error.column or 1) - 1
    before, rest = inert(error.source_line[:start]), inert(error.source_line[start:])
    carets = "^" * max(1, columns(_token(rest)))
    pointer = f"{' ' * columns(before)}{carets} {hint}".rstrip()
    return "\n".join([*head, f"{gutter} |", f"{error.line} | {before}{rest}", f"{gutter} | {pointer}"])


def _token(text: str) -> str:
    """The word at the start of a text: a key without its colon, else all up to a space."""
    word = text.split(" ", 1)[0]
    return word.removesuffix(":")


def _click_words(error: click.ClickException) -> tuple[str, str | None]:
    """click's message as one line in our manner, and where to read on."""
    message = error.format_message().rstrip(".")
    if isinstance(error, click.NoSuchOption):
        near = f"; did you mean `{error.possibilities[0]}`?" if error.possibilities else ""
        message = f"unknown option `{error.option_name}`{near}"
    message = message[:1].lower() + message[1:]
    context = getattr(error, "ctx", None)
    return message, f"run `{context.command_path} --help` for the list" if context is not None else None


def _say(message: str, hint: str | None) -> None:
    print_message(f"gkedoctor: error: {inert(message)}")
    if hint:
        print_message(f"hint: {inert(hint)}")


def _is_of_click(error: OSError) -> bool:
    """Whether click failed to write: all it writes itself are `--help`, `--version` and what shells complete by."""
    return traceback.extract_tb(error.__traceback__)[-1].filename == click.utils.__file__


def _print_system_error(error: OSError) -> ExitCode:
    """What the system refused and no command expected: a full output, a folder that is gone. No fault of gkedoctor."""
    if _is_of_click(error):
        silence_output()
        failure: GkedoctorError = unwritable_output(error)
    else:
        about = f"{error.filename}: " if error.filename is not None else ""
        failure = SourceError(f"{about}{error.strerror or _first_line(error)}")
    _say(failure.message, failure.hint)
    return failure.exit_code


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _written_trace(error: BaseException) -> str:
    """Writes the traceback to a file that only this user can read, and says where it is."""
    try:
        descriptor, path = tempfile.mkstemp(prefix="gkedoctor-trace-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(traceback.format_exception(error))
    except OSError as refused:
        return f"the trace could not be written: {refused.strerror or refused}"
    return f"the trace is in {path}"
