"""The man page gkedoctor(1), in the macros of man(7)."""

from __future__ import annotations

from collections.abc import Iterator

from docs.tool.commands import Command, commands

from gkedoctor import __version__

_EXIT = (
    ("0", "nothing at or above \\-\\-fail\\-on (or, for other commands, nothing to tell)"),
    ("1", "something is"),
    ("2", "a wrong flag, name or playbook"),
    ("3", "the source cannot be read"),
    ("4", "nothing was found, and not everything could be looked at"),
    ("5", "gkedoctor\\(aqs own fault"),
    ("130", "interrupted"),
)


def man_page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    whole, *others = commands()
    yield f'.TH GKEDOCTOR 1 "" "gkedoctor {__version__}" "User Commands"'
    yield ".SH NAME"
    yield "gkedoctor \\- say why something on Google Kubernetes Engine does not work"
    yield ".SH SYNOPSIS"
    yield from (f".B {_plain(whole.usage)}",)
    yield ".SH DESCRIPTION"
    yield from _paragraphs(whole.about)
    yield ".SH COMMANDS"
    for command in others:
        yield from _command(command)
    yield ".SH EXIT STATUS"
    for code, meaning in _EXIT:
        yield from (".TP", f".B {code}", meaning)
    yield ".SH FILES"
    yield from (".TP", ".I .gkedoctor.yaml", "the configuration: the nearest one above the working directory")
    yield from (".TP", ".I ~/.config/gkedoctor/config.yaml", "the configuration where there is none nearer")
    yield ".SH ENVIRONMENT"
    yield from (".TP", ".B NO_COLOR", "no colour, whatever the terminal")
    yield ".SH SEE ALSO"
    yield ".BR kubectl (1),"
    yield ".BR gcloud (1)"


def _command(command: Command) -> Iterator[str]:
    yield f".SS {_plain(command.usage)}"
    yield from _paragraphs(command.about)
    for option, meaning in command.options:
        yield from (".TP", f".B {_plain(option)}", _plain(meaning))
    if command.examples:
        yield from (".PP", "Examples:", ".PP", ".nf", ".RS")
        yield from map(_plain, command.examples)
        yield from (".RE", ".fi")


def _paragraphs(texts: tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        yield from (".PP", _plain(text))


def _plain(text: str) -> str:
    r"""Text that no macro is read in: `\` and `-` spelt out, no `.` or `'` at the start of a line."""
    spelt = text.replace("\\", "\\e")
    for char, name in (("-", "\\-"), ("`", "\\(ga"), ("'", "\\(aq"), ("…", "...")):
        spelt = spelt.replace(char, name)
    return f"\\&{spelt}" if spelt.startswith(".") else spelt
