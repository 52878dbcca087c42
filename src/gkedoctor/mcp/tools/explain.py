"""`explain`: what a message, a cause or a playbook means; without a page that fits, that is the answer."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gkedoctor.errors import NoPageError, UsageError
from gkedoctor.explain.answer import Answer
from gkedoctor.explain.search import HitReason
from gkedoctor.mcp.call import Call
from gkedoctor.mcp.data import cut
from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.tools.answer import ToolAnswer
from gkedoctor.service.explain import Explanation, answer_of
from gkedoctor.service.explain import explain as find

_MOST_CAUSES = 5


class ExplainInput(msgspec.Struct, forbid_unknown_fields=True):
    """What `explain` takes."""

    message: Annotated[str, Meta(description="as printed")]


class ExplainOutput(msgspec.Struct, omit_defaults=True):
    """What `explain` gives."""

    found: bool
    certain: bool
    meaning: str
    page: str = ""
    causes: tuple[str, ...] = ()
    fix: str = ""
    check: str = ""
    docs: tuple[str, ...] = ()
    other_pages: tuple[str, ...] = ()


def explain(state: ServerState, call: Call, asked: ExplainInput) -> ToolAnswer:
    """The short answer. `certain` is false where the page was only the most similar one."""
    library = state.library
    try:
        found = find(asked.message, library)
    except NoPageError as error:
        return _of(ExplainOutput(False, False, cut(f"{error.message} {error.hint or ''}".strip(), 600)))
    except UsageError as error:
        return _of(ExplainOutput(False, False, cut(f"{error.message}. {error.hint or ''}".strip(), 600)))
    said = answer_of(found, library)
    playbook = found.playbook or (found.hits[0].playbook if found.hits else None)
    return _of(
        ExplainOutput(
            found=True,
            certain=_is_certain(found),
            meaning=said.meaning,
            page=playbook.id if playbook is not None else found.cause or "",
            causes=tuple(_causes(said, state)),
            fix=said.fix,
            check=said.check or said.run,
            docs=tuple(_docs(found, state))[:2],
            other_pages=tuple(hit.playbook.id for hit in found.hits[1:3]),
        )
    )


def _is_certain(found: Explanation) -> bool:
    return found.has_page or (bool(found.hits) and found.hits[0].why is not HitReason.SIMILAR)


def _docs(found: Explanation, state: ServerState) -> list[str]:
    pages = [found.playbook] if found.playbook else [hit.playbook for hit in found.hits[:1]]
    word = found.cause or (found.hits[0].cause if found.hits else None)
    causes = [cause for page in pages or state.library for cause in page.model.causes]
    links = [link for cause in causes if word in (None, cause.cause) for link in cause.docs]
    return list(dict.fromkeys(links))


def _causes(said: Answer, state: ServerState) -> list[str]:
    known = state.library.causes
    return [f"{word}: {known[word].means}" if word in known else word for word in said.causes[:_MOST_CAUSES]]


def _of(made: ExplainOutput) -> ToolAnswer:
    sure = "" if made.certain or not made.found else " (closest page, not certain)"
    lines = [f"{made.page + ': ' if made.page else ''}{made.meaning}{sure}"]
    lines += [f"Possible cause: {cause}" for cause in made.causes]
    lines += [f"Fix: {made.fix}"] if made.fix else []
    lines += [f"Check: {made.check}"] if made.check else []
    lines += [f"Docs: {link}" for link in made.docs]
    lines += [f"Other pages: {', '.join(made.other_pages)}"] if made.other_pages else []
    return ToolAnswer(made, "\n".join(lines))
