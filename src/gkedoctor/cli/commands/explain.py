"""`gkedoctor explain`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from gkedoctor.cli.choice import Choice
from gkedoctor.cli.output import wants_colour, width, write_result
from gkedoctor.errors import UsageError
from gkedoctor.report.formats import NARROW, WIDE

if TYPE_CHECKING:
    from gkedoctor.explain.search import Hit
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.playbook.library import Library

_FEW = 6
"""What a consequence leads on to is listed in full on its page."""


def _known_words(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids and causes that begin like what was typed."""
    from gkedoctor.cli.library import library
    from gkedoctor.report.inert import inert

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
@click.option("--color", type=Choice(["auto", "always", "never"]), default="auto",
              help="auto: on a terminal, unless NO_COLOR is set.")  # fmt: skip
def explain(words: tuple[str, ...], form: str, folders: tuple[Path, ...], color: str) -> None:
    """Explain a playbook, a cause, or what a message means.

    A message is what kubectl, the Cloud Console or an Event says; quote it.
    gkedoctor names the pages that it leads to, the best first, and why. Where
    there is one, it is shown.

    \b
    Examples:
      gkedoctor explain GKE-CFG-001
      gkedoctor explain "Does not have minimum availability"
    """
    from gkedoctor.cli.library import library

    asked = " ".join(words)
    known = library(folders)
    page = known.find(asked)
    cause = asked.lower() if asked.lower() in known.causes else None
    if page is not None or cause is not None:
        text = _page(cause or "", page, known, form, color)
    else:
        text = _answer(asked, known, form, color)
    write_result(text, colour=form == "text" and wants_colour(color, os.environ))


def _page(cause: str, playbook: CompiledPlaybook | None, known: Library, form: str, color: str) -> str:
    from gkedoctor.explain.example import example
    from gkedoctor.explain.markdown import to_markdown
    from gkedoctor.explain.pages import cause_page, playbook_page
    from gkedoctor.explain.terminal import to_terminal

    columns = width(NARROW, WIDE)
    if playbook is not None:
        blocks = playbook_page(playbook, known, example(playbook, known, columns - 4))
    else:
        blocks = cause_page(cause, known)
    if form == "md":
        return to_markdown(blocks, lambda page: f"{page}.md")
    return to_terminal(blocks, columns, colour=wants_colour(color, os.environ))


def _answer(asked: str, known: Library, form: str, color: str) -> str:
    from gkedoctor.explain.search import Index, Kind

    hits = Index(known).hits(asked)
    if not hits:
        raise _unknown(asked, known)
    sure = [hit for hit in hits if hit.why in (Kind.PHRASE, Kind.TEXT)]
    if len(hits) == 1 and sure and hits[0].playbook.causes:
        return _page(hits[0].cause or "", None if hits[0].cause else hits[0].playbook, known, form, color)
    return "\n".join(_listing(asked, hits, known)) + "\n"


def _listing(asked: str, hits: Sequence[Hit], known: Sequence[CompiledPlaybook]) -> Iterator[str]:
    from gkedoctor.explain.leads import leads
    from gkedoctor.report.inert import inert
    from gkedoctor.report.wrap import wrapped

    columns = width(NARROW, WIDE)
    yield from wrapped(inert(f'where "{asked}" leads, the best first:'), columns)
    for hit in hits:
        yield ""
        name = f"{hit.playbook.id} ({hit.cause})" if hit.cause else hit.playbook.id
        yield from wrapped(f"{name}: {hit.playbook.model.title}", columns, "", "  ")
        yield from wrapped(inert(_why(hit)), columns, "  ", "    ")
        if not hit.playbook.causes:
            further = leads(hit.playbook, known)
            yield "  only a consequence; what it may follow from:"
            for other in further[:_FEW]:
                yield from wrapped(f"{other.id}: {other.model.title}", columns, "    ", "      ")
            if len(further) > _FEW:
                yield f"    and {len(further) - _FEW} more on its page"
    yield ""
    best = hits[0].cause or hits[0].playbook.id
    yield f"gkedoctor explain {best} shows the page"


def _why(hit: Hit) -> str:
    from gkedoctor.explain.search import Kind

    match hit.why:
        case Kind.PHRASE:
            return f"met as: {hit.by}"
        case Kind.TEXT:
            return f"it says: {hit.by}"
        case Kind.PATTERN:
            return f"it looks for: {hit.by}"
        case _:
            return f"has the words: {hit.by}"


def _unknown(asked: str, known: Library) -> UsageError:
    from gkedoctor.explain.search import causes_for
    from gkedoctor.graph.core.label_selectors import nearest

    near = nearest(asked.upper(), [p.id for p in known]) or nearest(asked.lower(), list(known.causes))
    phrases = [phrase for playbook in known for phrase in playbook.model.seen_as]
    near = near or nearest(asked, phrases)
    if near:
        hint = f"did you mean `{near}`?"
    elif close := causes_for(asked, known.causes):
        hint = f"causes that come near: {', '.join(close)}"
    else:
        hint = "`gkedoctor playbooks list` says what there is; `gkedoctor report --from PATH` finds what is wrong"
    return UsageError(f"no playbook, cause or message `{asked}`", hint=hint)
