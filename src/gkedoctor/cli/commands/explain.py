"""`gkedoctor explain`."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.stdout import wants_colour, width, write_result
from gkedoctor.report.formats import NARROW, WIDE


def _known_words(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids and causes that begin like what was typed."""
    from gkedoctor.cli.library import library
    from gkedoctor.report.escaping import inert

    found = library(())
    known = [(playbook.id, playbook.model.title) for playbook in found]
    known += [(cause, definition.means) for cause, definition in found.causes.items()]
    begun = [(word, about) for word, about in known if word.lower().startswith(incomplete.lower())]
    return [CompletionItem(inert(word), help=inert(about)) for word, about in begun]


@click.command()
@click.argument("words", metavar="CAUSE|PLAYBOOK|MESSAGE", nargs=-1, required=True, shell_complete=_known_words)
@click.option("-o", "--output", "form", type=Choice(["text", "md"]), default="text", help="text or md.")
@click.option("--playbooks", "folders", type=click.Path(path_type=Path), multiple=True, metavar="DIR",
              help="Playbooks besides the shipped ones. Repeatable.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="With the conditions of the playbook, for authors.")
@click.option("--color", type=Choice(["auto", "always", "never"]), default="auto",
              help="auto: on a terminal, unless NO_COLOR is set.")  # fmt: skip
def explain(words: tuple[str, ...], form: str, folders: tuple[Path, ...], everything: bool, color: str) -> None:
    """Explain a playbook, a cause, or what a message means.

    A message is what kubectl, the Cloud Console or an Event says; quote it.
    gkedoctor says what it means where it knows the message, and names the pages
    that it leads to, the best first, and why. Exits 1 if no page fits.

    \b
    Examples:
      gkedoctor explain GKE-CFG-001
      gkedoctor explain "Does not have minimum availability"
    """
    from gkedoctor.cli.library import library
    from gkedoctor.explain.listing import listing
    from gkedoctor.explain.markdown import to_markdown
    from gkedoctor.explain.terminal import to_terminal
    from gkedoctor.service import explain as service

    asked, known, columns = " ".join(words), library(folders), width(NARROW, WIDE)
    found = service.explain(asked, known)
    colour = form == "text" and wants_colour(color, os.environ)
    if not found.has_page:
        text = listing(asked, found.hits, known, columns)
    elif form == "md":
        text = to_markdown(service.page_of(found, known, columns, conditions=everything), lambda page: f"{page}.md")
    else:
        text = to_terminal(service.page_of(found, known, columns, conditions=everything), columns, colour=colour)
    write_result(text, colour=colour)
