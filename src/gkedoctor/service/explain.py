"""What a playbook, a cause or a message means: a page, or the pages that a message leads to."""

from __future__ import annotations

from typing import NamedTuple

from gkedoctor.errors import NoPageError, UsageError
from gkedoctor.explain.document import Block
from gkedoctor.explain.example import example
from gkedoctor.explain.pages import cause_page, playbook_page
from gkedoctor.explain.search import HitReason, Index, SearchHit, causes_for
from gkedoctor.graph import nearest
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library


class Explanation(NamedTuple):
    """The page of a playbook or a cause; where neither is set, the pages that come into question, the best first."""

    playbook: CompiledPlaybook | None = None
    cause: str | None = None
    hits: tuple[SearchHit, ...] = ()

    @property
    def has_page(self) -> bool:
        """Whether it is one page."""
        return self.playbook is not None or self.cause is not None


def explain(asked: str, library: Library) -> Explanation:
    """What an id, a cause or a message stands for.

    UsageError names what was probably meant where it is not known; a NoPageError where nothing comes near.
    """
    page = library.find(asked)
    cause = asked.lower() if asked.lower() in library.causes else None
    if page is not None or cause is not None:
        return Explanation(page, cause)
    hits = Index(library).hits(asked)
    if not hits:
        raise _unknown(asked, library)
    sure = hits[0].why in (HitReason.PHRASE, HitReason.TEXT) and hits[0].lead is None
    if len(hits) == 1 and sure and hits[0].playbook.causes:
        return Explanation(None if hits[0].cause else hits[0].playbook, hits[0].cause)
    return Explanation(hits=tuple(hits))


def page_of(found: Explanation, library: Library, columns: int, *, conditions: bool = False) -> list[Block]:
    """The page of an explanation that has one. `columns`: the width of the example in it.

    `conditions`: with the expressions of the playbook.
    """
    if found.playbook is not None:
        shown = example(found.playbook, library, columns - 4)
        return list(playbook_page(found.playbook, library, shown, conditions=conditions))
    return list(cause_page(found.cause or "", library))


def _unknown(asked: str, library: Library) -> UsageError:
    near = nearest(asked.upper(), [p.id for p in library]) or nearest(asked.lower(), list(library.causes))
    phrases = [phrase for playbook in library for phrase in playbook.model.seen_as]
    near = near or nearest(asked, phrases)
    if near:
        return UsageError(f"no playbook, cause or message `{asked}`", hint=f"did you mean `{near}`?")
    if close := causes_for(asked, library.causes):
        hint = f"causes that come near: {', '.join(close)}"
        return UsageError(f"no playbook, cause or message `{asked}`", hint=hint)
    hint = "`gkedoctor playbooks list` lists the playbooks; `gkedoctor report --from PATH` finds what is wrong"
    return NoPageError(f"no page fits `{asked}`", hint=hint)
