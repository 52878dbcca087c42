"""`gkedoctor explain`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.shared_options import color_option, playbooks_option
from gkedoctor.cli.stdout import wants_colour, width, write_result
from gkedoctor.report.formats import NARROW, WIDE

if TYPE_CHECKING:
    from gkedoctor.playbook.library import Library
    from gkedoctor.service.explain import Explanation


def known_words(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids and causes that begin like what was typed."""
    from gkedoctor.cli.library import library
    from gkedoctor.report.escaping import inert

    found = library(())
    known = [(playbook.id, playbook.model.title) for playbook in found]
    known += [(cause, definition.means) for cause, definition in found.causes.items()]
    begun = [(word, about) for word, about in known if word.lower().startswith(incomplete.lower())]
    return [CompletionItem(inert(word), help=inert(about)) for word, about in begun]


@click.command()
@click.argument("words", metavar="CAUSE|PLAYBOOK|MESSAGE", nargs=-1, required=True, shell_complete=known_words)
@click.option(
    "-o", "--output", "form", type=Choice(["text", "md"]), default="text", help="Output format: text (default) or md."
)
@playbooks_option
@click.option("--all", "everything", is_flag=True, help="Print the whole page, with the conditions for authors.")
@color_option
def explain(words: tuple[str, ...], form: str, folders: tuple[Path, ...], everything: bool, color: str) -> None:
    """Explain a message, a cause or a playbook.

    Prints what it means, the likeliest causes with how to tell them apart,
    and the command to run. Paste a message as kubectl, the Cloud Console or
    an Event shows it. Exits 1 if no page fits.

    \b
    Examples:
      gkedoctor explain "Does not have minimum availability"
      gkedoctor explain OOMKilled
      gkedoctor explain GKE-CFG-001 --all
    """
    from gkedoctor.cli.library import library
    from gkedoctor.service import explain as service

    asked, known, columns = " ".join(words), library(folders), width(NARROW, WIDE)
    found = service.explain(asked, known)
    colour = form == "text" and wants_colour(color, os.environ)
    write_result(_text(found, known, columns, form, everything, colour), colour=colour)


def _text(found: Explanation, known: Library, columns: int, form: str, everything: bool, colour: bool) -> str:
    from gkedoctor.explain.answer import lines
    from gkedoctor.explain.markdown import to_markdown
    from gkedoctor.explain.terminal import to_terminal
    from gkedoctor.service import explain as service

    if form == "md":
        blocks = service.page_of(found, known, columns, conditions=everything)
        return to_markdown(blocks, lambda page: f"{page}.md")
    if everything:
        return to_terminal(service.page_of(found, known, columns, conditions=True), columns, colour=colour)
    return "\n".join(lines(service.answer_of(found, known), known, columns)) + "\n"
