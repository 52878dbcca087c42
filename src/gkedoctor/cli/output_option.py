"""Where a report goes: `-o FORMAT` to standard output, `-o FORMAT=FILE` to a file, as often as wanted."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
from click.shell_completion import CompletionItem

from gkedoctor.cli.stdout import wants_colour, width, write_result
from gkedoctor.errors import UsageError
from gkedoctor.report.formats import NARROW, WIDE, Page, names, renderer

if TYPE_CHECKING:
    from gkedoctor.report.answer import Answer


class Output(NamedTuple):
    """One format, and the file it goes to; None: standard output."""

    form: str
    file: Path | None = None


class OutputType(click.ParamType[Output]):
    """`FORMAT` or `FORMAT=FILE`."""

    name = "output"

    def __init__(self, known: Callable[[], list[str]] = names) -> None:
        self._known = known

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The formats that begin like this."""
        return [CompletionItem(form) for form in self._known() if form.startswith(incomplete)]

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """As help shows it."""
        return "FORMAT[=FILE]"

    def convert(self, value: str | Output, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """The output that a text names."""
        if isinstance(value, Output):
            return value
        form, told, file = value.partition("=")
        if form not in self._known():
            near = get_close_matches(form, self._known(), 1)
            meant = f"did you mean `{near[0]}`?" if near else f"choose from {', '.join(self._known())}"
            self.fail(f"`{form}` is not a format; {meant}", param, ctx)
        if told and not file:
            self.fail(f"`{value}` has no file name", param, ctx)
        return Output(form, Path(file) if file else None)


@dataclass(frozen=True, kw_only=True)
class OutputOptions:
    """In which formats and places a result is written, and whether it is coloured."""

    wanted_outputs: tuple[Output, ...] = ()
    as_json: bool = False
    output_file: Path | None = None
    color: str = "auto"


def outputs(options: OutputOptions) -> list[Output]:
    """All that is to be written. UsageError where two would end up in one place, or in none."""
    wanted = [*options.wanted_outputs, *([Output("json")] if options.as_json else [])]
    listed = list(dict.fromkeys(wanted)) or [Output("text")]
    if options.output_file is not None:
        listed = [_sent_to(output, options.output_file) for output in listed]
    for place, count in Counter(output.file for output in listed).items():
        if count > 1:
            forms = ", ".join(output.form for output in listed if output.file == place)
            where = "standard output" if place is None else str(place)
            raise UsageError(f"{forms} cannot all go to {where}", hint="give each a file: -o json=report.json -o md")
    for output in listed:
        _check_place(output.file)
    _refuse_page_on_terminal(listed)
    return listed


def _refuse_page_on_terminal(listed: Sequence[Output]) -> None:
    """A page is for a browser: on a terminal it would only scroll by."""
    if sys.stdout.isatty() and any(output == Output("html") for output in listed):
        raise UsageError("an HTML report cannot be shown in a terminal", hint="write it to a file: -o html=report.html")


def _sent_to(output: Output, file: Path) -> Output:
    """`--output-file` is for a format that has no file of its own."""
    return output._replace(file=output.file or file)


def _check_place(file: Path | None) -> None:
    """Says what is wrong with a place before anything is read: a diagnosis may take minutes."""
    if file is None:
        return
    if file.is_dir():
        raise UsageError(f"cannot write {file}: it is a folder")
    if not file.parent.is_dir():
        raise UsageError(f"cannot write {file}: there is no folder {file.parent}", hint=f"mkdir -p {file.parent}")


def write(answer: Answer, places: Sequence[Output], color: str, *, details: bool = False) -> None:
    """A report in all its places. `details`: all evidence of all findings, and every gap with its reason."""
    render = lambda form, page: renderer(form).render(answer, page._replace(details=details))  # noqa: E731
    write_rendered(places, color, render)


def write_rendered(places: Sequence[Output], color: str, render: Callable[[str, Page], str]) -> None:
    """Renders all before anything is written, and writes standard output last: its reader may go away."""
    pages = [_page(color, to_terminal=place.file is None) for place in places]
    texts = [render(place.form, page) for place, page in zip(places, pages, strict=True)]
    for place, page, text in sorted(zip(places, pages, texts, strict=True), key=lambda made: made[0].file is None):
        write_result(text, place.file, colour=page.colour)


def _page(color: str, *, to_terminal: bool) -> Page:
    colour = (to_terminal or color != "auto") and wants_colour(color, os.environ)
    return Page(width(NARROW, WIDE) if to_terminal else NARROW, colour)
