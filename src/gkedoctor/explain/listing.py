"""The pages that a message leads to, as a list for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.explain.leads import leads
from gkedoctor.explain.search import Hit, Kind
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.report.inert import inert
from gkedoctor.report.wrap import wrapped

_FEW = 6
"""What a consequence leads on to is listed in full on its page."""


def listing(asked: str, hits: Sequence[Hit], library: Sequence[CompiledPlaybook], columns: int) -> str:
    """The hits with the reason for each, and the command that shows the best one. Ends in a newline."""
    return "\n".join(_lines(asked, hits, library, columns)) + "\n"


def _lines(asked: str, hits: Sequence[Hit], library: Sequence[CompiledPlaybook], columns: int) -> Iterator[str]:
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


def _further(hit: Hit, library: Sequence[CompiledPlaybook], columns: int) -> Iterator[str]:
    further = leads(hit.playbook, library)
    yield "  only a consequence; what it may follow from:"
    for other in further[:_FEW]:
        yield from wrapped(f"{other.id}: {other.model.title}", columns, "    ", "      ")
    if len(further) > _FEW:
        yield f"    and {len(further) - _FEW} more on its page"


def _why(hit: Hit) -> str:
    match hit.why:
        case Kind.PHRASE:
            return f"met as: {hit.by}"
        case Kind.TEXT:
            return f"it says: {hit.by}"
        case Kind.PATTERN:
            return f"it looks for: {hit.by}"
        case _:
            return f"has the words: {hit.by}"
