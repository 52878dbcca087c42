"""The pages that a message leads to, as a list for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.explain.related_playbooks import related_playbooks
from gkedoctor.explain.search import HitReason, SearchHit
from gkedoctor.playbook.library import Library
from gkedoctor.report.escaping import inert
from gkedoctor.report.wrap import wrapped

_FEW = 6
"""What a consequence leads on to is listed in full on its page."""


def listing(asked: str, hits: Sequence[SearchHit], library: Library, columns: int) -> str:
    """The hits with the reason for each, and the command that shows the best one. Ends in a newline."""
    return "\n".join(_lines(asked, hits, library, columns)) + "\n"


def _lines(asked: str, hits: Sequence[SearchHit], library: Library, columns: int) -> Iterator[str]:
    yield from _meaning(hits[0], library, columns)
    yield from wrapped(inert(f'where "{asked}" leads, the best first:'), columns)
    for hit in hits:
        yield ""
        name = f"{hit.playbook.id} ({hit.cause})" if hit.cause else hit.playbook.id
        yield from wrapped(f"{name}: {hit.playbook.model.title}", columns, "", "  ")
        yield from wrapped(inert(_why(hit)), columns, "  ", "    ")
        if not hit.playbook.causes:
            yield from _further(hit, library, columns)
    yield ""
    best = hits[0].cause or hits[0].playbook.id
    yield f"gkedoctor explain {best} shows the page"


def _meaning(best: SearchHit, library: Library, columns: int) -> Iterator[str]:
    """What the table of messages knows about the text: meaning, cause, fix and where to read on."""
    message = best.lead.message if best.lead is not None else None
    if message is None:
        return
    entry, cause = message.entry, library.causes.get(message.entry.cause or "")
    yield from wrapped(f"{message.program}: {entry.meaning}", columns)
    for label, text in (
        ("cause", f"{entry.cause}: {cause.means}" if cause is not None else ""),
        ("fix", entry.fix),
        ("docs", entry.docs),
    ):
        if text:
            yield from wrapped(f"{label}: {text}", columns, "  ", "    ")
    yield ""


def _further(hit: SearchHit, library: Library, columns: int) -> Iterator[str]:
    further = related_playbooks(hit.playbook, library)
    yield "  only a consequence; what it may follow from:"
    for other in further[:_FEW]:
        yield from wrapped(f"{other.id}: {other.model.title}", columns, "    ", "      ")
    if len(further) > _FEW:
        yield f"    and {len(further) - _FEW} more on its page"


def _why(hit: SearchHit) -> str:
    match hit.why:
        case HitReason.PHRASE:
            return f"met as: {hit.by}"
        case HitReason.TEXT:
            return f"it says: {hit.by}"
        case HitReason.MESSAGE:
            return f"it means: {hit.by}"
        case _:
            return f"has the words: {hit.by}"
