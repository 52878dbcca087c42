"""A page as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from gkedoctor.explain.document import Block, Code, Heading, Item, Items, Text
from gkedoctor.report.escaping import inert
from gkedoctor.report.markdown import code

_MARKS = re.compile(r"([\\`*_<>\[\]#|~&])")

Locate = Callable[[str], str]
"""Where the page of a playbook or a cause is, as a relative link."""


def to_markdown(blocks: Iterable[Block], locate: Locate) -> str:
    """The page, a blank line between its blocks."""
    return "\n\n".join("\n".join(_lines(block, locate)) for block in blocks) + "\n"


def _lines(block: Block, locate: Locate) -> Iterator[str]:
    match block:
        case Heading(said, level):
            yield f"{'#' * level} {prose(said)}"
        case Text(said, ""):
            yield prose(said)
        case Text(said, label):
            yield f"**{label}:** {prose(said)}" if said else f"**{label}:**"
        case Items(items):
            yield from (f"- {_item(item, locate)}" for item in items)
        case Code(said, language):
            fence = "````" if "```" in said else "```"
            yield from (f"{fence}{language}", said, fence)


def _item(item: Item, locate: Locate) -> str:
    if item.link:
        return f"<{item.link}>"
    name = f"[{item.name}]({locate(item.page)})" if item.page else code(item.name) if item.name else ""
    return ": ".join(part for part in (name, prose(item.text) if item.text else "") if part)


def prose(said: str) -> str:
    """A sentence whose words in backquotes are code, and in which nothing else marks up."""
    parts = inert(said).split("`")
    if len(parts) % 2 == 0:  # a quote that is never closed is no quote
        return _escaped(inert(said))
    return "".join(code(part) if i % 2 else _escaped(part) for i, part in enumerate(parts))


def _escaped(said: str) -> str:
    return _MARKS.sub(r"\\\1", said)
