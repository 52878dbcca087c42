"""A page as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from gkedoctor.explain.blocks import Block, Code, Heading, Item, Items, Text
from gkedoctor.report.markdown import code, text

Locate = Callable[[str], str]
"""Where the page of a playbook or a cause is, as a relative link."""


def to_markdown(blocks: Iterable[Block], locate: Locate) -> str:
    """The page, a blank line between its blocks."""
    return "\n\n".join("\n".join(_lines(block, locate)) for block in blocks) + "\n"


def _lines(block: Block, locate: Locate) -> Iterator[str]:
    match block:
        case Heading(said, level):
            yield f"{'#' * level} {_heading(said)}"
        case Text(said, ""):
            yield text(said)
        case Text(said, label):
            yield f"**{label}:** {text(said)}" if said else f"**{label}:**"
        case Items(items):
            yield from (f"- {_item(item, locate)}" for item in items)
        case Code(said, language):
            fence = "````" if "```" in said else "```"
            yield from (f"{fence}{language}", said, fence)


def _item(item: Item, locate: Locate) -> str:
    if item.link:
        return f"<{item.link}>"
    name = f"[{item.name}]({locate(item.page)})" if item.page else code(item.name) if item.name else ""
    return ": ".join(part for part in (name, text(item.text) if item.text else "") if part)


def _heading(said: str) -> str:
    """A heading without marks: it becomes an anchor. Titles of playbooks hold words and nothing else."""
    return re.sub(r"([\\`*_<>\[\]#|])", r"\\\1", said)
