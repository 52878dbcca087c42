"""Markdown as tokens: headings with anchors as GitHub makes them, links, and plain texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token


class Heading(NamedTuple):
    """A heading of a page: `h2`, its anchor and its text."""

    tag: str
    anchor: str
    text: str


def parser() -> MarkdownIt:
    """The dialect of the pages."""
    return MarkdownIt("commonmark", {"html": True}).enable("table")


def parsed(text: str) -> list[Token]:
    """The tokens of a page, its headings with anchors as GitHub makes them."""
    tokens = parser().parse(text)
    seen: dict[str, int] = {}
    for token, inner in pairwise(tokens):
        if token.type == "heading_open":
            anchor = slug(heading_text(inner))
            count = seen.get(anchor, 0)
            seen[anchor] = count + 1
            token.attrSet("id", f"{anchor}-{count}" if count else anchor)
    return tokens


def headings(tokens: list[Token]) -> Iterator[Heading]:
    """The headings of a page in their order."""
    for token, inner in pairwise(tokens):
        if token.type == "heading_open":
            yield Heading(token.tag, str(token.attrGet("id")), heading_text(inner))


def anchors(text: str) -> set[str]:
    """The anchors of a page."""
    return {heading.anchor for heading in headings(parsed(text))}


def links(text: str) -> Iterator[str]:
    """Every address that a page links to."""
    for token in parsed(text):
        for inner in token.children or []:
            if inner.type == "link_open":
                yield str(inner.attrGet("href"))


def slug(heading: str) -> str:
    """As GitHub: small letters, spaces as `-`, signs left out."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def heading_text(inline: Token) -> str:
    """The text of a line without its marks."""
    return "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))
