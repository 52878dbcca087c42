"""What a playbook, a cause or a message means: a short answer or a page."""

from __future__ import annotations

from typing import NamedTuple

from gkedoctor.errors import NoPageError, UsageError
from gkedoctor.explain.answer import Answer, of_cause, of_hits, of_playbook
from gkedoctor.explain.document import Block
from gkedoctor.explain.example import example
from gkedoctor.explain.pages import cause_page, playbook_page
from gkedoctor.explain.search import HitReason, Index, SearchHit
from gkedoctor.graph import nearest
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library


class Explanation(NamedTuple):
    """The page of a playbook or a cause; where neither is set, the pages that a message leads to, the best first."""

    playbook: CompiledPlaybook | None = None
    cause: str | None = None
    hits: tuple[SearchHit, ...] = ()

    @property
    def has_page(self) -> bool:
        """Whether it is one page."""
        return self.playbook is not None or self.cause is not None


def explain(asked: str, library: Library) -> Explanation:
    """What an id, a cause or a message stands for.

    UsageError names what was probably meant where it is not known; a NoPageError where no page fits.
    """
    page = library.find(asked)
    cause = asked.lower() if asked.lower() in library.causes else None
    if page is not None or cause is not None:
        return Explanation(page, cause)
    index = Index(library)
    hits = index.hits(asked)
    if not hits or (" " not in asked and hits[0].why is HitReason.SIMILAR and _slip(asked, library)):
        raise _unknown(asked, library, index)
    return Explanation(hits=tuple(hits))


def answer_of(found: Explanation, library: Library) -> Answer:
    """The short answer: meaning, likeliest causes with how to tell them apart, and what to run."""
    if found.hits:
        return of_hits(found.hits, library)
    if found.playbook is not None:
        return of_playbook(found.playbook, library)
    return of_cause(found.cause or "", library)


def page_of(found: Explanation, library: Library, columns: int, *, conditions: bool = False) -> list[Block]:
    """The page of an explanation: of its playbook or cause, else of the best hit. `columns`: the width of the example.

    `conditions`: with the expressions of the playbook.
    """
    playbook = found.playbook or (found.hits[0].playbook if found.hits else None)
    if playbook is not None:
        shown = example(playbook, library, columns - 4)
        return list(playbook_page(playbook, library, shown, conditions=conditions))
    return list(cause_page(found.cause or "", library))


def _unknown(asked: str, library: Library, index: Index) -> UsageError:
    outside = index.outside(asked)
    if outside is not None:
        return NoPageError(f"No page fits. {outside.entry.meaning}", hint=outside.entry.fix)
    near = _slip(asked, library)
    if near:
        return UsageError(f"no playbook, cause or message `{asked}`", hint=f"did you mean `{near}`?")
    topics = ", ".join(f"{hit.playbook.id} ({hit.playbook.model.title})" for hit in index.nearby(asked))
    hint = f"nearest topics: {topics}" if topics else "`gkedoctor playbooks list` lists all topics"
    return NoPageError("No page fits this message.", hint=hint)


def _slip(asked: str, library: Library) -> str | None:
    """The id or cause that was most probably meant by a word that is none."""
    return nearest(asked.upper(), [p.id for p in library]) or nearest(asked.lower(), list(library.causes))
